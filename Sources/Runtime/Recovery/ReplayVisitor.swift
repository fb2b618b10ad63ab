public import Engine
public import Gateway
internal import Journal
public import Kernel
public import Primitives
internal import Synchronization
public import WAL
internal import Wire

/// Applies the records of a log from empty: the same code decides here and in production.
///
/// Everything that is replayed is durable, so replies may leave as soon as somebody asks for them;
/// the sessions get the same numbers, windows and replies that they had before.
public struct ReplayVisitor<Folder: FolderStorage & ~Copyable>: RecordVisitor, ~Copyable {
  /// The state.
  public var engine: Engine
  /// The sessions; nil before the record that names the data folder.
  public var gateway: Gateway?
  /// Whether a record came before the one that every log begins with.
  public private(set) var isForeign = false
  /// Whether the log stands on a state that was brought in and that no snapshot gave.
  public private(set) var isBaseMissing = false
  /// The events that the records imply; nil when nobody wants them.
  var journal: JournalSink<Folder>?
  /// Whose journal it is; nil when nobody wants one.
  let journalLayout: JournalLayout?
  /// How long the journal must be, without its files; nil when nobody asks.
  var eventCount: EventCount?
  /// Whose journal is counted; nil when nobody asks.
  let countedLayout: JournalLayout?
  /// What was found of the journal already, by the offset that was taken as known.
  var knownExtents: [UInt64: JournalExtent] = [:]
  /// Opens the journal's folder; nil when nobody wants a journal.
  var openJournalFolder: ((String) throws(StorageError) -> Folder)?
  /// Why the journal cannot be had.
  private(set) var journalFailure: ShardError?
  /// The frame of the record that every log begins with, as far as it is known.
  var isConfigured: Bool { gateway != nil }
  private var outbox: Outbox
  private let options: ShardOptions
  private let status: ShardStatus?
  private let memory: MemorySource
  private let engineMemory: MemorySource
  private var visitedCount: UInt64 = 0
  private var readByteCount: UInt64 = 0

  /// Starts from nothing.
  ///
  /// - Parameters:
  ///   - options: The sizes and the shard.
  ///   - status: Where to say how far it is; nil = nowhere.
  ///   - memory: Where the gateway's memory comes from.
  ///   - engineMemory: Where the engine's comes from; it is touched at random.
  public init(
    options: ShardOptions, status: ShardStatus?, memory: MemorySource, engineMemory: MemorySource
  ) {
    self.init(
      options: options, status: status, journalLayout: nil, memory: memory,
      engineMemory: engineMemory)
  }

  init(
    options: ShardOptions, status: ShardStatus?, journalLayout: JournalLayout?,
    countedLayout: JournalLayout? = nil, memory: MemorySource, engineMemory: MemorySource
  ) {
    self.journalLayout = journalLayout
    self.countedLayout = countedLayout
    self.options = options
    self.status = status
    self.memory = memory
    self.engineMemory = engineMemory
    engine = Engine(shard: options.shard, limits: options.engineLimits, memory: engineMemory)
    outbox = Outbox(byteCount: 1 << 20, memory: memory)
  }

  /// Applies a record.
  ///
  /// - Parameter record: The record.
  public mutating func visit(_ record: LogRecord) {
    unsafe visit(record, frame: record.frame)
  }

  /// Applies a record with its own frame or with another one in its place.
  mutating func visit(_ record: LogRecord, frame: UnsafeRawPointer) {
    let header = unsafe FrameHeader(frame: frame)
    if gateway == nil {
      unsafe configure(frame, header.templateID)
      resumeJournal()
    }
    if isForeign || isBaseMissing { return }
    if header.templateID == StateImported.templateID {
      isBaseMissing = unsafe StateImported(frame: frame).hash != stateHash
    }
    if header.templateID == SessionOpened.templateID {
      unsafe gateway?.sessionOpened(frame, time: record.time, gate: .none)
    }
    unsafe apply(record, frame)
    if record.session != .none {
      gateway?.replayed(
        session: record.session, clientSequence: header.sequence, time: record.time)
    }
    visitedCount += 1
    if visitedCount & 0xFFFF == 0 {
      status?.recoveredRecords.store(visitedCount, ordering: .relaxed)
    }
  }

  /// Asks for the memory that a record will touch.
  ///
  /// - Parameter frame: A frame that comes soon.
  public mutating func willVisit(_ frame: UnsafeRawPointer) {
    unsafe engine.prefetch(frame)
    unsafe journal?.prefetch(for: frame)
  }

