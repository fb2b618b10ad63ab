internal import Primitives

/// A proven batch and where it stands.
struct BatchPlace: Equatable, Sendable {
  let header: BatchHeader
  let segmentNumber: UInt64
  let offset: UInt64
}

/// Reads a surveyed log from one segment to its end; the rows of the recovery table are here.
struct LogScanner: ~Copyable {
  let secret: LogSecret
  var survey: SegmentSurvey
  var reader: SegmentReader
  let range: LogRange
  let start: LogStart?
  /// Batches up to this one were given to the visitor by an earlier attempt.
  let resume: LogAnchor?
  private(set) var anchors: AnchorCheck
  private(set) var last: BatchPlace?
  private(set) var expected: ExpectedBatch?
  private(set) var counts: ScanCounts
  private(set) var tailCase = RecoveryCase.blankEnd
  private(set) var tailOffset: UInt64 = 0
  private(set) var hasAbandonedSegment = false
  private(set) var hasStoppedEarly = false

  init(
    secret: LogSecret,
    survey: SegmentSurvey,
    reader: consuming SegmentReader,
    range: LogRange,
    start: LogStart? = nil,
    resume: LogAnchor? = nil,
    counts: ScanCounts = ScanCounts()
  ) {
    self.secret = secret
    self.survey = survey
    self.reader = reader
    self.range = range
    self.start = start
    self.resume = resume
    self.counts = counts
    anchors = AnchorCheck([range.anchor, resume].compactMap { $0 })
  }

