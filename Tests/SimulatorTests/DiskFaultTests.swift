import Kernel
import Primitives
import Simulator
import Testing
import WAL

/// Every fault of the atlas is seen, and leaves alone what it must leave alone.
@Suite struct DiskFaultTests {
  private func faults(_ change: (inout DiskFaults) -> Void) -> DiskFaults {
    var faults = DiskFaults.none
    change(&faults)
    return faults
  }

  private static let always: UInt32 = 1_000_000

  @Test func readsWritesFlushesAndNamesFail() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 4)
    scene.disk.faults.readErrors = Self.always
    #expect(errno { _ = try scene.read(file, blocks: 1) } == 5)
    scene.disk.faults = faults { $0.writeErrors = Self.always }
    #expect(errno { try scene.write(file, 2, blocks: 2) } == 5)
    scene.disk.faults = faults { $0.flushErrors = Self.always }
    #expect(errno { try scene.sync(file) } == 5)
    #expect(errno { try scene.syncFolder() } == 5)
    scene.disk.faults = faults { $0.nameErrors = Self.always }
    #expect(errno { _ = try scene.create("b") } == 5)
    #expect(errno { try scene.with { try $0.rename("a", to: "b") } } == 5)
    #expect(errno { try scene.with { try $0.remove("a") } } == 5)
    #expect(errno { try scene.with { try $0.truncate(file, to: 0) } } == 5)
    scene.disk.faults = .none
    #expect(try scene.names() == ["a"])
    #expect(try scene.read(file, blocks: 2, at: 2) == block(1, 2))
    let counts = scene.disk.counts
    #expect(counts.readErrors == 1 && counts.writeErrors == 1)
    #expect(counts.flushErrors == 2 && counts.nameErrors == 4)
  }

  /// A file whose flush failed and was tried again, which says that all is well.
  private func afterAFailedFlush(_ scene: DiskScene) throws -> StorageFile {
    let file = try scene.durableFile("a", 1, blocks: 4)
    try scene.write(file, 2, blocks: 4)
    scene.disk.faults.flushErrors = Self.always
    #expect(errno { try scene.sync(file) } == 5)
    scene.disk.faults = .none
    try scene.sync(file)
    return file
  }

  /// Past the cache one sees what the failed flush left; the next flush does not bring it back.
  @Test func aFlushThatFailedLosesPages() throws {
    var losses = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      let file = try afterAFailedFlush(scene)
      let seen = try scene.read(file, blocks: 4)
      if seen != block(2, 4) { losses += 1 }
      try scene.powerCycle()
      #expect(try scene.contents("a") == seen)
    }
    #expect(losses > 10)
  }

  /// Through the cache one sees what was written, and a second flush says that all is well.
  @Test func theCacheHidesWhatAFailedFlushLost() throws {
    var losses = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed, access: .cached)
      let file = try afterAFailedFlush(scene)
      #expect(try scene.read(file, blocks: 4) == block(2, 4))
      try scene.powerCycle()
      if try scene.contents("a") != block(2, 4) { losses += 1 }
    }
    #expect(losses > 10)
  }

  @Test func readsAndWritesFallShort() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 16)
    scene.disk.faults.shortReads = Self.always
    let read = try scene.read(file, blocks: 16).count
    #expect(read % 4_096 == 0 && read > 0 && read < 16 * 4_096)
    // The end of a file is not hidden by it: one block always comes whole.
    #expect(try scene.read(file, blocks: 1, at: 15).count == 4_096)
    scene.disk.faults.shortWrites = Self.always
    let written = try scene.write(file, 2, blocks: 16)
    #expect(written % 512 == 0 && written > 0 && written < 16 * 4_096)
    let contents = try #require(try scene.contents("a"))
    #expect(contents.firstIndex(of: 1) == written && contents[..<written].allSatisfy { $0 == 2 })
    #expect(scene.disk.counts.shortReads == 1 && scene.disk.counts.shortWrites == 1)
    // Zeros are written whatever it takes.
    scene.disk.faults.shortWrites = 500_000
    try scene.with { try $0.zero(file, at: 0, byteCount: 16 * 4_096) }
    #expect(try scene.contents("a") == block(0, 16))
  }

  @Test func aFullDiskRefusesAndHasRoomAgain() throws {
    let scene = try DiskScene(faults: faults { $0.capacityByteCount = 8 * 4_096 })
    let file = try scene.durableFile("a", 1, blocks: 6)
    #expect(try scene.with { try $0.freeByteCount() } == 2 * 4_096)
    // What fits is written, then nothing more; what the file has already may be written again.
    #expect(try scene.write(file, 2, blocks: 4, at: 6) == 2 * 4_096)
    #expect(errno { try scene.write(file, 2, blocks: 1, at: 8) } == 28)
    #expect(errno { _ = try scene.create("b") } == 28)
    #expect(try scene.write(file, 3, blocks: 8) == 8 * 4_096)
    try scene.with { try $0.truncate(file, to: 4_096) }
    _ = try scene.create("b")
    #expect(scene.disk.counts.fullRefusals == 3)
  }

  @Test func somebodyElseFillsTheDiskForAWhile() throws {
    let scene = try DiskScene(faults: faults { $0.fullEpisodes = Self.always })
    let free = try scene.with { try $0.freeByteCount() }
    #expect(free < 64 * 4_096)
    let file = try scene.create("a")
    #expect(errno { try scene.with { try $0.zero(file, at: 0, byteCount: 1 << 20) } } == 28)
    scene.disk.faults.fullEpisodes = 0
    #expect(try scene.with { try $0.freeByteCount() } > 1 << 30)
    try scene.with { try $0.zero(file, at: 0, byteCount: 1 << 20) }
  }

  @Test func someStepsAreSlow() throws {
    let scene = try DiskScene(faults: faults { $0.slowSteps = 100_000 })
    let file = try scene.create("a")
    var longest: Nanoseconds = 0
    var shortest = Nanoseconds.max
    for _ in 0..<200 {
      let before = scene.world.now
      try scene.write(file, 1, blocks: 1)
      longest = max(longest, scene.world.now - before)
      shortest = min(shortest, scene.world.now - before)
    }
    #expect(longest > 100 * TimeSpan.millisecond && shortest < 100 * TimeSpan.microsecond)
    #expect(scene.disk.counts.slowSteps > 5)
  }

  @Test func aLostWriteIsReportedAsDone() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 4)
    scene.disk.faults = faults {
      $0.lostWrites = Self.always
      $0.mediaFaultCountMax = 1
    }
    #expect(try scene.write(file, 2, blocks: 2, at: 1) == 2 * 4_096)
    try scene.sync(file)
    #expect(try scene.contents("a") == block(1, 4))
    let damage = try #require(scene.disk.mediaFaults.first)
    #expect(damage.kind == .lostWrite && damage.file == "a" && damage.folder == DiskScene.path)
    #expect(damage.offset == 4_096 && damage.byteCount == 8_192)
    #expect("\(damage)" == "a lost write in data/log/a at byte 4096, 8192 bytes")
    // No more than it may.
    try scene.write(file, 3, blocks: 1, at: 0)
    #expect(try scene.contents("a") == block(3) + block(1, 3))
  }

  @Test func aMisdirectedWriteReachesAnotherPlace() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 8)
    scene.disk.faults = faults {
      $0.misdirectedWrites = Self.always
      $0.mediaFaultCountMax = 2
    }
    while scene.disk.mediaFaults.isEmpty { try scene.write(file, 2, blocks: 1, at: 0) }
    try scene.sync(file)
    let places = scene.disk.mediaFaults.map(\.offset)
    let contents = try #require(try scene.contents("a"))
    #expect(places.count == 2 && places[0] == 0 && places[1] > 0)
    #expect(contents[Int(places[1])] == 2)
    #expect(scene.disk.counts.misdirectedWrites == 1)
  }

  @Test func bitsRotAndPagesBecomeUnreadable() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 4)
    #expect(scene.disk.damage(.rot, folder: DiskScene.path, file: "a", offset: 5_000))
    let contents = try #require(try scene.contents("a"))
    let wrong = contents.indices.filter { contents[$0] != 1 }
    #expect(!wrong.isEmpty && wrong.count <= 9)
    #expect(wrong.allSatisfy { (4_096..<8_192).contains($0) })
    #expect(scene.disk.damage(.unreadable, folder: DiskScene.path, file: "a", offset: 8_192))
    #expect(errno { _ = try scene.read(file, blocks: 4) } == 5)
    #expect(try scene.read(file, blocks: 1, at: 3) == block(1))
    // A page that is written anew can be read again.
    try scene.write(file, 4, blocks: 1, at: 2)
    #expect(try scene.read(file, blocks: 1, at: 2) == block(4))
    #expect(scene.disk.mediaFaults.map(\.offset) == [4_096, 8_192])
    #expect(!scene.disk.damage(.rot, folder: DiskScene.path, file: "a", offset: 1 << 20))
    #expect(!scene.disk.damage(.rot, folder: DiskScene.path, file: "b", offset: 0))
  }

  @Test func damageAtRestHappensByItself() throws {
    for change in [\DiskFaults.rottenPages, \DiskFaults.unreadablePages] {
      let scene = try DiskScene()
      let file = try scene.durableFile("a", 1, blocks: 16)
      scene.disk.faults[keyPath: change] = 100_000
      scene.disk.faults.mediaFaultCountMax = 2
      for _ in 0..<300 { try scene.sync(file) }
      #expect(scene.disk.mediaFaults.count == 2)
      #expect(scene.disk.mediaFaults.allSatisfy { $0.file == "a" && $0.byteCount == 4_096 })
    }
  }

  @Test func closedFilesMissingFilesAndReadersAreRefused() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 1)
    try scene.with { $0.close(file) }
    #expect(errno { _ = try scene.read(file, blocks: 1) } == 9)
    #expect(errno { _ = try scene.open("b") } == 2)
    #expect(errno { try scene.with { try $0.remove("b") } } == 2)
    #expect(errno { try scene.with { try $0.rename("b", to: "c") } } == 2)
    try scene.openFolder(.readable)
    let readable = try scene.open("a")
    #expect(try scene.read(readable, blocks: 1) == block(1))
    #expect(errno { try scene.write(readable, 2, blocks: 1) } == 9)
    #expect(errno { _ = try scene.create("b") } == 30)
    #expect(errno { try scene.with { try $0.remove("a") } } == 30)
    #expect(
      errno {
        _ = try scene.kernel.openFolder("data/no", access: .readable, memory: testMemory)
      } == 2)
  }

  /// Emptied when it is opened past the cache; left as it is through the cache.
  @Test func makingAFileThatIsThere() throws {
    let scene = try DiskScene()
    try scene.durableFile("a", 1, blocks: 2)
    try scene.openFolder(.cached)
    _ = try scene.create("a")
    #expect(try scene.contents("a") == block(1, 2))
    try scene.openFolder(.writable)
    _ = try scene.create("a")
    #expect(try scene.contents("a") == [])
  }

  @Test func profilesDifferAndRepeat() {
    let profiles = (0..<200).map { DiskFaults(seed: $0) }
    #expect(profiles == (0..<200).map { DiskFaults(seed: $0) })
    #expect(profiles.contains { $0.flushErrors > 0 } && profiles.contains { $0.flushErrors == 0 })
    #expect(profiles.contains { $0.fullEpisodes > 0 } && profiles.contains { $0.slowSteps > 0 })
    #expect(profiles.contains { $0.shortWrites > 0 } && profiles.contains { $0.shortReads > 0 })
    #expect(profiles.allSatisfy { $0.mediaFaultCountMax == 0 })
    let damaging = (0..<100).map { DiskFaults(seed: $0, damagesMedia: true) }
    #expect(damaging.allSatisfy { $0.mediaFaultCountMax > 0 })
    #expect(damaging.contains { $0.lostWrites > 0 } && damaging.contains { $0.rottenPages > 0 })
  }
}
