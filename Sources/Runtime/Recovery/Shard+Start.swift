internal import Counters
internal import Engine
internal import Gateway
internal import Kernel
internal import Primitives
internal import Synchronization
internal import WAL
internal import Wire

extension Shard {
  /// Recovers the shard's state from its log and opens everything that serving needs.
  ///
  /// - Parameters:
  ///   - kernel: The machine.
  ///   - options: How to start.
  ///   - sockets: Where clients come and how other threads wake it.
  ///   - ports: The ports of all shards, in order.
  ///   - status: Where to say how far it is.
  /// - Returns: The shard, ready to run.
  /// - Throws: Why it cannot serve, and what to do.
  static func start(
    _ kernel: K, options: ShardOptions, sockets: ShardSockets, ports: [UInt16],
    status: ShardStatus
  ) throws(ShardError) -> Shard {
    let memory = kernel.pages
    let began = kernel.monotonicTime()
    var gatewayLimits = options.gatewayLimits
    gatewayLimits.connectionsMax = Int(options.ringSizes.connectionSlots)
    // Each connection has a session of its own, whatever the others were given up to now.
    gatewayLimits.sessionsMax = max(gatewayLimits.sessionsMax, options.connectionsMax)
    var options = options
    options.gatewayLimits = gatewayLimits
    var recovery = try ShardRecovery(kernel, options: options, status: status)
    var search = try SnapshotSearch(
      &recovery.snapshotStorage, shard: options.shard, memory: memory)
    var visitor = try recovery.loadState(&search)
    let log = try recovery.openLog(after: search.loaded, &visitor)
    try check(&visitor, log, options)
    noteTail(log.recovered, options, status)
    for note in search.notes { status.noteSnapshot("shard \(options.shard.number): \(note)") }
    for (number, port) in ports.enumerated() {
      visitor.gateway?.setEndpoint(shard: ShardID(UInt16(number)), address: 0, port: port)
    }
    let journalWork = visitor.finishJournal()
    status.recoveredRecords.store(log.recovered.lastPosition, ordering: .relaxed)
    status.replayedRecords.store(log.recovered.visitedCount, ordering: .relaxed)
    status.snapshotPosition.store(search.loaded?.position ?? 0, ordering: .relaxed)
    status.recoveryNs.store(kernel.monotonicTime() - began, ordering: .relaxed)
    var state = visitor.finish()
    guard let gateway = state.gateway.take(), let journal = state.journal.take() else {
      throw .notConfigured(options.logPath)
    }
    var shard = try Shard(
      kernel: kernel, options: options, status: status, engine: state.engine, outbox: state.outbox,
      gateway: gateway, journal: journal, recovery: recovery, log: log, memory: memory)
    shard.journalWork = journalWork
    shard.snapshot.known = SnapshotSet(
      search.sound, retainedCount: options.snapshots.retainedCount)
    shard.snapshot.lastTime = shard.now
    shard.snapshot.loggedBeforeStart = status.recoveredByteCount
    try shard.openRing(sockets)
    return shard
  }

  /// A tail that is cut off is told, even where a crash explains it.
  private static func noteTail(
    _ found: RecoveredLog, _ options: ShardOptions, _ status: ShardStatus
  ) {
    switch found.tailCase {
    case .tornTail, .cutTail, .abandonedSegment:
      probe(.tailNoted)
      status.noteTail(
        "shard \(options.shard.number): \(found.tailCase.summary)"
          + " (case \(found.tailCase.letter), \(found.tailFile) at byte \(found.tailOffset));"
          + " records up to \(found.lastPosition) stand. After a crash that is as it should be:"
          + " nobody was told of what is cut off. See docs/log-format.md")
    default: break
    }
  }

  /// The log must be this program's and of the same number of shards; an empty one gets a gateway.
  private static func check(
    _ visitor: inout ReplayVisitor<K.Folder>, _ log: borrowing LogWriter, _ options: ShardOptions
  ) throws(ShardError) {
    if visitor.isForeign { throw .notConfigured(options.logPath) }
    if visitor.isBaseMissing { throw .baseMissing(options.logPath) }
    if log.recovered.lastPosition == 0 {
      visitor.makeGateway(
        EngineIdentity(
          engineIdHigh: options.newEngineID.high, engineIdLow: options.newEngineID.low,
          shard: options.shard, shards: options.shardCount))
      visitor.openJournal()
      visitor.resumeJournal()
    }
    if let failure = visitor.journalFailure { throw failure }
    let found = visitor.gateway?.identity.shards ?? options.shardCount
    if let asked = options.auctionsMax, asked != visitor.engine.limits.auctionsMax {
      throw .capacity(found: visitor.engine.limits.auctionsMax, asked: asked)
    }
    if found != options.shardCount {
      throw .shardCount(found: found, asked: options.shardCount)
    }
  }

