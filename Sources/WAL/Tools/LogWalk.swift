internal import Primitives

/// A proven batch that a walk came to; its bytes are there until the next step.
struct WalkedBatch: Equatable {
  let header: BatchHeader
  let root: Digest
  let segment: SurveyedSegment
  let offset: UInt64
  let isFirstOfSegment: Bool
}

/// What a step of a walk came to.
enum WalkStep: Equatable {
  case batch(WalkedBatch)
  /// Something else than the next batch stands here.
  case stop(BatchExamination, WalkStop)
}

/// Where a walk stopped.
struct WalkStop: Equatable {
  let segment: SurveyedSegment
  let offset: UInt64
  let batchNumber: UInt64
}

/// Steps through the proven batches of a surveyed log, segment by segment.
///
/// It decides nothing about the log's end: whoever walks knows how far the log goes, from
/// `Recovery.read`, or wants to know where it breaks, as a repair does.
struct LogWalk: ~Copyable {
  let survey: SegmentSurvey
  let secret: LogSecret
  private(set) var reader: SegmentReader
  private(set) var expected: ExpectedBatch?
  private var index: Int
  private var offset: UInt64 = 0
  private var isInside = false

  init(survey: SegmentSurvey, from index: Int, reader: consuming SegmentReader) {
    self.survey = survey
    secret = survey.secret ?? LogSecret(logID: 0, blindingKey: .zero)
    self.index = index
    self.reader = reader
  }

  /// Takes the survey and begins in the last segment that a test holds for, or in the first.
  init<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource,
    fromLastWhere isBefore: (SegmentHeader) -> Bool
  ) throws(LogError) {
    var reader = SegmentReader(limits: limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: shard, reader: &reader)
    let index = survey.used.lastIndex { $0.header.map(isBefore) ?? false }
    self.init(survey: survey, from: index ?? 0, reader: reader)
  }

  /// The first byte of the batch of the last step.
  func bytes(_ batch: WalkedBatch) -> UnsafeRawPointer { unsafe reader.bytes(at: batch.offset) }

  /// Goes one batch on; nil if there is no segment.
  mutating func next<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(LogError) -> WalkStep? {
    while index < survey.used.count {
      let segment = survey.used[index]
      let isFirst = !isInside
      if isFirst { try enter(&storage, segment) }
      guard let expected else { return nil }
      let following = index + 1 < survey.used.count ? survey.used[index + 1].header : nil
      if expected.number == following?.firstBatchNumber {
        index += 1
        isInside = false
        continue
      }
      return try step(&storage, segment, expected, isFirst: isFirst)
    }
    return nil
  }

  private mutating func enter<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ segment: SurveyedSegment
  ) throws(LogError) {
    guard let header = segment.header else { return }
    let first = ExpectedBatch(header, copiesLeft: header.copiedBatchCount)
    if let expected, !expected.isFollowed(by: first) {
      throw .damaged(
        LogDamage(
          recoveryCase: .wrongChain,
          file: segment.name,
          offset: 0,
          batchNumber: expected.number
        )
      )
    }
    expected = first
    try reader.open(&storage, number: segment.number)
    offset = UInt64(LogFormat.blockByteCount)
    isInside = true
  }

  private mutating func step<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ segment: SurveyedSegment,
    _ next: ExpectedBatch,
    isFirst: Bool
  ) throws(LogError) -> WalkStep {
    let found = try reader.examine(&storage, at: offset, expected: next, secret: secret)
    guard case .proven(let header, let root) = found else {
      let stop = WalkStop(segment: segment, offset: offset, batchNumber: next.number)
      return .stop(found, stop)
    }
    let batch = WalkedBatch(
      header: header,
      root: root,
      segment: segment,
      offset: offset,
      isFirstOfSegment: isFirst
    )
    expected?.advance(past: header)
    offset += UInt64(header.batchByteCount)
    return .batch(batch)
  }

  /// Closes the open file.
  mutating func close<S: Storage & ~Copyable>(_ storage: inout S) { reader.close(&storage) }
}

extension LogWalk {
  /// Goes on to the first batch that a test holds for.
  ///
  /// The log was read before and is known to hold it: anything else than a batch is damage, or was
  /// changed meanwhile.
  mutating func advance<S: Storage & ~Copyable>(
    _ storage: inout S,
    to isWanted: (BatchHeader) -> Bool
  ) throws(LogError) -> WalkedBatch {
    while let step = try next(&storage) {
      switch step {
      case .batch(let batch): if isWanted(batch.header) { return batch }
      case .stop(_, let stop): throw stop.damage
      }
    }
    throw .damaged(
      LogDamage(recoveryCase: .batchesMissing, file: "the folder", offset: 0, batchNumber: 0)
    )
  }
}

extension WalkStop {
  /// The batch that should stand here does not.
  var damage: LogError {
    .damaged(
      LogDamage(
        recoveryCase: .batchesMissing,
        file: segment.name,
        offset: offset,
        batchNumber: batchNumber
      )
    )
  }
}
