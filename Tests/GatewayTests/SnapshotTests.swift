import Gateway
import Primitives
import Testing
import Wire

@Suite struct SnapshotTests {
  /// What was there when the snapshot began, and its pieces.
  private struct Taken {
    var hash: Digest
    var logCount: Int
    var pieces: [StoredPiece]
  }

  /// Takes a snapshot in the middle of traffic, written in pieces of random room.
  private func take(_ traffic: inout RandomTraffic) -> Taken {
    let harness = traffic.harness
    harness.seal()
    harness.gateway.beginSnapshot()
    #expect(harness.isRunning)
    var taken = Taken(
      hash: harness.gateway.ledgerHash(), logCount: harness.log.count, pieces: [])
    harness.release()
    while !harness.isWritten {
      for _ in 0..<traffic.random.below(30) { traffic.step() }
      taken.pieces += harness.writePieces(room: Int(traffic.random.below(9_000)))
    }
    #expect(!harness.hasOverflowed)
    harness.gateway.endSnapshot()
    #expect(!harness.isRunning)
    return taken
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func aLoadedSnapshotIsTheStateWhenItBegan(_ seed: UInt64) throws {
    var traffic = RandomTraffic(Harness(.snapshots), seed: seed)
    for _ in 0..<traffic.random.below(900) { traffic.step() }
    let taken = take(&traffic)
    for _ in 0..<traffic.random.below(200) { traffic.step() }
    let live = traffic.harness

    var imaged: Set<UInt64> = []
    for piece in taken.pieces {
      if piece.kind == 21 { imaged.insert(piece.index) }
      #expect(piece.kind != 22 || imaged.contains(piece.index >> 48), "an image comes first")
    }
    let loaded = try #require(Harness.loaded(taken.pieces, .snapshots))
    #expect(loaded.gateway.ledgerHash() == taken.hash)
    let replayed = Harness(.snapshots)
    replayed.replay(live.log[..<taken.logCount])
    #expect(replayed.gateway.ledgerHash() == taken.hash)
    #expect(loaded.snapshot() == replayed.snapshot(), "rings are equal byte by byte")

    loaded.replay(live.log[taken.logCount...])
    replayed.replay(live.log[taken.logCount...])
    #expect(loaded.gateway.ledgerHash() == live.gateway.ledgerHash())
    #expect(loaded.snapshot() == replayed.snapshot())
    #expect(loaded.resends(now: live.now) == replayed.resends(now: live.now))
  }

  /// The first pieces in order, the rest shuffled.
  @Test func theOrderOfPiecesDoesNotMatter() throws {
    var traffic = RandomTraffic(Harness(.snapshots), seed: 77)
    for _ in 0..<700 { traffic.step() }
    var taken = take(&traffic)
    for index in stride(from: taken.pieces.count - 1, to: 1, by: -1) {
      taken.pieces.swapAt(index, 1 + Int(traffic.random.below(UInt64(index))))
    }
    #expect(taken.pieces[0].kind == 20)
    let loaded = try #require(Harness.loaded(taken.pieces, .snapshots))
    #expect(loaded.gateway.ledgerHash() == taken.hash)
  }

  @Test func aRunningGatewayThatLoadedGoesOn() throws {
    var traffic = RandomTraffic(Harness(.snapshots), seed: 5)
    for _ in 0..<600 { traffic.step() }
    let live = traffic.harness
    live.turn()
    let loaded = try #require(Harness.loaded(live.snapshot(), .snapshots))
    #expect(loaded.gateway.sessionCount == live.gateway.sessionCount)
    #expect(!loaded.isConnected(handle1))
    #expect(loaded.resends(now: live.now) == live.restart().resends(now: live.now))
    // A snapshot of what was loaded and went on is as good as one of the first.
    let again = try #require(Harness.loaded(loaded.snapshot(), .snapshots))
    #expect(again.gateway.ledgerHash() == loaded.gateway.ledgerHash())
  }

  @Test func anEmptyGatewayHasOnePiece() throws {
    let pieces = Harness().snapshot()
    #expect(pieces.map(\.kind) == [20])
    let loaded = try #require(Harness.loaded(pieces, .small))
    #expect(loaded.gateway.ledgerHash() == Harness().gateway.ledgerHash())
    #expect(loaded.gateway.sessionCount == 0)
    #expect(Harness.loaded([], .small) == nil)
  }

  @Test func nothingIsWrittenWithoutASnapshotOrRoom() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    #expect(harness.writePieces(room: 9_000).isEmpty)
    #expect(!harness.isWritten && !harness.isRunning)
    harness.gateway.beginSnapshot()
    #expect(harness.writePieces(room: 31).isEmpty)
    #expect(harness.writePieces(room: 32).map(\.kind) == [20])
    #expect(harness.writePieces(room: 239).isEmpty)
    #expect(harness.writePieces(room: 240).map(\.kind) == [21])
    #expect(harness.writePieces(room: 143).isEmpty && !harness.isWritten)
    #expect(harness.writePieces(room: 144).map(\.kind) == [22])
    #expect(harness.isWritten)
    #expect(harness.writePieces(room: 9_000).isEmpty)
  }

