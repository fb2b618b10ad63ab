internal import Primitives

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
    // The newest one is about to be cut off at its end.
    let byteCount = UInt64(options.limits.segmentByteCount)
    let newest = survey.used.last?.number
    let used = survey.used.compactMap { segment in
      segment.header.map {
        SegmentEntry(
          number: segment.number,
          firstBatchNumber: $0.firstBatchNumber,
          firstPosition: $0.firstPosition,
          isRecyclable: segment.fileByteCount == byteCount && segment.number != newest
        )
      }
    }
    segments = SegmentSet(
      used: used,
      nextNumber: survey.highestNumber + 1,
      limits: options.limits
    )
  }

  /// Opens the spares of the right size and deletes everything else that holds no part of the log.
  mutating func takeSpares<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ files: inout SegmentFiles
  ) throws(LogError) {
    let newest = survey.used.last?.number ?? 0
    let byteCount = UInt64(options.limits.segmentByteCount)
    do {
      for name in survey.leftovers {
        probe(.openingLeftoverRemoved)
        try storage.remove(name)
      }
      for spare in survey.spares.sorted(by: { $0.number < $1.number }) {
        let isUsable =
          spare.fileByteCount == byteCount && spare.number > newest
          && ready.count <= options.limits.preparedSegmentCount
        guard isUsable, let slot = segments.takeSlot() else {
          probe(.openingSpareRemoved)
          try storage.remove(spare.name)
          continue
        }
        probe(.openingSpareTaken)
        try files.open(&storage, slot, SegmentName(number: spare.number))
        ready.append(
          PreparedSegment(
            slot: slot,
            number: spare.number,
            byteCount: byteCount,
            isPrewritten: true
          )
        )
      }
    } catch { throw .storage(error) }
  }

  /// Writes the header of the new segment and, behind it, the copy of the last batch; both durable.
  mutating func beginSegment<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ files: inout SegmentFiles,
    _ scanner: consuming LogScanner,
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
        file,
        named: name,
        from: block.base,
        byteCount: LogFormat.blockByteCount,
        at: 0
      )
    } catch { throw .storage(error) }
    if let last {
      probe(.openingBatchCopied)
      offset += try scanner.copy(&storage, last, to: file, named: name, at: offset)
    }
    // Before the next batch is written: it would prove that the copy had been durable.
    do { try storage.syncData(file) } catch { throw .storage(error) }
    segments.activate(
      segment,
      firstBatchNumber: header.firstBatchNumber,
      firstPosition: header.firstPosition
    )
    return CommitStart(
      segment: segment,
      fileOffset: offset,
      batchNumber: found.lastBatchNumber,
      position: found.lastPosition,
      head: found.head,
      time: found.lastTime
    )
  }

  private func segmentHeader(
    _ segment: PreparedSegment,
    copying last: BatchHeader?
  ) -> SegmentHeader {
    SegmentHeader(
      identity: found.identity,
      segmentNumber: segment.number,
      firstBatchNumber: last?.batchNumber ?? found.lastBatchNumber + 1,
      firstPosition: last?.firstPosition ?? found.lastPosition + 1,
      segmentByteCount: segment.byteCount,
      createdTime: options.time,
      copiedBatchCount: last == nil ? 0 : 1,
      previousHash: last?.previousHash ?? found.head,
      blindingKey: found.blindingKey
    )
  }

  /// Without a spare, makes a segment at once; the bytes kept free are for what comes later.
  private mutating func createSegment<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ files: inout SegmentFiles
  ) throws(LogError) -> PreparedSegment {
    probe(.openingSegmentMade)
    var limits = options.limits
    limits.freeByteCountReserve = 0
    var preparer = SegmentPreparer(limits: limits)
    guard let job = segments.nextMaking() else { throw .storageFull }
    preparer.begin(job)
    while let step = preparer.nextStep() {
      let progress = preparer.completed(files.execute(&storage, step))
      if case .ready(let segment) = progress { return segment }
    }
    throw .storage(
      StorageError(
        operation: .create,
        file: SegmentName(number: segments.nextNumber - 1).text,
        errno: preparer.blockedErrno ?? SegmentPreparer.errnoNoSpace
      )
    )
  }

  /// Starts group commit behind the copy.
  mutating func makeWriter(_ start: CommitStart, _ memory: MemorySource) -> LogWriter {
    var commit = GroupCommit(
      limits: options.limits,
      identity: found.identity,
      blindingKey: found.blindingKey,
      start: start,
      memory: memory
    )
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
      probe(.openingTailCut)
      try storage.truncate(file, to: found.tailOffset)
    } catch { throw .storage(error) }
  }
}
