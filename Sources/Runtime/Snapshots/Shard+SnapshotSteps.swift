internal import Counters
internal import Kernel
internal import Primitives
internal import WAL

extension Shard {
  /// Executes what the snapshot's writer asks for: long steps in the kernel, short ones at once.
  mutating func executeSnapshotSteps() {
    guard !snapshot.isStepInKernel else { return }
    while snapshot.writer.isBusy,
      let step = snapshot.writer.nextStep(durablePosition: log.commit.durablePosition)
    {
      guard let result = begin(step) else {
        snapshot.isStepInKernel = true
        return
      }
      snapshot.writer.completed(result)
    }
    endSnapshotIfOver()
  }

  /// A step that the kernel executed has ended.
  mutating func snapshotStepped(_ result: Int32) {
    snapshot.isStepInKernel = false
    if result < 0 {
      snapshot.writer.completed(.failed(errno: -result))
    } else if snapshot.isWriteInKernel {
      snapshot.writer.completed(.written(byteCount: Int(result)))
    } else {
      snapshot.writer.completed(.done)
    }
    executeSnapshotSteps()
  }

  private mutating func endSnapshotIfOver() {
    guard snapshot.stage != .idle else { return }
    if case .failed(let error) = snapshot.writer.phase, snapshot.stage != .finishing {
      giveUpSnapshot(because: "\(error)")
    }
    guard !snapshot.writer.isBusy else { return }
    snapshot.stage = .idle
    if case .done(let info) = snapshot.writer.phase { snapshotDone(info) }
  }

  /// Begins a step.
  ///
  /// - Returns: How it ended; nil while the kernel executes it.
  private mutating func begin(_ step: SnapshotStep) -> SnapshotStepResult? {
    snapshot.isWriteInKernel = false
    switch step {
    case .write(let write):
      guard let file = snapshot.file else { return .failed(errno: 9) }
      snapshot.isWriteInKernel = true
      unsafe ring.write(
        file, write.pointer, byteCount: write.byteCount, offset: write.fileOffset,
        token: Token(.snapshotStep))
      return nil
    case .syncData:
      guard let file = snapshot.file else { return .failed(errno: 9) }
      ring.sync(file, dataOnly: true, token: Token(.snapshotStep))
      return nil
    case .syncFolder:
      ring.sync(snapshotStorage.folder, dataOnly: false, token: Token(.snapshotStep))
      return nil
    default: return execute(step)
    }
  }

  private mutating func execute(_ step: SnapshotStep) -> SnapshotStepResult {
    do throws(StorageError) {
      switch step {
      case .measureFreeBytes: return .freeByteCount(try snapshotStorage.freeByteCount())
      case .create(let name): snapshot.file = try snapshotStorage.create(name.text)
      case .close: closeSnapshotFile()
      case .rename(let old, let new): try snapshotStorage.rename(old.text, to: new.text)
      case .remove(let name): try snapshotStorage.remove(name.text)
      case .write, .syncData, .syncFolder: break
      }
      return .done
    } catch { return .failed(errno: error.errno) }
  }

  private mutating func closeSnapshotFile() {
    if let file = snapshot.file { snapshotStorage.close(file) }
    snapshot.file = nil
  }

  /// Releases what no retained snapshot needs, as far as an archive has it.
  mutating func trimLog() {
    while !snapshot.writer.isBusy, let name = snapshot.known.takeRemovable() {
      snapshot.writer.remove(name)
      executeSnapshotSteps()
    }
    let archived = options.isArchived ? status.archivedPosition : nil
    let position = snapshot.known.trimPosition(archivedThrough: archived)
    if position > 0 { log.trim(upTo: position) }
  }
}
