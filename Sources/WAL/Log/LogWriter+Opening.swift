public import Primitives

extension LogWriter {
  /// Recovers a log and opens it for writing under a new epoch, in a new segment.
  ///
  /// Power may fail at any step: until the batch that opens the epoch is durable, the next opening
  /// finds the log as it was. The last batch that was found is copied into the new segment first,
  /// because a flush that failed may have left it in the disk's cache only.
  ///
  /// - Parameters:
  ///   - storage: The log's folder; only one process may have it (lock the folder).
  ///   - files: Gets the segments' files, open in their slots.
  ///   - options: How to open it.
  ///   - memory: Where the buffers come from.
  ///   - visitor: Takes the records from `options.fromPosition` on.
  /// - Returns: The writing half.
  /// - Throws: `LogError` if the log is damaged, fenced, or a system call fails.
  public static func open<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    files: inout SegmentFiles,
    options: LogOptions,
    memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> LogWriter {
    try options.limits.check()
    invariant(options.newLogID != 0, "a log's number is drawn at random and is not 0")
    let hasKey = options.newBlindingKey != .zero
    invariant(hasKey, "a log's key is drawn at random and is not 0")
    let (identity, secret) = try claim(&storage, options, memory)
    var reader = SegmentReader(limits: options.limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: options.shard, reader: &reader)
    var scanner = LogScanner(
      secret: secret,
      survey: survey,
      reader: reader,
      range: options.range,
      start: options.newLogStart
    )
    try scanner.scan(&storage, &visitor)
    let found = try scanner.result(shard: options.shard, epoch: identity.epoch)
    var opening = LogOpening(options: options, survey: scanner.survey, found: found)
    try opening.takeSpares(&storage, &files)
    let segment = try opening.beginSegment(&storage, &files, scanner, memory)
    var writer = opening.makeWriter(segment, memory)
    try writer.openEpoch(&storage, files)
    try opening.cutTail(&storage)
    writer.prepareReserve(&storage, &files)
    return writer
  }

  /// Decides the epoch and makes the claim durable before any batch is read.
  private static func claim<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ options: LogOptions,
    _ memory: MemorySource
  ) throws(LogError) -> (LogIdentity, LogSecret) {
    var reader = SegmentReader(limits: options.limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: options.shard, reader: &reader)
    let claimed = try EpochClaim.read(&storage, memory: memory) ?? 0
    let highest = max(survey.highestEpoch, claimed)
    let epoch = options.epoch ?? highest + 1
    guard epoch > highest else {
      probe(.openingFenced)
      throw .fenced(epoch: epoch, highest: highest)
    }
    let new = LogSecret(logID: options.newLogID, blindingKey: options.newBlindingKey)
    let secret = survey.secret ?? new
    let identity = LogIdentity(shard: options.shard, logID: secret.logID, epoch: epoch)
    try EpochClaim.write(&storage, identity: identity, memory: memory)
    return (identity, secret)
  }

  /// Writes the empty batch that opens the epoch; nothing is served before it is durable.
  private mutating func openEpoch<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ files: SegmentFiles
  ) throws(LogError) {
    guard var order = commit.nextWrite() else { return }
    while true {
      switch completed(order, files.execute(&storage, order)) {
      case .durable: return
      case .poisoned(let failure): throw .poisoned(failure)
      case .retryShortWrite(let rest):
        probe(.openingShortWrite)
        order = rest
      }
    }
  }

  /// Prepares the segments that are kept for closings, so that a full disk never surprises a start.
  private mutating func prepareReserve<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ files: inout SegmentFiles
  ) {
    let wanted = max(1, commit.limits.reserveSegmentCount)
    while commit.readySegments.count < wanted, let step = nextPrepareStep() {
      completed(files.execute(&storage, step))
    }
  }
}
