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
  ///   - options: How to open it.
  ///   - memory: Where the buffers come from.
  ///   - visitor: Takes the records from `options.fromPosition` on.
  /// - Returns: The writing half; no file is open, see `openSegments`.
  /// - Throws: `LogError` if the log is damaged, fenced, or a system call fails.
  public static func open<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S, options: LogOptions, memory: MemorySource, visitor: inout V
  ) throws(LogError) -> LogWriter {
    var files = SegmentFiles()
    defer { files.closeAll(&storage) }
    return try open(
      &storage, files: &files, options: options, memory: memory, visitor: &visitor)
  }

  /// The same, leaving the segments' files open in their slots.
  ///
  /// - Parameters:
  ///   - storage: The log's folder; only one process may have it (lock the folder).
  ///   - files: Gets the open files.
  ///   - options: How to open it.
  ///   - memory: Where the buffers come from.
  ///   - visitor: Takes the records from `options.fromPosition` on.
  /// - Returns: The writing half.
  /// - Throws: `LogError` if the log is damaged, fenced, or a system call fails.
  public static func open<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S, files: inout SegmentFiles, options: LogOptions, memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> LogWriter {
    try options.limits.check()
    invariant(options.newLogID != 0, "a log's number is drawn at random and is not 0")
    let identity = try claim(&storage, options, memory)
    var reader = SegmentReader(limits: options.limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: options.shard, reader: &reader)
    var scanner = LogScanner(
      logID: identity.logID, survey: survey, reader: reader, fromPosition: options.fromPosition)
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
    _ storage: inout S, _ options: LogOptions, _ memory: MemorySource
  ) throws(LogError) -> LogIdentity {
    var reader = SegmentReader(limits: options.limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: options.shard, reader: &reader)
    let claimed = try EpochClaim.read(&storage, memory: memory) ?? 0
    let highest = max(survey.highestEpoch, claimed)
    let epoch = options.epoch ?? highest + 1
    guard epoch > highest else { throw .fenced(epoch: epoch, highest: highest) }
    let identity = LogIdentity(
      shard: options.shard, logID: survey.logID ?? options.newLogID, epoch: epoch)
    try EpochClaim.write(&storage, identity: identity, memory: memory)
    return identity
  }

  /// Writes the empty batch that opens the epoch; nothing is served before it is durable.
  private mutating func openEpoch<S: Storage & ~Copyable>(
    _ storage: inout S, _ files: SegmentFiles
  ) throws(LogError) {
    guard var order = commit.nextWrite() else { return }
    while true {
      switch completed(order, files.execute(&storage, order)) {
      case .durable: return
      case .poisoned(let failure): throw .poisoned(failure)
      case .retryShortWrite(let rest): order = rest
      }
    }
  }

  /// Prepares the segments that are kept for closings, so that a full disk never surprises a start.
  private mutating func prepareReserve<S: Storage & ~Copyable>(
    _ storage: inout S, _ files: inout SegmentFiles
  ) {
    let wanted = max(1, commit.limits.reserveSegmentCount)
    while commit.readySegments.count < wanted, let step = nextPrepareStep() {
      completed(files.execute(&storage, step))
    }
  }
}

/// The steps of opening a log after it was proven.
struct LogOpening {
  let options: LogOptions
  let survey: SegmentSurvey
  let found: RecoveredLog
  private var segments: SegmentSet
  private var ready: [PreparedSegment] = []

  init(options: LogOptions, survey: SegmentSurvey, found: RecoveredLog) {
    self.options = options
    self.survey = survey
    self.found = found
    let byteCount = UInt64(options.limits.segmentByteCount)
    let used = survey.used.compactMap { segment in
      segment.header.map {
        SegmentEntry(
          number: segment.number, firstBatchNumber: $0.firstBatchNumber,
          firstPosition: $0.firstPosition, isRecyclable: segment.fileByteCount == byteCount)
      }
    }
    segments = SegmentSet(
      used: used, nextNumber: survey.highestNumber + 1, limits: options.limits)
  }

  /// Opens the spares of the right size and deletes everything else that holds no part of the log.
  mutating func takeSpares<S: Storage & ~Copyable>(
    _ storage: inout S, _ files: inout SegmentFiles
  ) throws(LogError) {
    let newest = survey.used.last?.number ?? 0
    let byteCount = UInt64(options.limits.segmentByteCount)
    do {
      for name in survey.leftovers { try storage.remove(name) }
      for spare in survey.spares.sorted(by: { $0.number < $1.number }) {
        let isUsable =
          spare.fileByteCount == byteCount && spare.number > newest
          && ready.count <= options.limits.preparedSegmentCount
        guard isUsable, let slot = segments.takeSlot() else {
          try storage.remove(spare.name)
          continue
        }
        try files.open(&storage, slot, SegmentName(number: spare.number))
        ready.append(
          PreparedSegment(
            slot: slot, number: spare.number, byteCount: byteCount, isPrewritten: true))
      }
    } catch { throw .storage(error) }
  }