  /// Full rings that are written over completely while the snapshot runs: every page was copied.
  @Test func whatIsOverwrittenIsCopiedFirst() throws {
    let harness = Harness(.snapshots)
    harness.logon(0, session: 1)
    harness.logon(1, session: 2, account: 8)
    func fill(_ count: UInt64) {
      for ref in 0..<count { harness.notice(SessionHandle(index: 0, generation: 1), ref) }
      harness.turn()
    }
    fill(400)
    harness.gateway.beginSnapshot()
    let hash = harness.gateway.ledgerHash()
    #expect(harness.gateway.snapshotAreaByteCount == 0)
    fill(1)
    #expect(harness.gateway.snapshotAreaByteCount > 240 + 16, "an image and a page")
    fill(400)
    let pageBytes = harness.gateway.snapshotAreaByteCount
    #expect(pageBytes > 16_384 && pageBytes < 17_408)
    fill(400)
    #expect(harness.gateway.snapshotAreaByteCount == pageBytes, "each page is copied once")
    let pieces = harness.writePieces(room: 32 + pageBytes)
    #expect(harness.gateway.snapshotAreaByteCount == 0)
    #expect(pieces.dropFirst(2).allSatisfy { $0.kind == 22 })
    let all = pieces + harness.writeAll()
    harness.gateway.endSnapshot()
    let loaded = try #require(Harness.loaded(all, .snapshots))
    #expect(loaded.gateway.ledgerHash() == hash)
  }

  /// A page that does not fit now holds back what was copied behind it, and all the rest.
  @Test func whatWasCopiedIsWrittenFirst() {
    let harness = Harness(.snapshots)
    harness.logon(0, session: 1)
    harness.logon(1, session: 2, account: 8)
    let full = SessionHandle(index: 1, generation: 1)
    harness.notice(handle1, 1)
    for ref in 0..<400 as Range<UInt64> { harness.notice(full, ref) }
    harness.turn()
    harness.gateway.beginSnapshot()
    #expect(harness.writePieces(room: 32).map(\.kind) == [20])
    for ref in 0..<60 as Range<UInt64> { harness.notice(full, ref) }
    harness.notice(handle1, 2)
    #expect(harness.writePieces(room: 240 + 2_432 + 16 + 500).map(\.kind) == [21, 22])
    #expect(harness.writePieces(room: 500).isEmpty)
    #expect(harness.writePieces(room: 9_000).map(\.kind).prefix(3) == [22, 21, 22])
  }

  /// A request changes its session also when no reply is delivered to it.
  @Test(arguments: [false, true])
  func aWindowIsCopiedBeforeItChanges(_ isReplay: Bool) throws {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, bid(1))
    harness.turn()
    let hash = harness.gateway.ledgerHash()
    harness.gateway.beginSnapshot()
    if isReplay {
      harness.gateway.replayed(session: handle1, clientSequence: 2, time: harness.now + 1)
    } else {
      harness.give(0, bid(2))
      let step = harness.gateway.next(0, now: harness.now, admission: .open, mustPause: false)
      guard case .command(let command) = step else {
        Issue.record("a bid is a command")
        return
      }
      harness.gateway.applied(command, time: harness.now)
    }
    #expect(harness.gateway.ledgerHash() != hash)
    let loaded = try #require(Harness.loaded(harness.writeAll(), .small))
    #expect(loaded.gateway.ledgerHash() == hash)
  }

  @Test func anOverflowGivesTheSnapshotUpAndHarmsNothing() throws {
    var limits = GatewayLimits.small
    limits.snapshotAreaByteCount = 16_384
    let harness = Harness(limits)
    for session in 1...4 as ClosedRange<UInt64> {
      harness.logon(Int(session), session: session, account: session)
    }
    func fill() {
      for ref in 0..<600 as Range<UInt64> {
        harness.notice(SessionHandle(index: UInt16(ref & 3), generation: 1), ref)
        if ref % 16 == 0 { harness.turn() }
      }
    }
    fill()
    harness.gateway.beginSnapshot()
    fill()
    #expect(harness.hasOverflowed)
    #expect(harness.gateway.snapshotAreaByteCount > 8_192)
    while !harness.writePieces(room: 9_000).isEmpty {}
    #expect(!harness.isWritten)
    harness.gateway.endSnapshot()
    #expect(harness.gateway.snapshotAreaByteCount == 0)
    #expect(harness.gateway.ledgerHash() == harness.restart().gateway.ledgerHash())
    let loaded = try #require(Harness.loaded(harness.snapshot(), limits))
    #expect(loaded.gateway.ledgerHash() == harness.gateway.ledgerHash())
  }
}

