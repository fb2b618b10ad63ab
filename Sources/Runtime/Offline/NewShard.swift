internal import Engine
internal import Gateway
internal import Journal
internal import Primitives
internal import Uring
internal import WAL
internal import Wire

/// A shard that begins with a state that was brought in: its log, and the snapshot that gives it.
struct NewShard: ~Copyable {
  /// The last record that the snapshot covers: configuration, and the hash of the state.
  static var firstPosition: UInt64 { 2 }

  /// Where auctions and accounts are put before it is written.
  var engine: Engine
  private let folder: ShardFolder
  private let gateway: Gateway
  private let time: Nanoseconds
  private let frames: Region
  private var batchByteCount = 0

  /// Makes an empty shard whose two first records have been applied.
  init(_ folder: ShardFolder, limits: EngineLimits, identity: EngineIdentity, time: Nanoseconds) {
    self.folder = folder
    self.time = time
    frames = Region(byteCount: 8_192, from: Machine.pages)
    engine = Engine(shard: folder.shard, limits: limits, memory: Machine.hugePages)
    gateway = Gateway(
      limits: GatewayLimits(), identity: identity, credentials: .insecure, memory: Machine.pages)
    var outbox = Outbox(byteCount: Outbox.byteCountMin, memory: Machine.pages)
    let message = limits.configuration(
      identity, retentionSeconds: limits.retention / TimeSpan.second)
    unsafe message.write(frame: frames.base)
    unsafe apply(position: 1, UnsafeRawPointer(frames.base), &outbox)
    // The state's hash is not known yet; only its record's position and time matter to the engine.
    unsafe Tick(reserved: 0).write(frame: frames.base)
    unsafe apply(position: Self.firstPosition, UnsafeRawPointer(frames.base), &outbox)
  }

  private mutating func apply(
    position: UInt64, _ frame: UnsafeRawPointer, _ outbox: inout Outbox
  ) {
    engine.apply(
      unsafe Command(
        position: position, time: time, session: .none, roles: [], frame: frame), &outbox)
    outbox.clear()
  }

  /// Writes log and snapshot; gives the hash of the state.
  ///
  /// Until the folder around it gets its name a power failure leaves nothing that is ever used.
  consuming func write(from source: (high: UInt64, low: UInt64)) throws(ShardError) -> Digest {
    let stateHash = StateDigest.combine(
      engine: engine.stateHash(), ledger: gateway.ledgerHash())
    let message = engine.limits.configuration(
      gateway.identity, retentionSeconds: engine.retention / TimeSpan.second)
    append(message)
    append(StateImported(hash: stateHash, sourceHigh: source.high, sourceLow: source.low))
    let found = try writeLog()
    let layout = JournalLayout(
      shard: folder.shard, logID: found.identity.logID,
      fileByteCount: JournalPolicy.fileByteCount)
    var journalLimits = JournalLimits()
    journalLimits.auctionsMax = engine.limits.auctionsMax
    let journal: JournalWriter
    do {
      journal = try JournalWriter(
        layout: layout, limits: journalLimits, memory: Machine.hugePages)
    } catch { throw .journal(error) }
    let header = SnapshotFileHeader(
      identity: found.identity, position: found.lastPosition, batchNumber: found.lastBatchNumber,
      batchHash: found.head, time: engine.time, journalEndOffset: 0,
      engineIDHigh: gateway.identity.engineIdHigh, engineIDLow: gateway.identity.engineIdLow)
    var pieces = StatePieces(
      engine: engine, gateway: gateway, journal: journal, memory: Machine.pages)
    try writeSnapshot(folder, header, &pieces)
    return stateHash
  }

  private mutating func append<Message: WireMessage>(_ message: Message) {
    let record = unsafe frames.base + batchByteCount
    unsafe record.initializeMemory(
      as: UInt8.self, repeating: 0, count: LogFormat.recordPrefixByteCount)
    unsafe LittleEndian.store(time, record, at: 0)
    let frame = unsafe record + LogFormat.recordPrefixByteCount
    unsafe message.write(frame: frame)
    unsafe FrameHeader.seal(frame, sequence: 0)
    batchByteCount += LogFormat.recordPrefixByteCount + Message.frameByteCount
  }

  /// Writes the log's first two records and closes it in order; gives how it ends.
  private func writeLog() throws(ShardError) -> RecoveredLog {
    var generator = SystemRandomNumberGenerator()
    var options = LogOptions(
      shard: folder.shard, newLogID: generator.next() | 1,
      newBlindingKey: Digest(
        generator.next(), generator.next(), generator.next(), generator.next() | 1),
      time: MachineClock().wallTime())
    options.limits.segmentByteCount = 17 << 20
    var visitor = IgnoringVisitor()
    do throws(LogError) {
      var log = LocalLog(
        storage: try Self.storage(folder.logPath), options: options, memory: Machine.pages)
      _ = try log.open(epoch: nil, visitor: &visitor)
      let batch = unsafe LogBatch(
        bytes: UnsafeRawBufferPointer(start: frames.base, count: batchByteCount))
      guard case .committed = try log.append(batch, expect: 0) else { throw .notOpen }
      try log.close()
      var storage = try Self.storage(folder.logPath)
      return try Recovery.read(
        &storage, shard: folder.shard, limits: LogLimits(), memory: Machine.pages,
        visitor: &visitor)
    } catch { throw .log(error) }
  }

  private static func storage(_ path: String) throws(LogError) -> DirectStorage {
    do { return try DirectStorage(path: path, memory: Machine.pages) } catch {
      throw .storage(error)
    }
  }
}

private func writeSnapshot(
  _ folder: ShardFolder, _ header: SnapshotFileHeader, _ pieces: inout StatePieces
) throws(ShardError) {
  var storage: DirectStorage
  do {
    storage = try DirectStorage(path: folder.snapshotsPath, memory: Machine.pages)
  } catch { throw .storage(error) }
  do {
    _ = try SnapshotStore.write(&storage, header, memory: Machine.pages, source: &pieces)
  } catch { throw .snapshot(error) }
}
