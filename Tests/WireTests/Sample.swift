import Primitives
import Wire

/// A message that the tests can make, with extreme and with drawn values.
protocol Sample: WireMessage {
  static func sample(_ draw: inout Draw) -> Self
  static func groups(_ draw: inout Draw) -> [SampleGroup]
}

extension Sample {
  static func groups(_ draw: inout Draw) -> [SampleGroup] { [] }
}

protocol SampleEntry: GroupEntry {
  static func sample(_ draw: inout Draw) -> Self
}

/// The entries of one repeating group.
struct SampleGroup {
  let name: String
  let entries: [any GroupEntry]
  let entryLength: Int

  init<Entry: GroupEntry>(_ name: String, _ entries: [Entry]) {
    self.name = name
    self.entries = entries
    entryLength = Entry.entryLength
  }
}

/// Draws the values of one message.
///
/// The variants from 0 up go through the extremes, the enums and the bits, so that
/// `Draw.variantCount` of them cover every one.
struct Draw {
  static let variantCount = 24
  static let amounts = [
    Money.absent, Int64.max, 0, 1, -1, Int64.min + 1, Money.greatest, 123_456,
  ]
  static let texts = [
    "", "Messing-Fernrohr, Größe 3 – très bien 🔭", "Brass telescope", " spaces around ",
    String(repeating: "x", count: 200), String(repeating: "ß", count: 100),
  ]

  var variant: Int
  var random: SeededGenerator
  private var moneyCount = 0

  init(variant: Int, seed: UInt64) {
    self.variant = variant
    random = SeededGenerator(seed: seed &* 1_000 &+ UInt64(variant))
  }

  mutating func number<T: FixedWidthInteger>() -> T {
    switch variant {
    case 0: 0
    case 1: T.max
    default: T(truncatingIfNeeded: random.next())
    }
  }

  mutating func money() -> Int64 {
    moneyCount += 1
    return Draw.amounts[(variant + moneyCount) % Draw.amounts.count]
  }

  func choice<T: CaseIterable & RawRepresentable>(of: T.Type) -> T.RawValue {
    let all = Array(T.allCases)
    return all[variant % all.count].rawValue
  }

  /// No bit, then each bit alone, then any.
  mutating func bits<T: FixedWidthInteger>(_ count: Int) -> T {
    if variant == 0 { return 0 }
    if variant <= count { return 1 << T(variant - 1) }
    return T(truncatingIfNeeded: random.next()) & ((1 << T(count)) - 1)
  }

  mutating func digest() -> Digest {
    Digest(random.next(), random.next(), random.next(), random.next())
  }

  func text<T: FixedText>() -> T { T(Draw.texts[variant % Draw.texts.count]) }

  /// No entry, one, three, as many as may be.
  mutating func entries<Entry: SampleEntry>(of: Entry.Type) -> [Entry] {
    let counts = [0, 1, 3, Entry.entryCountMax]
    return (0..<counts[variant % counts.count]).map { index in
      var draw = self
      draw.variant = variant + index
      draw.random = SeededGenerator(seed: random.next())
      return Entry.sample(&draw)
    }
  }
}

/// A frame and what was meant by it.
struct SampleFrame {
  let message: any Sample
  let groups: [SampleGroup]
  let sequence: UInt64
  let bytes: [UInt8]

  init(_ type: any Sample.Type, variant: Int, seed: UInt64 = 1) {
    var draw = Draw(variant: variant, seed: seed)
    let message = type.sample(&draw)
    let groups = type.groups(&draw)
    let sequence: UInt64 = draw.number()
    (self.message, self.groups, self.sequence) = (message, groups, sequence)
    bytes = SampleFrame.encode(message, groups, sequence)
  }

  /// Writes over memory that is full of ones, so that a byte that is not written shows.
  static func encode(_ message: any Sample, _ groups: [SampleGroup], _ sequence: UInt64) -> [UInt8]
  {
    let type = type(of: message)
    let groupBytes = groups.map { 8 + $0.entryLength * $0.entries.count }.reduce(0, +)
    let byteCount = FrameHeader.byteCount + type.blockLength + groupBytes
    var bytes = [UInt8](repeating: 0xFF, count: byteCount)
    bytes.withUnsafeMutableBytes { raw in
      let frame = raw.start
      message.write(frame: frame, byteCount: byteCount)
      var next = frame + FrameHeader.byteCount + type.blockLength
      for group in groups {
        next = GroupSpan.write(
          next,
          entryLength: group.entryLength,
          count: group.entries.count
        )
        for entry in group.entries {
          entry.write(body: next)
          next += group.entryLength
        }
      }
      FrameHeader.seal(frame, sequence: sequence)
    }
    return bytes
  }
}

/// Every message of the schema, in its order.
let allSamples: [any Sample.Type] = [
  Logon.self, LogonAck.self, LogonReject.self, Heartbeat.self, ResendRequest.self,
  ResendBegin.self, ResendReject.self, Logout.self, EndOfSession.self, NotApplied.self,
  SessionReject.self, WrongShard.self, PlaceBid.self, LowerMaximum.self, RemoveBids.self,
  MassBid.self, CreateAuction.self, UpdateAuction.self, CancelAuction.self, Subscribe.self,
  Unsubscribe.self, QueryAuction.self, QueryBids.self, QueryTopology.self, QueryLogHead.self,
  QueryStateHash.self, TakeSnapshot.self, QueryEvents.self, SettlePayment.self,
  AccountControl.self, BidAck.self, Reject.self, Outbid.self, AuctionAck.self, RemoveAck.self,
  AccountAck.self, AuctionWon.self, AuctionState.self, PriceUpdate.self, AuctionEnded.self,
  BidEntry.self, BidsEnd.self, SubscribeAck.self, EventsEnd.self, AuctionExtended.self,
  LogHead.self, StateHash.self, SnapshotTaken.self, Topology.self, Tick.self,
  SessionOpened.self, EngineConfigured.self, OutageEnded.self, StateImported.self,
]

/// A side that may send the message.
func side(of type: any Sample.Type) -> MessageSender {
  type.facts.sender == .both ? .client : type.facts.sender
}

func verdict(_ bytes: [UInt8], from side: MessageSender) -> FrameVerdict {
  bytes.withUnsafeBytes {
    FrameValidator.verdict($0.start, byteCount: bytes.count, from: side)
  }
}

func store<T: FixedWidthInteger>(_ value: T, _ bytes: inout [UInt8], at offset: Int) {
  for index in 0..<MemoryLayout<T>.size {
    bytes[offset + index] = UInt8(truncatingIfNeeded: value >> T(8 * index))
  }
}

extension UnsafeRawBufferPointer {
  /// The first byte of a buffer that is not empty.
  var start: UnsafeRawPointer {
    guard let baseAddress else { fatalError("an empty buffer has no first byte") }
    return baseAddress
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The first byte of a buffer that is not empty.
  var start: UnsafeMutableRawPointer {
    guard let baseAddress else { fatalError("an empty buffer has no first byte") }
    return baseAddress
  }
}
