internal import Engine
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL

/// Where a replay's events go: the journal and its files, written at once.
struct JournalSink<Folder: FolderStorage & ~Copyable>: ~Copyable {
  var writer: JournalWriter
  var folder: JournalFolder<Folder>
  var rule = JournalRule()

  init(
    layout: JournalLayout, auctionsMax: Int, folder: consuming JournalFolder<Folder>,
    memory: MemorySource
  ) throws(ShardError) {
    var limits = JournalLimits()
    limits.auctionsMax = auctionsMax
    do { writer = try JournalWriter(layout: layout, limits: limits, memory: memory) } catch {
      throw .journal(error)
    }
    self.folder = folder
  }

  /// Joins the journal to what its files hold, before the first event.
  mutating func resume(
    _ known: [UInt64: JournalExtent], memory: MemorySource
  ) throws(ShardError) {
    if let extent = known[writer.endOffset] { return writer.resume(extent) }
    writer.resume(
      try folder.survey(
        layout: writer.layout, limits: writer.limits, known: writer.endOffset, memory: memory))
  }

  /// Keeps a frame that a record of the log implies.
  mutating func keep(_ entry: OutboxEntry, position: UInt64, time: Nanoseconds) {
    guard unsafe rule.keeps(entry.frame, position: position) else { return }
    if writer.isFull { flush() }
    unsafe writer.append(
      entry.frame, byteCount: entry.byteCount, auctionID: JournalEvent.auction(of: entry.frame),
      position: position, time: time)
  }

  /// Asks for the memory that a command's events will touch.
  mutating func prefetch(for frame: UnsafeRawPointer) { unsafe writer.prefetch(for: frame) }

  /// Writes what has gathered: all of it follows from the durable log.
  mutating func flush() {
    if !writer.isComparing { writer.release(through: writer.endOffset) }
    while let write = writer.nextWrite() {
      writer.completed(folder.execute(write))
    }
    // A disk that does not take the journal must not keep the shard from serving.
    if writer.failedErrno != nil {
      probe(.journalLostAtStart)
      writer.abandon()
    }
  }

  /// The log is replayed.
  mutating func finish() {
    writer.finishReplay()
    flush()
  }
}

extension JournalFolder: JournalFiles where Folder: ~Copyable {
  mutating func list() throws(JournalError) -> [JournalFile] {
    do { return try names() } catch { throw .folder(errno: error.errno) }
  }

  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int {
    do {
      return try unsafe readOnce(name, into: bytes, byteCount: byteCount, at: offset)
    } catch { throw .file(name: name.text, offset: offset, errno: error.errno) }
  }

  /// What of the journal can be relied on, if it was right up to an offset.
  mutating func survey(
    layout: JournalLayout, limits: JournalLimits, known: UInt64, memory: MemorySource
  ) throws(ShardError) -> JournalExtent {
    do throws(JournalError) {
      return try JournalSurvey.scan(
        &self, layout: layout, limits: limits, known: known, through: .max, memory: memory)
    } catch { throw .journal(error) }
  }
}
