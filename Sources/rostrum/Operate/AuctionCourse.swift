import Engine
import Primitives
import Runtime
import Uring
import WAL
import Wire

/// How an auction went, as its public frames tell.
struct AuctionCourse {
  private(set) var rows: [BidEntry] = []
  private(set) var state: AuctionState?
  private(set) var price: PriceUpdate?
  private(set) var ended: AuctionEnded?

  /// Takes a public frame of the auction.
  fileprivate mutating func take(_ frame: UnsafeRawPointer) {
    switch unsafe FrameHeader(frame: frame).templateID {
    case BidEntry.templateID: rows.append(unsafe BidEntry(frame: frame))
    case AuctionState.templateID: state = unsafe AuctionState(frame: frame)
    case PriceUpdate.templateID: price = unsafe PriceUpdate(frame: frame)
    case AuctionEnded.templateID: ended = unsafe AuctionEnded(frame: frame)
    default: break
    }
  }

  /// Whether the auction was there at all.
  var isKnown: Bool { state != nil || ended != nil || price != nil }
}

/// Replays a shard's records on a state from before an auction began, and follows the auction.
struct CourseReplay: RecordVisitor, ~Copyable {
  private var base: ReplayedShard
  private var outbox: Outbox
  private let auction: AuctionID
  /// The account whose acts on the auction are left out; nil = none.
  private let left: UInt64?
  private(set) var course = AuctionCourse()
  /// The records that were left out, whole or in part.
  private(set) var leftOut: [UInt64] = []
  /// What the engine says of the auction at the end; nil when it is no longer remembered.
  var view: AuctionView? { base.engine.view(of: auction) }
  var position: UInt64 { base.engine.position }
  var time: Nanoseconds { base.engine.time }

  init(_ base: consuming ReplayedShard, _ auction: AuctionID, without left: UInt64?) {
    self.base = base
    self.auction = auction
    self.left = left
    outbox = Outbox(byteCount: 1 << 20, memory: Machine.pages)
    outbox.wantsPublic = true
  }

  mutating func visit(_ record: LogRecord) {
    guard let left, AuctionRecords.isAct(record, of: left, on: auction.raw) else {
      return unsafe apply(record, record.frame)
    }
    leftOut.append(record.position)
    let template = unsafe FrameHeader(frame: record.frame).templateID
    guard template == MassBid.templateID,
      let rest = AuctionRecords.massBid(record, without: auction.raw)
    else { return }
    unsafe rest.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { unsafe apply(record, base) }
    }
  }

  private mutating func apply(_ record: LogRecord, _ frame: UnsafeRawPointer) {
    let command = unsafe Command(
      position: record.position, time: record.time, session: record.session, roles: record.roles,
      frame: frame)
    base.engine.apply(command, &outbox)
    take()
    while base.engine.moreDue {
      base.engine.resume(command, &outbox)
      take()
    }
  }

  private mutating func take() {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      guard entry.isPublic, unsafe Self.auction(of: entry.frame) == auction.raw else { continue }
      unsafe course.take(entry.frame)
    }
    outbox.clear()
  }

  /// The auction that a public frame speaks of: its first field, in a view the second.
  private static func auction(of frame: UnsafeRawPointer) -> UInt64 {
    let template = unsafe FrameHeader(frame: frame).templateID
    if template == AuctionState.templateID { return unsafe AuctionState(frame: frame).auctionId }
    return unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount)
  }
}
