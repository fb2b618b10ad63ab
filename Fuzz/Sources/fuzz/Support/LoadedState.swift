import Engine
import Gateway
import Journal
import Primitives
import Wire

extension EngineLimits {
  /// So little that a run's memory is made ready in no time, and every table can be full.
  static var tiny: EngineLimits {
    EngineLimits(
      auctionsMax: 12, bidsMax: 64, accountsMax: 16, linkGroupsMax: 4, sellerBlocksMax: 8,
      rateBucketsMax: 16, incrementTablesMax: 3, retention: 60_000_000_000,
      snapshotAreaByteCount: 1 << 16)
  }
}

extension GatewayLimits {
  static var tiny: GatewayLimits {
    var limits = GatewayLimits.small
    limits.connectionsMax = 3
    limits.sessionsMax = 3
    limits.sessionPlaces = 3
    limits.sessionsPerAccountMax = 2
    return limits
  }
}

/// What a shard's snapshot holds, of a small shard.
struct LoadedState: ~Copyable {
  static let identity = EngineIdentity(
    engineIdHigh: 3, engineIdLow: 4, shard: ShardID(0), shards: 1)
  static let layout = JournalLayout(shard: ShardID(0), logID: 77, fileByteCount: 8_192)

  var engine: Engine
  var gateway: Gateway
  var journal: JournalWriter

  static var journalLimits: JournalLimits {
    var limits = smallLimits() as JournalLimits
    limits.auctionsMax = 12
    limits.snapshotAreaByteCount = 16_384
    return limits
  }

  init(memory: MemorySource) {
    engine = Engine(shard: ShardID(0), limits: .tiny, memory: memory)
    gateway = Gateway(
      limits: .tiny, identity: Self.identity, credentials: .insecure, memory: memory)
    do throws(JournalError) {
      journal = try JournalWriter(
        layout: Self.layout, limits: Self.journalLimits, memory: memory)
    } catch { fatalError("\(error)") }
  }

  /// Gives a piece to whom it belongs.
  mutating func load(_ piece: SnapshotPiece) -> Bool {
    switch piece.kind {
    case 1..<20: engine.load(piece)
    case 20..<40: gateway.load(piece)
    case 40..<50: journal.load(piece)
    default: false
    }
  }

  mutating func finish() -> Bool {
    engine.finishLoading() && gateway.finishLoading() && journal.finishLoading()
  }

  /// The hash of auctions and sessions.
  var hashes: (Digest, Digest) { (engine.stateHash(), gateway.ledgerHash()) }

  /// Gives every piece of a snapshot to a visitor.
  mutating func save(_ visit: (SnapshotPiece) -> Void) {
    let room = 65_536
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 8)
    defer { buffer.deallocate() }
    func give(_ byteCount: Int) -> Int {
      var cursor = 0
      let run = UnsafeRawBufferPointer(start: buffer, count: byteCount)
      while let piece = SnapshotPiece.next(run, &cursor) { visit(piece) }
      return byteCount
    }
    engine.beginSnapshot()
    while give(engine.writeSnapshot(into: buffer, room: room)) > 0 {}
    check(engine.isSnapshotWritten, "the engine's snapshot is not whole")
    engine.endSnapshot()
    gateway.beginSnapshot()
    while give(gateway.writeSnapshot(into: buffer, room: room)) > 0 {}
    check(gateway.isSnapshotWritten, "the gateway's snapshot is not whole")
    gateway.endSnapshot()
    journal.beginSnapshot()
    while give(journal.writeSnapshot(into: buffer, room: room)) > 0 {}
    check(journal.isSnapshotWritten, "the journal's snapshot is not whole")
    journal.endSnapshot()
  }

  /// A state that was taken can be kept, and what is kept is taken again and is the same.
  mutating func checkCopy() {
    var other = LoadedState(memory: Arena.shared.memory)
    var isTaken = true
    let drops = isPlanted && engine.counts.activeAuctions > 0
    save { piece in
      // Planted: the sessions are left out while an auction is open.
      if drops, piece.kind == 21 { return }
      isTaken = other.load(piece) && isTaken
    }
    check(isTaken && other.finish(), "what was taken and kept is not taken again")
    check(other.hashes == hashes, "what was taken and kept is another state")
  }

  /// Lets time pass until everything has ended and is forgotten.
  mutating func goOn() {
    var outbox = Outbox(byteCount: 65_536, memory: Arena.shared.memory)
    outbox.wantsPublic = true
    let tick = frame(Tick(reserved: 0))
    tick.withUnsafeBytes { raw in
      for _ in 0..<40 where engine.nextDue != .max && engine.position < .max {
        let command = Command(
          position: engine.position + 1, time: max(engine.time, engine.nextDue), session: .none,
          roles: [], frame: raw.start)
        engine.apply(command, &outbox)
        outbox.clear()
        while engine.moreDue {
          engine.resume(command, &outbox)
          outbox.clear()
        }
      }
    }
  }
}