@Suite struct SnapshotDamageTests {
  private let pieces: [StoredPiece]
  private let hash: Digest
  /// A small area: these tests make very many gateways.
  private var limits: GatewayLimits {
    var limits = GatewayLimits.snapshots
    limits.snapshotAreaByteCount = 16_384
    return limits
  }

  init() {
    var traffic = RandomTraffic(Harness(.snapshots), seed: 11)
    for _ in 0..<900 { traffic.step() }
    pieces = traffic.harness.snapshot()
    hash = traffic.harness.gateway.ledgerHash()
  }

  @Test func whatIsWholeLoads() {
    #expect(Set(pieces.map(\.kind)) == [20, 21, 22])
    #expect(pieces.count > 12)
    #expect(Harness.loaded(pieces, .snapshots)?.gateway.ledgerHash() == hash)
  }

  @Test func aPieceThatIsMissingOrComesTwiceIsFound() {
    for index in pieces.indices {
      var some = pieces
      some.remove(at: index)
      #expect(Harness.loaded(some, limits) == nil, "piece \(index) is missing")
      #expect(Harness.loaded(pieces + [pieces[index]], limits) == nil, "\(index) comes twice")
    }
  }

  /// Every ninth bit of what is not a frame, and some of every page, flipped: the snapshot is
  /// refused, or the hash says that it is another state.
  @Test func noFlippedBitGoesUnseen() {
    var random = SeededGenerator(seed: 3)
    for index in pieces.indices {
      let bitCount = pieces[index].payload.count * 8
      let isRing = pieces[index].kind == 22
      let bits =
        isRing
        ? (0..<12).map { _ in Int(random.below(UInt64(bitCount))) }
        : Array(stride(from: Int(random.below(9)), to: bitCount, by: 9))
      for bit in bits { check(index) { $0.payload[bit / 8] ^= 1 << (bit & 7) } }
      for bit in 0..<64 as Range<UInt64> { check(index) { $0.index ^= 1 << bit } }
      for bit in 0..<16 as Range<UInt16> { check(index) { $0.kind ^= 1 << bit } }
      check(index) { $0.payload.removeLast(8) }
      check(index) { $0.payload += [UInt8](repeating: 0, count: 8) }
    }
  }

  /// What no frame stands on is zero, and must be: the end of a lap that a frame did not fit into.
  @Test func aGapThatIsNotEmptyIsFound() throws {
    let harness = Harness(limits)
    harness.logon(0)
    for ref in 0..<17 as Range<UInt64> {
      // 96 bytes, then 1,024 each: the last one finds 928 bytes before the lap's end.
      let bytes = resealed(outbid(ref) + [UInt8](repeating: 7, count: ref == 0 ? 0 : 928)) {
        $0[0] = ref == 0 ? 96 : 0
        $0[1] = ref == 0 ? 0 : 4
      }
      harness.deliver(handle1, bytes)
      harness.turn()
    }
    var some = harness.snapshot()
    #expect(Harness.loaded(some, limits) != nil)
    let index = try #require(some.firstIndex { $0.kind == 22 && $0.index == 12_288 / 8 })
    #expect(some[index].payload.suffix(928).allSatisfy { $0 == 0 })
    #expect(some[index].payload.dropLast(928).last == 7)
    some[index].payload[4_095] = 1
    #expect(Harness.loaded(some, limits) == nil)
  }

