internal import Primitives

/// What the next batch must be.
struct ExpectedBatch: Equatable, Sendable {
  var number: UInt64
  var firstPosition: UInt64
  var previousHash: Digest
  /// The epoch that must have written it, or nil if any up to `highestEpoch` may have.
  var epoch: UInt64?
  var highestEpoch: UInt64

  init(_ header: SegmentHeader, copiesLeft: UInt32) {
    number = header.firstBatchNumber
    firstPosition = header.firstPosition
    previousHash = header.previousHash
    epoch = copiesLeft > 0 ? nil : header.identity.epoch
    highestEpoch = header.identity.epoch
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
  case proven(BatchHeader)
  case missing(RecoveryCase)
  case refused(RecoveryCase)
  case newer(UInt16)
}

extension SegmentReader {
  /// Judges what stands at an offset, header first, then its relation to the log, then the body.
  mutating func examine<S: Storage & ~Copyable>(
    _ storage: inout S,
    at offset: UInt64,
    expected: ExpectedBatch,
    logID: UInt64
  ) throws(LogError) -> BatchExamination {
    let count = try load(&storage, at: offset, byteCount: LogFormat.blockByteCount)
    if count == 0 { return .missing(.blankEnd) }
    if count < LogFormat.blockByteCount { return .missing(.cutTail) }
    let header: BatchHeader
    switch unsafe BatchHeader.inspect(bytes(at: offset), logID: logID) {
    case .none: return .missing(.blankEnd)
    case .damaged: return .refused(.damagedHeader)
    case .valid(let found): header = found
    }
    if let verdict = header.relation(to: expected) { return verdict }
    let byteCount = header.batchByteCount
    let held = try load(&storage, at: offset, byteCount: byteCount)
    if held < byteCount { return .missing(.cutTail) }
    guard unsafe header.matchesBody(bytes(at: offset)) else { return .missing(.tornTail) }
    guard unsafe header.hasWellFormedRecords(bytes(at: offset)) else {
      return .refused(.malformedRecords)
    }
    return .proven(header)
  }
}

extension BatchHeader {
  /// Why the batch is not the expected one, or nil if it is.
  func relation(to expected: ExpectedBatch) -> BatchExamination? {
    if version > LogFormat.version { return .newer(version) }
    if batchNumber < expected.number { return .missing(.staleEnd) }
    if batchNumber > expected.number { return .refused(.numberGap) }
    // What an epoch wrote that was fenced by the segment's: it was never acknowledged.
    if let epoch = expected.epoch, identity.epoch < epoch { return .missing(.staleEnd) }
    let follows =
      previousHash == expected.previousHash && firstPosition == expected.firstPosition
      && identity.epoch <= expected.highestEpoch && isPlausible
    return follows ? nil : .refused(.wrongChain)
  }

  /// Whether the payload is a run of exactly the records that the header counts.
  func hasWellFormedRecords(_ batch: UnsafeRawPointer) -> Bool {
    var offset = 0
    var count: UInt32 = 0
    let total = Int(payloadByteCount)
    let payload = unsafe batch + LogFormat.headerByteCount
    while offset < total {
      guard
        let frame = unsafe LogRecord.frameByteCount(payload + offset, remaining: total - offset)
      else { return false }
      offset += LogFormat.recordPrefixByteCount + frame
      count += 1
    }
    return offset == total && count == recordCount
  }

  /// Gives the records from a position on to a visitor; the batch was proven.
  func visitRecords<V: RecordVisitor & ~Copyable>(
    _ batch: UnsafeRawPointer,
    from firstWanted: UInt64,
    _ visitor: inout V
  ) -> UInt64 {
    var record = unsafe batch + LogFormat.headerByteCount
    var visitedCount: UInt64 = 0
    for position in firstPosition..<(firstPosition + UInt64(recordCount)) {
      let frame = unsafe Int(record.word32(at: LogFormat.recordPrefixByteCount))
      if position >= firstWanted {
        unsafe visitor.visit(LogRecord(position: position, record: record, byteCount: frame))
        visitedCount += 1
      }
      unsafe record += LogFormat.recordPrefixByteCount + frame
    }
    return visitedCount
  }
}
