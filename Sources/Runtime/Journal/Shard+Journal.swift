internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL

/// What a shard knows of the files of its journal.
struct JournalWork {
  /// Where the journal ended when the batch that is being written was sealed.
  var sealedOffset: UInt64 = 0
  /// The file of the write that is out, or of an earlier one.
  var writingSinceTime: Nanoseconds = 0
  /// Flushes that the kernel is executing.
  var syncCount = 0
  /// Where the journal was written to when they began.
  var syncTarget: UInt64 = 0
  /// Up to where the journal is flushed.
  var syncedOffset: UInt64 = 0
  /// The errno of a flush that failed: what the disk holds is not known any more.
  var syncErrno: Int32?
  /// A file that is full, to be closed when its flush has ended.
  var fullFile: StorageFile?
  var rule = JournalRule()
}

extension Shard {
  /// Less than this waits a little, so that a quiet journal is not written event by event.
  private static var writtenByteCountMin: UInt64 { 512 << 10 }
  private static var writtenDelayNs: Nanoseconds { 20 * TimeSpan.millisecond }

  /// Keeps one of the engine's public frames as an event.
  @inline(__always)
  mutating func keepEvent(_ frame: UnsafeRawPointer, byteCount: Int, _ command: Command) {
    guard unsafe journalWork.rule.keeps(frame, position: command.position) else { return }
    unsafe journal.append(
      frame, byteCount: byteCount, auctionID: JournalEvent.auction(of: frame),
      position: command.position, time: command.time)
  }

  /// Hands events to the disk whose batch is durable; nothing waits for them but histories.
  mutating func writeJournal() {
    guard !journal.isWriting else { return }
    if (journal.isFull && journal.failedErrno != nil) || journalWork.syncErrno != nil {
      if !journal.isAbandoned { giveUpJournal() }
      return
    }
    let waiting = journal.releasedOffset - journal.writtenOffset
    let isDue =
      waiting >= Self.writtenByteCountMin || now >= journalWork.writingSinceTime
      || snapshot.stage == .settling || isDraining
    guard isDue, let write = journal.nextWrite() else { return }
    journalWork.writingSinceTime = now + Self.writtenDelayNs
    do throws(StorageError) {
      if let before = try journalFolder.prepare(write) { retire(before) }
    } catch {
      probe(.journalNotPrepared)
      return journal.completed(.failed(errno: error.errno))
    }
    guard let file = journalFolder.file(for: write) else { return }
    unsafe ring.write(
      file, write.pointer, byteCount: write.byteCount, offset: write.offsetInFile,
      token: Token(.journalWrite))
  }

  /// A write of events has ended.
  mutating func journalWritten(_ result: Int32) {
    if result < 0 {
      journalFolder.closeDirect()
      return journal.completed(.failed(errno: -result))
    }
    journal.completed(.written(byteCount: Int(result)))
    counters.add(.journalBytes, UInt64(result))
    trimJournal()
  }

  /// Bids matter more than their history: without a disk for it they go on.
  ///
  /// The next start writes from the log what is missing, or was lost when a flush failed. So the
  /// log behind the newest snapshot must stay whole, and no later snapshot may get its name.
  private mutating func giveUpJournal() {
    let errno = journal.failedErrno ?? journalWork.syncErrno ?? 0
    status.noteSnapshot(
      "shard \(options.shard.number): the event journal cannot be written (errno \(errno)):"
        + " histories stand still until the next start, which writes what is missing from the log;"
        + " bids go on; no snapshot is taken until then, so the log grows: restart the server"
        + " when the disk is well again")
    probe(.journalGivenUp)
    journal.abandon()
    if snapshot.stage == .copying || snapshot.stage == .settling {
      giveUpSnapshot(because: "the event journal was given up")
    }
  }

  private mutating func trimJournal() {
    let retained = options.journal.retainedByteCount
    guard journal.writtenOffset - journal.oldestOffset > retained + journal.layout.fileByteCount
    else { return }
    journalFolder.remove(journal.trim(below: journal.writtenOffset - retained))
  }

  /// A full file is flushed in the background before it is closed.
  private mutating func retire(_ file: StorageFile) {
    if let earlier = journalWork.fullFile { journalFolder.close(earlier) }
    journalWork.fullFile = file
    sync(file)
  }

  private mutating func sync(_ file: StorageFile, dataOnly: Bool = true) {
    journalWork.syncCount += 1
    ring.sync(file, dataOnly: dataOnly, token: Token(.journalSync))
  }

  /// Whether the events up to an offset are flushed; begins the flush that is missing.
  ///
  /// - Parameter offset: The offset.
  /// - Returns: Whether they are; after a flush that failed, never again.
  mutating func isJournalDurable(through offset: UInt64) -> Bool {
    if journalWork.syncedOffset >= offset { return true }
    guard journal.writtenOffset >= offset, journalWork.syncCount == 0,
      journalWork.syncErrno == nil, let file = journalFolder.file
    else { return false }
    journalWork.syncTarget = journal.writtenOffset
    sync(file)
    sync(journalFolder.folder, dataOnly: false)
    return false
  }

  /// A flush of the journal has ended; one that failed is the end of the journal in this life.
  mutating func journalSynced(_ result: Int32) {
    journalWork.syncCount -= 1
    if result < 0 {
      probe(.journalNotFlushed)
      journalWork.syncErrno = -result
    }
    guard journalWork.syncCount == 0, journalWork.syncErrno == nil else { return }
    journalWork.syncedOffset = max(journalWork.syncedOffset, journalWork.syncTarget)
    if let file = journalWork.fullFile { journalFolder.close(file) }
    journalWork.fullFile = nil
  }
}
