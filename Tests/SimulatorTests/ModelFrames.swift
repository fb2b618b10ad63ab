import Primitives
import Simulator
import Wire

/// Frames of commands, as a session would send them.
enum CommandFrame {
  /// A message without groups.
  static func plain<Message: WireMessage>(_ message: Message, sequence: UInt64 = 0) -> [UInt8] {
    make(Message.frameByteCount, sequence) { message.write(frame: $0) }
  }

  static func mass(_ message: MassBid, _ bids: [MassBid.Entry], sequence: UInt64) -> [UInt8] {
    let byteCount = MassBid.frameByteCount(bids: bids.count)
    return make(byteCount, sequence) { frame in
      message.write(frame: frame, byteCount: byteCount)
      GroupSpan.write(bids, to: groups(of: frame))
    }
  }

  static func create(
    _ message: CreateAuction, _ tiers: [CreateAuction.Tier], _ text: [CreateAuction.TextLine] = [],
    sequence: UInt64
  ) -> [UInt8] {
    let byteCount = CreateAuction.frameByteCount(tiers: tiers.count, text: text.count)
    return make(byteCount, sequence) { frame in
      message.write(frame: frame, byteCount: byteCount)
      GroupSpan.write(text, to: GroupSpan.write(tiers, to: groups(of: frame)))
    }
  }

  static func update(
    _ message: UpdateAuction, _ tiers: [CreateAuction.Tier], _ text: [CreateAuction.TextLine] = [],
    sequence: UInt64
  ) -> [UInt8] {
    let byteCount = UpdateAuction.frameByteCount(tiers: tiers.count, text: text.count)
    return make(byteCount, sequence) { frame in
      message.write(frame: frame, byteCount: byteCount)
      GroupSpan.write(text, to: GroupSpan.write(tiers, to: groups(of: frame)))
    }
  }

  private static func groups(of frame: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(mutating: FrameHeader.firstGroup(of: UnsafeRawPointer(frame)))
  }

  private static func make(
    _ byteCount: Int, _ sequence: UInt64, _ write: (UnsafeMutableRawPointer) -> Void
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      write(base)
      FrameHeader.seal(base, sequence: sequence)
    }
    return bytes
  }
}

/// What a small shard can hold.
struct MarketLimits {
  var auctions: UInt64 = 64
  var bids: UInt64 = 4_096
  var accounts: UInt64 = 128
  var linkGroups: UInt32 = 8
  var sellerBlocks: UInt32 = 64
  var rateBuckets: UInt32 = 1_024
  var incrementTables: UInt32 = 16
  var retentionSeconds: UInt64 = 60

  /// So small that tables fill up.
  static var narrow: MarketLimits {
    MarketLimits(
      auctions: 6, bids: 40, accounts: 12, linkGroups: 1, sellerBlocks: 3, rateBuckets: 4,
      incrementTables: 2, retentionSeconds: 20)
  }

  var message: EngineConfigured {
    EngineConfigured(
      engineIdHigh: 1, engineIdLow: 2, shard: 0, shards: 1, formatVersion: 1,
      retentionSeconds: retentionSeconds, auctionsMax: auctions, bidsMax: bids,
      accountsMax: accounts, linkGroupsMax: linkGroups, sellerBlocksMax: sellerBlocks,
      rateBucketsMax: rateBuckets, incrementTablesMax: incrementTables)
  }
}
