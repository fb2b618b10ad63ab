import Foundation
import Kernel
import Primitives
import Simulator
import Testing
import WAL

/// A ring that can be handed around.
final class RingBox {
  var ring: SimulatedRing
  init(_ ring: consuming SimulatedRing) { self.ring = ring }
}

/// A ring over a machine's disk, with one registered buffer; a class, because the macros of Testing
/// do not take values that cannot be copied.
final class RingScene {
  let disk: DiskScene
  let memory = testMemory.allocate(1 << 18, 4096)
  private var box: RingBox?

  init(seed: UInt64 = 1, faults: DiskFaults = .none) throws {
    disk = try DiskScene(seed: seed, faults: faults)
    try openRing()
  }

  deinit { testMemory.release(memory, 1 << 18) }

  func openRing() throws {
    box = nil
    box = RingBox(try disk.kernel.openRing(sizes: RingSizes(), memory: testMemory))
    try with { try $0.register(buffers: [(base: memory, byteCount: 1 << 18)]) }
  }

  func closeRing() { box = nil }

  func with<R>(_ body: (inout SimulatedRing) throws -> R) throws -> R {
    guard let box else { fatalError("the ring is open") }
    return try body(&box.ring)
  }

  func register(_ file: StorageFile) throws {
    try with { try $0.register(descriptor: file.id, fixedIndex: 3) }
  }

  /// Prepares blocks of a value.
  func fill(_ value: UInt8, blocks: Int) { memset(memory, Int32(value), blocks * 4096) }

  /// Waits until so many completions have come.
  func completions(_ wanted: Int) throws -> [Completion] {
    var all: [Completion] = []
    for _ in 0..<1_000 where all.count < wanted {
      let status = try with { $0.submitAndWait(nanoseconds: TimeSpan.second) }
      if status != 0 { break }
      all += try reap()
    }
    return all
  }

  func reap() throws -> [Completion] {
    var batch = CompletionBatch(capacity: 64)
    try with { $0.reap(into: &batch) }
    return (0..<batch.count).map { batch[$0] }
  }

  func writeAndSync(blocks: Int, at block: Int) throws {
    try with {
      $0.writeAndSync(
        memory, byteCount: blocks * 4096, bufferIndex: 0, fixedIndex: 3,
        offset: UInt64(block * 4096))
    }
  }
}

@Suite struct DiskRingTests {
  private func kinds(_ completions: [Completion]) -> [RequestKind?] {
    completions.map(\.token.kind)
  }

  @Test func aBatchIsWrittenAndThenFlushed() throws {
    let scene = try RingScene()
    let file = try scene.disk.durableFile("a", 0, blocks: 8)
    try scene.register(file)
    // The descriptor is not needed any more.
    try scene.disk.with { $0.close(file) }
    scene.fill(7, blocks: 3)
    try scene.writeAndSync(blocks: 3, at: 2)
    #expect(try scene.reap().isEmpty)
    let completions = try scene.completions(2)
    #expect(kinds(completions) == [.logWrite, .logSync])
    #expect(completions.map(\.result) == [3 * 4_096, 0])
    try scene.disk.powerCycle()
    #expect(try scene.disk.contents("a") == block(0, 2) + block(7, 3) + block(0, 3))
  }

  @Test func aWriteThatFailsOrFallsShortCancelsTheFlush() throws {
    let scene = try RingScene()
    try scene.register(try scene.disk.durableFile("a", 0, blocks: 8))
    scene.disk.disk.faults.writeErrors = 1_000_000
    try scene.writeAndSync(blocks: 2, at: 0)
    #expect(try scene.completions(2).map(\.result) == [-5, -125])
    scene.disk.disk.faults = .none
    scene.disk.disk.faults.shortWrites = 1_000_000
    try scene.writeAndSync(blocks: 2, at: 0)
    let short = try scene.completions(2)
    #expect(short[0].result > 0 && short[0].result < 8_192 && short[1].result == -125)
    scene.disk.disk.faults = .none
    scene.disk.disk.faults.flushErrors = 1_000_000
    try scene.writeAndSync(blocks: 2, at: 0)
    #expect(try scene.completions(2).map(\.result) == [8_192, -5])
  }

  @Test func theDiskMayBeFull() throws {
    let scene = try RingScene()
    scene.disk.disk.faults.capacityByteCount = 4 * 4_096
    try scene.register(try scene.disk.durableFile("a", 0, blocks: 4))
    try scene.writeAndSync(blocks: 1, at: 4)
    #expect(try scene.completions(2).map(\.result) == [-28, -125])
  }

  @Test func segmentsArePreparedThroughTheRing() throws {
    let scene = try RingScene()
    let file = try scene.disk.create("a")
    try scene.disk.syncFolder()
    try scene.register(file)
    try scene.with {
      $0.prepareWrite(
        scene.memory, byteCount: 16_384, bufferIndex: 0, fixedIndex: 3, offset: 0)
    }
    let written = try scene.completions(1)
    #expect(kinds(written) == [.prepareWrite] && written[0].result == 16_384)
    try scene.with { $0.prepareSync(fixedIndex: 3) }
    let flushed = try scene.completions(1)
    #expect(kinds(flushed) == [.prepareSync] && flushed[0].result == 0)
    try scene.disk.powerCycle()
    #expect(try scene.disk.contents("a") == block(0, 4))
  }