  /// Writes the header of the new segment and, behind it, the copy of the last batch; both durable.
  mutating func beginSegment<S: Storage & ~Copyable>(
    _ storage: inout S, _ files: inout SegmentFiles, _ scanner: consuming LogScanner,
    _ memory: MemorySource
  ) throws(LogError) -> CommitStart {
    let segment = ready.isEmpty ? try createSegment(&storage, &files) : ready.removeFirst()
    let last = scanner.last
    let header = segmentHeader(segment, copying: last?.header)
    let block = Region(byteCount: LogFormat.blockByteCount, from: memory)
    unsafe header.encode(block.base)
    let name = SegmentName(number: segment.number).text
    guard let file = files.file(segment.slot) else { throw .notOpen }
    var offset = UInt64(LogFormat.blockByteCount)
    do {
      unsafe try storage.writeAll(
        file, named: name, from: block.base, byteCount: LogFormat.blockByteCount, at: 0)
    } catch { throw .storage(error) }
    if let last { offset += try scanner.copy(&storage, last, to: file, named: name, at: offset) }
    // Before the next batch is written: it would prove that the copy had been durable.
    do { try storage.syncData(file) } catch { throw .storage(error) }
    segments.activate(
      segment, firstBatchNumber: header.firstBatchNumber, firstPosition: header.firstPosition)
    return CommitStart(
      segment: segment, fileOffset: offset, batchNumber: found.lastBatchNumber,
      position: found.lastPosition, head: found.head, time: max(options.time, found.lastTime))
  }

  private func segmentHeader(
    _ segment: PreparedSegment, copying last: BatchHeader?
  ) -> SegmentHeader {
    SegmentHeader(
      identity: found.identity, segmentNumber: segment.number,
      firstBatchNumber: last?.batchNumber ?? found.lastBatchNumber + 1,
      firstPosition: last?.firstPosition ?? found.lastPosition + 1,
      segmentByteCount: segment.byteCount, createdTime: max(options.time, found.lastTime),
      copiedBatchCount: last == nil ? 0 : 1, previousHash: last?.previousHash ?? found.head)
  }

  /// Without a spare, makes a segment at once; the bytes kept free are for what comes later.
  private mutating func createSegment<S: Storage & ~Copyable>(
    _ storage: inout S, _ files: inout SegmentFiles
  ) throws(LogError) -> PreparedSegment {
    var limits = options.limits
    limits.freeByteCountReserve = 0
    var preparer = SegmentPreparer(limits: limits)
    guard let job = segments.nextJob(wantsSegment: true) else { throw .storageFull }
    preparer.begin(job)
    while let step = preparer.nextStep() {
      let progress = preparer.completed(files.execute(&storage, step))
      if case .ready(let segment) = progress { return segment }
    }
    throw .storage(
      StorageError(
        operation: .create, file: SegmentName(number: segments.nextNumber - 1).text,
        errno: preparer.blockedErrno ?? SegmentPreparer.errnoNoSpace))
  }

  /// Starts group commit behind the copy.
  mutating func makeWriter(_ start: CommitStart, _ memory: MemorySource) -> LogWriter {
    var commit = GroupCommit(
      limits: options.limits, identity: found.identity, start: start, memory: memory)
    for segment in ready { commit.offer(segment) }
    return LogWriter(commit: commit, segments: segments, recovered: found)
  }

  /// Gives back the unused rest of the segment in which the log ended; it is never written again.
  func cutTail<S: Storage & ~Copyable>(_ storage: inout S) throws(LogError) {
    guard let tail = survey.used.last, found.tailOffset > 0,
      found.tailOffset < tail.fileByteCount
    else { return }
    do {
      let file = try storage.open(tail.name)
      defer { storage.close(file) }
      try storage.truncate(file, to: found.tailOffset)
    } catch { throw .storage(error) }
  }
}

extension LogScanner {
  /// Copies a proven batch, byte for byte; gives its length.
  mutating func copy<S: Storage & ~Copyable>(
    _ storage: inout S, _ place: BatchPlace, to file: StorageFile, named name: String,
    at offset: UInt64
  ) throws(LogError) -> UInt64 {
    let byteCount = place.header.batchByteCount
    try reader.open(&storage, number: place.segmentNumber)
    let held = try reader.load(&storage, at: place.offset, byteCount: byteCount)
    guard held == byteCount, unsafe place.header.matchesBody(reader.bytes(at: place.offset)) else {
      throw .damaged(
        LogDamage(
          recoveryCase: .readFailed, file: SegmentName(number: place.segmentNumber).text,
          offset: place.offset, batchNumber: place.header.batchNumber))
    }
    do {
      unsafe try storage.writeAll(
        file, named: name, from: reader.bytes(at: place.offset), byteCount: byteCount, at: offset)
    } catch { throw .storage(error) }
    reader.close(&storage)
    return UInt64(byteCount)
  }
}