  /// Proves the log and gives its records to the visitor.
  mutating func scan<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    _ visitor: inout V
  ) throws(LogError) {
    try abandonTornSegment(&storage)
    let used = survey.used
    if used.isEmpty {
      if let start { expected = ExpectedBatch(after: start.anchor) }
    } else {
      for index in try firstIndex(used)..<used.count where !hasStoppedEarly {
        let end = index + 1 < used.count ? used[index + 1].header : nil
        try scanSegment(&storage, used[index], until: end, &visitor)
      }
    }
    reader.close(&storage)
    if hasStoppedEarly { return }
    try checkSpares(&storage, next: expected?.number ?? 1)
    try anchors.checkEnd(next: expected?.number ?? 1, file: used.last?.name ?? "the folder")
  }

  /// The newest segment counts only if its first batch stands (case G).
  private mutating func abandonTornSegment<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(LogError) {
    guard let newest = survey.used.last, let header = newest.header else { return }
    try reader.open(&storage, number: newest.number)
    let first = ExpectedBatch(header, copiesLeft: header.copiedBatchCount)
    let origin = UInt64(LogFormat.blockByteCount)
    let found = try reader.examine(&storage, at: origin, expected: first, secret: secret)
    guard case .missing = found else { return }
    if let later = try findLater(&storage, than: first.number, from: origin) {
      throw damage(.laterBatchStands, newest.name, later, first.number)
    }
    // Nothing but this segment could hold what is before it: then it is no torn first write.
    if survey.used.count == 1 && first.number != (start?.anchor.batchNumber ?? 0) + 1 {
      throw damage(.batchesMissing, newest.name, origin, first.number)
    }
    RecoveryCase.abandonedSegment.mark()
    hasAbandonedSegment = true
    survey.abandonNewest()
  }

  /// The last segment that begins at or before the wanted position.
  private func firstIndex(_ used: [SurveyedSegment]) throws(LogError) -> Int {
    let index = used.lastIndex { ($0.header?.firstPosition ?? 0) <= range.fromPosition }
    if let index { return min(index, anchors.firstIndex(used) ?? index) }
    RecoveryCase.positionNotHeld.mark()
    throw .positionNotHeld(
      wanted: range.fromPosition,
      oldest: used[0].header?.firstPosition ?? 0,
      last: used[used.count - 1].header?.firstPosition ?? 0
    )
  }

  private mutating func scanSegment<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    _ segment: SurveyedSegment,
    until end: SegmentHeader?,
    _ visitor: inout V
  ) throws(LogError) {
    guard let header = segment.header else { return }
    try enter(segment, header)
    try reader.open(&storage, number: segment.number)
    var offset = UInt64(LogFormat.blockByteCount)
    while let next = expected, next.number != end?.firstBatchNumber {
      if range.endsBefore(next) { return hasStoppedEarly = true }
      let found = try reader.examine(&storage, at: offset, expected: next, secret: secret)
      guard case .proven(let batch, _) = found else {
        return try endOfLog(&storage, found, segment, offset, next.number, isTail: end == nil)
      }
      try anchors.check(batch, file: segment.name)
      guard visit(batch, at: offset, &visitor) else { return hasStoppedEarly = true }
      last = BatchPlace(header: batch, segmentNumber: segment.number, offset: offset)
      expected?.advance(past: batch)
      offset += UInt64(batch.batchByteCount)
      if hasStoppedEarly { return }
    }
  }

  /// Gives a proven batch to the visitor, unless an earlier attempt has; false if it is not wanted.
  private mutating func visit<V: RecordVisitor & ~Copyable>(
    _ batch: BatchHeader,
    at offset: UInt64,
    _ visitor: inout V
  ) -> Bool {
    if let resume, batch.batchNumber <= resume.batchNumber { return true }
    let bytes = unsafe reader.bytes(at: offset)
    let firstTime = unsafe bytes.word64(at: LogFormat.headerByteCount)
    if batch.recordCount > 0, range.isBehind(position: batch.firstPosition, time: firstTime) {
      return false
    }
    visitor.visitBatch(batch)
    let visited = unsafe batch.visitRecords(bytes, range, &visitor)
    counts.batchCount += 1
    counts.visitedCount += visited.count
    counts.lastWantedPosition = max(counts.lastWantedPosition, visited.lastPosition)
    hasStoppedEarly = visited.hasReachedEnd
    return true
  }

  /// A segment must begin exactly where the one before it was left (case B or K or L).
  private mutating func enter(
    _ segment: SurveyedSegment,
    _ header: SegmentHeader
  ) throws(LogError) {
    let first = ExpectedBatch(header, copiesLeft: header.copiedBatchCount)
    if let expected {
      if !expected.isFollowed(by: first) {
        throw damage(.wrongChain, segment.name, 0, expected.number)
      }
      RecoveryCase.segmentEnds.mark()
    } else {
      try anchors.check(before: first, file: segment.name)
    }
    expected = first
  }

  /// Decides whether the log ends here, where nothing proven stands.
  private mutating func endOfLog<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ found: BatchExamination,
    _ segment: SurveyedSegment,
    _ offset: UInt64,
    _ number: UInt64,
    isTail: Bool
  ) throws(LogError) {
    switch found {
    case .proven: return
    case .otherVersion(let version):
      RecoveryCase.otherVersion.mark()
      throw .otherVersion(file: segment.name, version: version)
    case .refused(let recoveryCase): throw damage(recoveryCase, segment.name, offset, number)
    case .missing(let recoveryCase):
      // One batch is in flight at a time: a later one proves that this one had been durable.
      if !isTail { throw damage(.batchesMissing, segment.name, offset, number) }
      if try findLater(&storage, than: number, from: offset) != nil {
        throw damage(.laterBatchStands, segment.name, offset, number)
      }
      recoveryCase.mark()
      tailCase = recoveryCase
      tailOffset = offset
    }
  }

  /// Where in the open segment a batch with a higher number begins.
  private mutating func findLater<S: Storage & ~Copyable>(
    _ storage: inout S,
    than number: UInt64,
    from start: UInt64
  ) throws(LogError) -> UInt64? {
    let block = LogFormat.blockByteCount
    var offset = start
    while try reader.load(&storage, at: offset, byteCount: block) >= LogFormat.headerByteCount {
      let found = unsafe BatchHeader.inspect(reader.bytes(at: offset), logID: secret.logID)
      if case .valid(let header) = found, header.batchNumber > number { return offset }
      offset += UInt64(block)
    }
    return nil
  }

  func damage(
    _ recoveryCase: RecoveryCase,
    _ file: String,
    _ offset: UInt64,
    _ number: UInt64
  ) -> LogError {
    recoveryCase.mark()
    return .damaged(
      LogDamage(recoveryCase: recoveryCase, file: file, offset: offset, batchNumber: number)
    )
  }
}