  /// Takes note how much of the log has been read.
  ///
  /// - Parameter header: The header of a proven batch.
  public mutating func visitBatch(_ header: BatchHeader) {
    readByteCount += UInt64(header.batchByteCount)
    status?.recoveredBytes.store(readByteCount, ordering: .relaxed)
  }

  private mutating func apply(_ record: LogRecord, _ frame: UnsafeRawPointer) {
    let command = unsafe Command(
      position: record.position, time: record.time, session: record.session, roles: record.roles,
      frame: frame)
    engine.apply(command, &outbox)
    passOn()
    while engine.moreDue {
      engine.resume(command, &outbox)
      passOn()
    }
  }

  private mutating func passOn() {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      if entry.isPublic {
        journal?.keep(entry, position: engine.position, time: engine.time)
        eventCount?.keep(entry, position: engine.position, time: engine.time)
        continue
      }
      unsafe gateway?.deliver(
        entry.session, entry.frame, byteCount: entry.byteCount, sequenced: true, gate: .none)
    }
    outbox.clear()
  }

  /// Makes the gateway of the log's first record, which names the data folder.
  mutating func configure(_ frame: UnsafeRawPointer, _ templateID: UInt16) {
    guard templateID == EngineConfigured.templateID else {
      isForeign = true
      return
    }
    let message = unsafe EngineConfigured(frame: frame)
    // What the engine can hold decides refusals, so replay holds exactly what the log says.
    engine = Engine(
      shard: options.shard, limits: EngineLimits(configured: message), memory: engineMemory)
    makeGateway(
      EngineIdentity(
        engineIdHigh: message.engineIdHigh, engineIdLow: message.engineIdLow,
        shard: options.shard, shards: message.shards))
    openJournal()
  }

  /// Makes the journal for as many auctions as the engine can hold.
  mutating func openJournal() {
    outbox.wantsPublic = journalLayout != nil || countedLayout != nil
    do throws(ShardError) {
      if let countedLayout {
        eventCount = try EventCount(
          layout: countedLayout, auctionsMax: engine.limits.auctionsMax, memory: engineMemory)
      }
      guard let journalLayout, let folder = try journalFolder() else { return }
      journal = try JournalSink(
        layout: journalLayout, auctionsMax: engine.limits.auctionsMax, folder: folder,
        memory: engineMemory)
    } catch { journalFailure = error }
  }

  private func journalFolder() throws(ShardError) -> JournalFolder<Folder>? {
    guard let openJournalFolder else { return nil }
    do throws(StorageError) {
      return JournalFolder(try openJournalFolder(options.folder.journalPath))
    } catch { throw .storage(error) }
  }

  /// Ends the replay of the journal and flushes its files, once: after a flush that failed, the
  /// next one says nothing.
  ///
  /// A process that was killed may have left events in the page cache only; a snapshot that speaks
  /// of them must not outlive them, and this process may never write to those files again. A disk
  /// that refuses keeps nobody from bidding: the shard gives the journal up.
  mutating func finishJournal() -> JournalWork {
    var work = JournalWork()
    journal?.finish()
    do throws(StorageError) {
      try journal?.folder.syncAll()
      work.syncedOffset = journal?.writer.writtenOffset ?? 0
    } catch { work.syncErrno = error.errno }
    return work
  }

  /// Joins the journal to its files, when the state that it starts from stands.
  mutating func resumeJournal() {
    do throws(ShardError) {
      try journal?.resume(knownExtents, memory: memory)
    } catch { journalFailure = error }
  }

  /// Makes the gateway of a shard whose log is empty, or of one that says who it is.
  ///
  /// - Parameter identity: Which data folder and shard.
  public mutating func makeGateway(_ identity: EngineIdentity) {
    gateway = Gateway(
      limits: options.gatewayLimits, identity: identity, credentials: options.credentials,
      memory: memory)
  }

  /// Gives the parts to the shard that goes on with them.
  ///
  /// - Returns: The engine, the gateway and the outbox.
  consuming func finish() -> RecoveredState<Folder> {
    RecoveredState(engine: engine, gateway: gateway, outbox: outbox, journal: journal)
  }

  /// The hash of the whole state: auctions and sessions.
  public var stateHash: Digest {
    StateDigest.combine(
      engine: engine.stateHash(), ledger: gateway?.ledgerHash() ?? .zero)
  }
}

/// What recovery leaves.
struct RecoveredState<Folder: FolderStorage & ~Copyable>: ~Copyable {
  var engine: Engine
  var gateway: Gateway?
  var outbox: Outbox
  var journal: JournalSink<Folder>?
}