  @Test func filesThatComeAndGo() throws {
    let scene = try RingScene()
    try scene.disk.openFolder(.cached)
    let file = try scene.disk.create("j")
    memset(scene.memory, 9, 100)
    try scene.with {
      $0.write(file, scene.memory, byteCount: 100, offset: 11, token: Token(.journalWrite))
    }
    #expect(try scene.completions(1).map(\.result) == [100])
    let folder = try scene.disk.with { $0.folder }
    try scene.with {
      $0.sync(file, dataOnly: true, token: Token(.journalSync))
      $0.sync(folder, dataOnly: false, token: Token(.snapshotStep))
    }
    let flushed = try scene.completions(2)
    #expect(Set(kinds(flushed)) == [.journalSync, .snapshotStep])
    #expect(flushed.allSatisfy { $0.result == 0 })
    memset(scene.memory, 0, 200)
    try scene.with {
      $0.read(
        file, scene.memory, byteCount: 200, offset: 10, token: Token(.journalRead, index: 5))
    }
    let read = try scene.completions(1)
    #expect(read[0].result == 101 && read[0].token.index == 5)
    #expect(scene.memory.load(fromByteOffset: 0, as: UInt8.self) == 0)
    #expect(scene.memory.load(fromByteOffset: 1, as: UInt8.self) == 9)
    try scene.disk.powerCycle()
    #expect(try scene.disk.contents("j")?.count == 111)
  }

  /// What is written while a flush lasts is not in that flush.
  @Test func aFlushReachesWhatWasWrittenBeforeIt() throws {
    var losses = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let scene = try RingScene(seed: seed)
      let file = try scene.disk.durableFile("a", 0, blocks: 2)
      scene.disk.disk.faults.flushNs = TimeSpan.millisecond
      try scene.disk.write(file, 1, blocks: 1, at: 0)
      try scene.with { $0.sync(file, dataOnly: true, token: Token(.journalSync)) }
      #expect(try scene.with { $0.submit() } == 0)
      try scene.disk.write(file, 2, blocks: 1, at: 1)
      #expect(try scene.completions(1).map(\.result) == [0])
      try scene.disk.powerCycle()
      let contents = try #require(try scene.disk.contents("a"))
      #expect(Array(contents.prefix(4_096)) == block(1))
      if Array(contents.suffix(4_096)) != block(2) { losses += 1 }
    }
    #expect(losses > 5)
  }

  @Test func descriptorsOfNobodyAndClosedOnes() throws {
    let scene = try RingScene()
    try scene.with { try $0.register(descriptor: 7, fixedIndex: 0) }
    try scene.with { try $0.register(descriptor: -1, fixedIndex: 3) }
    try scene.writeAndSync(blocks: 1, at: 0)
    #expect(try scene.completions(2).map(\.result) == [-9, -125])
    let file = try scene.disk.create("a")
    try scene.disk.with { $0.close(file) }
    #expect(throws: KernelError.self) { try scene.register(file) }
  }

  @Test func bytesOnTheirWayArriveOrNotWhenThePowerFails() throws {
    var found: Set<UInt8> = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let scene = try RingScene(seed: seed)
      try scene.register(try scene.disk.durableFile("a", 0, blocks: 1))
      scene.fill(1, blocks: 1)
      try scene.writeAndSync(blocks: 1, at: 0)
      #expect(try scene.with { $0.submit() } == 0)
      scene.disk.world.failPower()
      #expect(try scene.with { $0.submit() } == 5)
      #expect(try scene.with { $0.submitAndWait(nanoseconds: 1_000) } == 5)
      #expect(try scene.reap().isEmpty)
      found.formUnion(try #require(try scene.disk.contents("a")))
      // Nothing of the last life reaches the next one.
      try scene.disk.restart()
      try scene.openRing()
      #expect(try scene.with { $0.submitAndWait(nanoseconds: TimeSpan.second) } == 0)
      #expect(try scene.reap().isEmpty)
    }
    #expect(found.isSuperset(of: [0, 1]))
  }

  @Test func aRingThatGoesTakesItsRequestsAlong() throws {
    var faults = DiskFaults.none
    // No write ends while it is being handed over.
    faults.transferNs = TimeSpan.millisecond
    let scene = try RingScene(faults: faults)
    try scene.register(try scene.disk.durableFile("a", 0, blocks: 1))
    scene.fill(1, blocks: 1)
    try scene.writeAndSync(blocks: 1, at: 0)
    #expect(try scene.with { $0.submit() } == 0)
    scene.closeRing()
    scene.disk.world.pass(TimeSpan.second, stopsAtCompletion: false)
    #expect(try scene.disk.contents("a") == block(0))
  }

  @Test func thePowerFailsAtAStepOfTheRing() throws {
    for step in 1...2 as ClosedRange<UInt64> {
      let scene = try RingScene()
      try scene.register(try scene.disk.durableFile("a", 0, blocks: 1))
      scene.disk.disk.failPowerAtStep = scene.disk.disk.stepCount + step
      try scene.writeAndSync(blocks: 1, at: 0)
      #expect(try scene.completions(2).isEmpty || step == 2)
      #expect(scene.disk.world.isPowerOff)
    }
  }

  @Test func timePassesWhileOneWaits() throws {
    let scene = try RingScene()
    let start = scene.disk.world.now
    let monotonicStart = scene.disk.kernel.monotonicTime()
    #expect(try scene.with { $0.submit() } == 0)
    #expect(scene.disk.world.now == start + 50 * TimeSpan.microsecond)
    #expect(try scene.with { $0.submitAndWait(nanoseconds: TimeSpan.millisecond) } == 0)
    let waited = scene.disk.world.now - start
    #expect(waited == 1_051 * TimeSpan.microsecond)
    #expect(scene.disk.kernel.monotonicTime() == monotonicStart + waited)
  }
}
