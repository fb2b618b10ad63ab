internal import Primitives

extension SnapshotWriter.Stage {
  /// Whether pieces can still come.
  var takesPieces: Bool {
    @_noLocks get {
      switch self {
      case .measure, .create, .header, .body: true
      default: false
      }
    }
  }
}

extension SnapshotWriter {
  private var writingName: SnapshotName {
    SnapshotName(position: header.position, kind: .writing)
  }

  /// The next step to execute.
  ///
  /// - Parameter durablePosition: The position up to which the log is durable.
  /// - Returns: The step; report it with `completed(_:)` before asking again. Nil if one is being
  ///   executed, none is due, pieces are missing, or the log is not yet durable up to the position.
  public mutating func nextStep(durablePosition: UInt64) -> SnapshotStep? {
    guard stage != .idle, !isStepOut else { return nil }
    if isCancelled && stage != .syncFolder { abandon() }
    if stage == .body && isBodyWritten {
      encodeTrailer()
      stage = .trailer
    }
    if stage == .rename && durablePosition < header.position {
      probe(.snapshotWaitsForLog)
      return nil
    }
    guard let step = step() else { return nil }
    isStepOut = true
    return step
  }

  private func step() -> SnapshotStep? {
    switch stage {
    case .idle: nil
    case .measure: .measureFreeBytes
    case .create: .create(writingName)
    case .header, .body, .trailer: writeStep()
    case .sync: .syncData
    case .close, .abandonedClose: .close
    case .rename: .rename(from: writingName, to: SnapshotName(position: header.position))
    case .syncFolder: .syncFolder
    case .abandonedRemove: .remove(writingName)
    case .remove: .remove(removedName)
    }
  }

  private func writeStep() -> SnapshotStep? {
    guard let (pointer, byteCount) = unsafe pendingWrite() else { return nil }
    return unsafe .write(
      SnapshotWrite(
        pointer: pointer + writtenByteCount, byteCount: byteCount - writtenByteCount,
        fileOffset: fileOffset + UInt64(writtenByteCount)))
  }

  /// Takes note how the step that is out ended; `phase` says what came of it.
  ///
  /// - Parameter result: How it ended.
  public mutating func completed(_ result: SnapshotStepResult) {
    guard isStepOut else { return }
    isStepOut = false
    switch result {
    case .failed(let errno): fail(errno)
    case .freeByteCount(let byteCount): measured(byteCount)
    case .written(let byteCount): wrote(byteCount)
    case .done: advance()
    }
  }

  private mutating func measured(_ freeByteCount: UInt64) {
    let needed = expectedByteCount + limits.freeByteCountReserve
    guard freeByteCount < needed else { return stage = .create }
    probe(.snapshotDiskFull)
    fail(SegmentPreparer.errnoNoSpace)
  }

  /// A short write is finished by another; one without progress is an error of the disk.
  private mutating func wrote(_ byteCount: Int) {
    guard stage == .header || stage == .body || stage == .trailer,
      let (_, total) = unsafe pendingWrite()
    else { return fail(Self.errnoInputOutput) }
    let whole = byteCount & ~(SnapshotFormat.blockByteCount - 1)
    guard whole > 0, whole <= total - writtenByteCount else { return fail(Self.errnoInputOutput) }
    writtenByteCount += whole
    if writtenByteCount == total {
      writtenByteCount = 0
      fileOffset += UInt64(total)
      advance()
    } else {
      probe(.snapshotShortWrite)
    }
  }

  /// EIO.
  private static var errnoInputOutput: Int32 { 5 }

  private mutating func advance() {
    switch stage {
    case .idle: break
    case .measure: stage = .create
    case .create: stage = .header
    case .header: stage = .body
    case .body: freeWrittenChunk()
    case .trailer: stage = .sync
    case .sync: stage = .close
    case .close: stage = .rename
    case .rename: stage = .syncFolder
    case .syncFolder: end(.done(makeInfo()))
    case .abandonedClose: stage = .abandonedRemove
    case .abandonedRemove: end(isCancelled ? .cancelled : phase)
    case .remove: stage = .idle
    }
  }

  private mutating func end(_ phase: SnapshotPhase) {
    self.phase = phase
    stage = .idle
  }

  /// A step failed: the file is closed and deleted, or else the next start deletes it.
  private mutating func fail(_ errno: Int32) {
    switch stage {
    case .abandonedClose:
      probe(.snapshotCleaningFailed)
      return stage = .abandonedRemove
    case .abandonedRemove: return end(isCancelled ? .cancelled : phase)
    case .remove:
      probe(.snapshotRemovingFailed)
      return stage = .idle
    case .idle, .measure, .create, .header, .body, .trailer, .sync, .close, .rename, .syncFolder:
      break
    }
    probe(.snapshotStepFailed)
    phase = .failed(
      StorageError(
        operation: stage.operation, file: writingName.text, offset: fileOffset, errno: errno))
    abandon()
  }

  /// Gives the file up; what is renamed already is complete and stays.
  private mutating func abandon() {
    writtenByteCount = 0
    switch stage {
    case .measure: end(isCancelled ? .cancelled : phase)
    case .create, .close, .rename: stage = .abandonedRemove
    case .header, .body, .trailer, .sync: stage = .abandonedClose
    case .syncFolder: stage = .idle
    case .idle, .abandonedClose, .abandonedRemove, .remove: break
    }
  }

  /// Gives the snapshot up, for example because its area overflowed; the file is deleted.
  ///
  /// Keep asking for steps until not busy. A file that has its final name already stays.
  public mutating func cancel() {
    guard case .writing = phase else { return }
    probe(.snapshotCancelled)
    isCancelled = true
  }

  /// Deletes an old snapshot; only when not busy.
  ///
  /// If the power fails, or the step does, the file may still be there: the next start deletes it.
  ///
  /// - Parameter name: The file.
  public mutating func remove(_ name: SnapshotName) {
    invariant(!isBusy, "one job at a time")
    removedName = name
    stage = .remove
  }
}

extension SnapshotWriter.Stage {
  /// What a step of the stage does, for messages.
  var operation: StorageError.Operation {
    switch self {
    case .idle, .measure: .measure
    case .create: .create
    case .header, .body, .trailer: .write
    case .sync: .syncData
    case .close, .abandonedClose: .close
    case .rename: .rename
    case .syncFolder: .syncFolder
    case .abandonedRemove, .remove: .remove
    }
  }
}
