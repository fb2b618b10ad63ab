internal import Primitives

/// What the next batch must be.
struct ExpectedBatch: Equatable, Sendable {
  var number: UInt64
  var firstPosition: UInt64
  var previousHash: Digest
  /// The epoch that must have written it, or nil if any up to `highestEpoch` may have.
  var epoch: UInt64?
  var highestEpoch: UInt64

  init(after anchor: LogAnchor) {
    number = anchor.batchNumber + 1
    firstPosition = anchor.position + 1
    previousHash = anchor.hash
    highestEpoch = 0
  }

  init(_ header: SegmentHeader, copiesLeft: UInt32) {
    number = header.firstBatchNumber
    firstPosition = header.firstPosition
    previousHash = header.previousHash
    epoch = copiesLeft > 0 ? nil : header.identity.epoch
    highestEpoch = header.identity.epoch
  }

  /// Whether what a segment's header says begins exactly here.
  func isFollowed(by first: ExpectedBatch) -> Bool {
    number == first.number && previousHash == first.previousHash
      && firstPosition == first.firstPosition && highestEpoch <= first.highestEpoch
  }

  /// Steps over a proven batch; what follows it was written by the segment's own epoch.
  mutating func advance(past header: BatchHeader) {
    number = header.batchNumber + 1
    firstPosition = header.lastPosition + 1
    previousHash = header.hash
    epoch = highestEpoch
  }
}

/// What stands where a batch is expected.
enum BatchExamination: Equatable {
  case proven(BatchHeader, root: Digest)
  case missing(RecoveryCase)
  case refused(RecoveryCase)
  case otherVersion(UInt16)
}

extension SegmentReader {
  /// Judges what stands at an offset, header first, then its relation to the log, then the body.
  mutating func examine<S: Storage & ~Copyable>(
    _ storage: inout S,
    at offset: UInt64,
    expected: ExpectedBatch,
    secret: LogSecret
  ) throws(LogError) -> BatchExamination {
    let count = try load(&storage, at: offset, byteCount: LogFormat.blockByteCount)
    if count == 0 { return .missing(.blankEnd) }
    if count < LogFormat.blockByteCount { return .missing(.cutTail) }
    let header: BatchHeader
    switch unsafe BatchHeader.inspect(bytes(at: offset), logID: secret.logID) {
    case .none: return .missing(.blankEnd)
    case .damaged: return .refused(.damagedHeader)
    case .valid(let found): header = found
    }
    if let verdict = header.relation(to: expected) { return verdict }
    let byteCount = header.batchByteCount
    let held = try load(&storage, at: offset, byteCount: byteCount)
    if held < byteCount { return .missing(.cutTail) }
    switch unsafe header.inspectBody(bytes(at: offset), blindingKey: secret.blindingKey) {
    case .torn: return .missing(.tornTail)
    case .malformed: return .refused(.malformedRecords)
    case .proven(let root): return .proven(header, root: root)
    }
  }
}

extension BatchHeader {
  /// Why the batch is not the expected one, or nil if it is.
  func relation(to expected: ExpectedBatch) -> BatchExamination? {
    if version != LogFormat.version { return .otherVersion(version) }
    if batchNumber < expected.number { return .missing(.staleEnd) }
    if batchNumber > expected.number { return .refused(.numberGap) }
    // What an epoch wrote that was fenced by the segment's: it was never acknowledged.
    if let epoch = expected.epoch, identity.epoch < epoch { return .missing(.staleEnd) }
    let follows =
      previousHash == expected.previousHash && firstPosition == expected.firstPosition
      && identity.epoch <= expected.highestEpoch && isPlausible
    return follows ? nil : .refused(.wrongChain)
  }

  /// Gives the wanted records to a visitor; the batch was proven.
  func visitRecords<V: RecordVisitor & ~Copyable>(
    _ batch: UnsafeRawPointer,
    _ range: LogRange,
    _ visitor: inout V
  ) -> VisitedRecords {
    var record = unsafe batch + LogFormat.headerByteCount
    var visited = VisitedRecords()
    var ahead = unsafe RecordsAhead(record, byteCount: Int(payloadByteCount))
    for position in firstPosition..<(firstPosition + UInt64(recordCount)) {
      let frame = unsafe Int(record.word32(at: LogFormat.recordPrefixByteCount))
      let found = unsafe LogRecord(position: position, record: record, byteCount: frame)
      if range.isBehind(position: position, time: found.time) {
        visited.hasReachedEnd = true
        return visited
      }
      if position >= range.fromPosition {
        ahead.step(&visitor)
        visitor.visit(found)
        visited.count += 1
      }
      visited.lastPosition = position
      unsafe record += LogFormat.recordPrefixByteCount + frame
    }
    return visited
  }
}

/// The records that come soon, announced in groups so that their memory is asked for together.
@safe
private struct RecordsAhead {
  private static let groupCount = 4
  private var record: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private var left = 0
  private var isBegun = false

  init(_ record: UnsafeRawPointer, byteCount: Int) {
    unsafe self.record = record
    unsafe end = record + byteCount
  }

  /// Announces the next group when the one before the last is used up: two groups are ahead.
  mutating func step<V: RecordVisitor & ~Copyable>(_ visitor: inout V) {
    guard left == 0 else {
      left -= 1
      return
    }
    announce(&visitor)
    if !isBegun { announce(&visitor) }
    isBegun = true
    left = Self.groupCount - 1
  }

  private mutating func announce<V: RecordVisitor & ~Copyable>(_ visitor: inout V) {
    for _ in 0..<Self.groupCount where unsafe record < end {
      let frame = unsafe record + LogFormat.recordPrefixByteCount
      unsafe visitor.willVisit(frame)
      unsafe record = frame + Int(frame.word32(at: 0))
    }
  }
}

/// Which of a batch's records were wanted.
struct VisitedRecords {
  var count: UInt64 = 0
  /// The last one that is not behind the wanted ones, 0 if there is none.
  var lastPosition: UInt64 = 0
  var hasReachedEnd = false
}