  private func check(_ index: Int, _ change: (inout StoredPiece) -> Void) {
    var some = pieces
    change(&some[index])
    guard let loaded = Harness.loaded(some, limits) else { return }
    #expect(loaded.gateway.ledgerHash() != hash, "piece \(index) of kind \(pieces[index].kind)")
  }

  @Test func aSnapshotThatDoesNotFitIsRefused() {
    var limits = GatewayLimits.snapshots
    limits.sessionsMax = 5
    limits.sessionPlaces = 5
    #expect(Harness.loaded(pieces, limits) == nil)
    limits.sessionPlaces = 60
    #expect(Harness.loaded(pieces, limits)?.gateway.ledgerHash() == hash)
  }

  /// A server that was given other rings since: it keeps as many of the newest frames as it can.
  @Test(arguments: [16_384, 65_536])
  func ringsOfAnotherSizeTakeTheFramesOver(_ ringBytes: Int) throws {
    var limits = GatewayLimits.snapshots
    limits.replayRingBytes = 32_768
    limits.sendBufferBytes = 65_536
    var traffic = RandomTraffic(Harness(limits), seed: 21)
    for _ in 0..<1_500 { traffic.step() }
    let live = traffic.harness
    let pieces = live.snapshot()
    limits.replayRingBytes = ringBytes
    let loaded = try #require(Harness.loaded(pieces, limits))
    #expect(loaded.gateway.ledgerHash() == live.gateway.ledgerHash())
    let before = live.restart().resends(now: live.now)
    for (old, new) in zip(before, loaded.resends(now: live.now)) {
      #expect(new.count > 1 || old.count <= 1)
      let shared = min(old.count, new.count) - 1
      #expect(old.suffix(shared) == new.suffix(shared))
      #expect(ringBytes < 32_768 ? new.count <= old.count : new.count >= old.count)
    }
  }

  /// A snapshot's rings may have any size: memory is asked for as frames come.
  @Test(arguments: [65_536, 1 << 30])
  func aSnapshotTakesNoMoreMemoryThanItHolds(_ ringBytes: Int) throws {
    let harness = Harness(limits)
    harness.logon(0)
    for ref in 0..<9 as Range<UInt64> { harness.notice(handle1, ref) }
    harness.turn()
    var some = harness.snapshot()
    #expect(some.map(\.kind) == [20, 21, 22])
    // Nothing has come round in the ring yet, so that it is as good in a larger one.
    some[0].payload.replaceSubrange(8..<16, with: littleEndian(UInt64(ringBytes)))
    let (isLoaded, byteCountMax) = loadCounting(some)
    #expect(isLoaded && byteCountMax <= 65_536)

    // The image says that the ring is full; the pieces do not.
    some[1].payload.replaceSubrange(64..<72, with: littleEndian(0))
    some[1].payload.replaceSubrange(72..<80, with: littleEndian(UInt64(ringBytes)))
    let (isFullLoaded, fullByteCountMax) = loadCounting(some)
    #expect(!isFullLoaded && fullByteCountMax <= 65_536)
  }

  /// Loads pieces; gives the most bytes that a piece made the gateway ask for.
  private func loadCounting(_ pieces: [StoredPiece]) -> (isLoaded: Bool, byteCountMax: Int) {
    let counter = AllocationCounter()
    var gateway = Gateway(
      limits: limits,
      identity: EngineIdentity(engineIdHigh: 3, engineIdLow: 4, shard: ShardID(0), shards: 1),
      credentials: .insecure, memory: counter.memory)
    counter.byteCountMax = 0
    let isLoaded = pieces.allSatisfy { piece in
      piece.payload.withUnsafeBytes {
        gateway.load(SnapshotPiece(kind: piece.kind, index: piece.index, payload: $0))
      }
    }
    return (isLoaded && gateway.finishLoading(), counter.byteCountMax)
  }

  private func littleEndian(_ word: UInt64) -> [UInt8] {
    withUnsafeBytes(of: word.littleEndian) { Array($0) }
  }
}

/// The largest run of memory that was asked for.
// SENDABLE: one test uses it, on one thread.
private final class AllocationCounter: @unchecked Sendable {
  var byteCountMax = 0

  var memory: MemorySource {
    MemorySource(
      allocate: { byteCount, alignment in
        self.byteCountMax = max(self.byteCountMax, byteCount)
        return MemorySource.heap.allocate(byteCount, alignment)
      },
      release: { MemorySource.heap.release($0, $1) })
  }
}
