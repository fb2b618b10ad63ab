import Client
import Foundation
import Gateway
import Primitives
import Runtime
import Uring
import WAL
import Wire

/// A bid as the log holds it, with what the rules say to it.
struct LoggedBid {
  let position: UInt64
  let session: UInt32
  let sequence: UInt64
  let message: PlaceBid
  let verdict: BookVerdict
}

/// What a log holds, read from its files with no server: every bid, and the state that a replay
/// from empty leads to.
struct LogAudit {
  var bids: [LoggedBid] = []
  /// The place in `bids` of the bid at a position, -1 where there is another record.
  private(set) var placeOfPosition: [Int32] = []
  var book: BidBook
  var recovered: RecoveredLog?
  var stateHash = Digest.zero
  /// The header of the last batch with records.
  var lastBatch: BatchHeader?
  /// Records that carry a number at or below one that their session had used before.
  private(set) var repeatCount = 0
  private var lastSequence: [UInt32: UInt64] = [:]

  /// Reads a data folder's log.
  ///
  /// - Parameters:
  ///   - dataPath: The data folder; no server may be writing to it.
  ///   - terms: The auctions whose bids the rules are to decide once more.
  ///   - shard: Which shard's log.
  ///   - logPath: Where the log is; nil = in the data folder.
  /// - Throws: What is wrong with the log.
  init(
    dataPath: String, terms: [UInt64: AuctionDraft] = [:], shard: UInt16 = 0,
    logPath: String? = nil
  ) throws {
    book = BidBook(terms)
    let options = ShardOptions(
      shard: ShardID(shard), shardCount: 1, dataPath: dataPath, newEngineID: (high: 0, low: 0),
      credentials: .insecure)
    var storage = try DirectStorage(
      path: logPath ?? options.logPath, memory: Machine.pages)
    var reader = AuditReader(audit: self, options: options)
    let found = try Recovery.read(
      &storage, shard: options.shard, limits: options.logLimits, memory: Machine.pages,
      visitor: &reader)
    let hash = reader.replay.stateHash
    self = reader.audit
    recovered = found
    stateHash = hash
  }

  var lastPosition: UInt64 { recovered?.lastPosition ?? 0 }

  /// The bid at a position of the log.
  func bid(at position: UInt64) -> LoggedBid? {
    guard position < UInt64(placeOfPosition.count) else { return nil }
    let place = placeOfPosition[Int(position)]
    return place < 0 ? nil : bids[Int(place)]
  }

  fileprivate mutating func take(_ record: LogRecord) {
    let header = FrameHeader(frame: record.frame)
    while placeOfPosition.count < Int(record.position) { placeOfPosition.append(-1) }
    placeOfPosition.append(-1)
    if header.sequence > 0 {
      if header.sequence <= lastSequence[record.session.raw, default: 0] { repeatCount += 1 }
      lastSequence[record.session.raw] = header.sequence
    }
    guard header.templateID == PlaceBid.templateID else { return }
    let message = PlaceBid(frame: record.frame)
    let verdict = book.place(message)
    placeOfPosition[Int(record.position)] = Int32(bids.count)
    bids.append(
      LoggedBid(
        position: record.position, session: record.session.raw, sequence: header.sequence,
        message: message, verdict: verdict))
  }
}

/// Gives each record to the rules of production and to the book.
private struct AuditReader: RecordVisitor, ~Copyable {
  var audit: LogAudit
  var replay: ReplayVisitor<DirectStorage>

  init(audit: LogAudit, options: ShardOptions) {
    self.audit = audit
    replay = ReplayVisitor<DirectStorage>(
      options: options, status: nil, memory: Machine.pages, engineMemory: Machine.pages)
  }

  mutating func visit(_ record: LogRecord) {
    replay.visit(record)
    audit.take(record)
  }

  mutating func visitBatch(_ header: BatchHeader) {
    if header.recordCount > 0 { audit.lastBatch = header }
  }
}
