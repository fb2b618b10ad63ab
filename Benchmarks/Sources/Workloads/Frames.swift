public import Primitives
import Wire

/// A run of frames of one length, ready to be applied.
public struct Frames: ~Copyable {
  /// The first frame.
  public let base: UnsafeMutableRawPointer
  /// The bytes of each.
  public let byteCount: Int

  init(count: Int, byteCount: Int) {
    base = .allocate(byteCount: max(1, count) * byteCount, alignment: 64)
    self.byteCount = byteCount
  }

  deinit { base.deallocate() }

  /// A frame.
  ///
  /// - Parameter index: Which one, from 0.
  /// - Returns: Its first byte.
  public func frame(_ index: Int) -> UnsafeMutableRawPointer { base + index * byteCount }
}

extension Frames {
  /// Frames that create auctions, which are open at once.
  ///
  /// - Parameters:
  ///   - endTimes: When each ends, in nanoseconds since the Unix epoch.
  ///   - rateRefillMs: In how many milliseconds a bidder may bid once more; 0 = no limit.
  /// - Returns: The frames.
  public static func creating(endTimes: [UInt64], rateRefillMs: UInt32 = 0) -> Frames {
    let byteCount = CreateAuction.frameByteCount(tiers: 0, text: 0)
    let frames = Frames(count: endTimes.count, byteCount: byteCount)
    for (index, endTime) in endTimes.enumerated() {
      let frame = frames.frame(index)
      creation(index, endTime, rateRefillMs).write(frame: frame, byteCount: byteCount)
      let groups = UnsafeMutableRawPointer(mutating: FrameHeader.firstGroup(of: frame))
      GroupSpan.write(GroupSpan.write(groups, entryLength: 16, count: 0), entryLength: 64, count: 0)
    }
    return frames
  }

  private static func creation(
    _ index: Int,
    _ endTime: UInt64,
    _ rateRefillMs: UInt32
  ) -> CreateAuction {
    CreateAuction(
      clientRef: UInt64(index) + 1,
      sellerId: 1,
      startPrice: 100,
      reserve: .min,
      buyNow: .min,
      startTime: 0,
      endTime: endTime,
      hardEnd: 0,
      clientTime: 0,
      softCloseWindowMs: 60_000,
      softCloseExtensionMs: 60_000,
      rateRefillMs: rateRefillMs,
      category: 0,
      rateBurst: 1_000,
      currency: 840,
      incrementTable: 1,
      reservePolicy: 0,
      reserveLowering: 0,
      format: 0,
      flags: 0,
      title: FixedText80("x")
    )
  }

  /// Frames of bids on random auctions by random accounts; amounts go up as an auction ages.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - first: How many bids there were before.
  ///   - auctions: The auctions' numbers.
  ///   - accountCount: How many accounts bid.
  ///   - random: Where the numbers come from.
  /// - Returns: The frames.
  public static func bidding(
    _ count: Int,
    after first: Int,
    on auctions: [UInt64],
    accountCount: Int,
    _ random: inout SeededGenerator
  ) -> Frames {
    let frames = Frames(count: count, byteCount: PlaceBid.frameByteCount)
    for index in 0..<count {
      let message = bid(first + index, on: auctions, accountCount, &random)
      message.write(frame: frames.frame(index))
    }
    return frames
  }

  private static func bid(
    _ index: Int,
    on auctions: [UInt64],
    _ accountCount: Int,
    _ random: inout SeededGenerator
  ) -> PlaceBid {
    let age = Int64(index / auctions.count)
    return PlaceBid(
      clientRef: UInt64(index),
      auctionId: auctions[Int(random.below(UInt64(auctions.count)))],
      bidderId: 2 + random.below(UInt64(accountCount)),
      amount: (age + 1) * 20_000 + Int64(random.below(40_000)),
      ifRevision: 0,
      clientTime: 0,
      deviceTag: 0,
      kind: 0,
      flags: 0,
      currency: 840
    )
  }
}