  private init(
    kernel: K, options: ShardOptions, status: ShardStatus, engine: consuming Engine,
    outbox: consuming Outbox, gateway: consuming Gateway, journal: consuming JournalSink<K.Folder>,
    recovery: consuming ShardRecovery<K>, log: consuming LogWriter, memory: MemorySource
  ) throws(ShardError) {
    let sizes = options.ringSizes
    do { ring = try kernel.openRing(sizes: sizes, memory: memory) } catch { throw .kernel(error) }
    slots = ConnectionSlots(count: Int(sizes.connectionSlots), memory: memory)
    inputs = InputBuffers(count: Int(sizes.receiveBuffers), memory: memory)
    work = WorkQueue(capacity: Int(sizes.connectionSlots), memory: memory)
    commands = CommandGroup(memory: memory)
    subscriptions = Subscriptions(memory: memory)
    scratch = Scratch(memory: memory)
    counters = CounterBlock(memory: .heap)
    stageTimes = StageTimes(memory: .heap)
    desk = HistoryDesk(layout: recovery.layout, memory: memory)
    snapshot = SnapshotWork(writer: SnapshotWriter(limits: SnapshotLimits(), memory: memory))
    self.kernel = kernel
    (self.options, self.status) = (options, status)
    self.engine = engine
    self.gateway = gateway
    self.outbox = outbox
    self.journal = journal.writer
    journalFolder = journal.folder
    snapshotStorage = recovery.snapshotStorage
    storage = recovery.storage
    files = recovery.files
    self.log = log
    now = max(self.engine.time, kernel.wallTime())
  }

  /// Registers listener, wake-up, segments and buffers, and begins to listen.
  private mutating func openRing(_ sockets: ShardSockets) throws(ShardError) {
    do {
      try ring.register(descriptor: sockets.listener, fixedIndex: FixedFile.listener)
      try ring.register(descriptor: sockets.wakeUp, fixedIndex: FixedFile.wakeUp)
      if options.lockDescriptor >= 0 {
        try ring.register(descriptor: options.lockDescriptor, fixedIndex: FixedFile.lock)
      }
      // Also the one that the opening could not make ready and the shard goes on with.
      for (slot, file) in files.open {
        try ring.register(descriptor: file.id, fixedIndex: FixedFile.segment(slot))
      }
      let batchBytes = log.commit.bufferByteCount
      try unsafe ring.register(buffers: [
        (log.commit.bufferBase(0), batchBytes), (log.commit.bufferBase(1), batchBytes),
        (scratch.zeros, Scratch.zeroByteCount),
      ])
    } catch { throw .kernel(error) }
    unsafe Tick(reserved: 0).write(frame: scratch.tick)
    unsafe FrameHeader.seal(scratch.tick, sequence: 0)
    unsafe ring.awaitWake(counter: scratch.wake, fixedIndex: FixedFile.wakeUp)
    outbox.wantsPublic = true
    status.noteActiveSegment(log.commit.activeSegment.number)
    if engine.position == 0 { configure() } else { endOutage() }
    acceptConnections()
  }

  /// Stages the record that every log begins with.
  private mutating func configure() {
    let message = engine.limits.configuration(
      gateway.identity, retentionSeconds: options.retentionSeconds)
    unsafe message.write(frame: scratch.answer)
    unsafe FrameHeader.seal(scratch.answer, sequence: 0)
    let position = unsafe stageOwn(
      UnsafeRawPointer(scratch.answer), byteCount: EngineConfigured.frameByteCount)
    invariant(position != nil, "an empty log has room for its first record")
  }

  /// Says how long nobody could bid, so that auctions whose end fell into that time go on.
  ///
  /// It is the first record of a start, before any timer fires. When the power fails before it is
  /// durable nobody has been told of an end either, and the next start logs a longer outage.
  private mutating func endOutage() {
    let lastSeen = engine.time
    guard options.outage.isExtending, now > lastSeen else { return }
    probe(.outageLogged)
    let message = OutageEnded(lastSeen: lastSeen, graceNs: options.outage.graceNs)
    unsafe message.write(frame: scratch.answer)
    unsafe FrameHeader.seal(scratch.answer, sequence: 0)
    unsafe stageOwn(UnsafeRawPointer(scratch.answer), byteCount: OutageEnded.frameByteCount)
  }

  /// After a clean stop: everything is durable and the log says that it ends here in order.
  mutating func closeLog() throws(ShardError) {
    log.commit.close()
    while !log.commit.isIdle {
      guard failure == nil else { break }
      reap()
      commitBatch()
      prepareSegments()
      if ring.submit() != 0 { break }
    }
    if let failure {
      probe(.closedAfterFailure)
      throw .logFailed(failure)
    }
  }
}
