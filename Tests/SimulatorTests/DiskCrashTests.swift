import Kernel
import Primitives
import Simulator
import Testing
import WAL

/// What a power failure may do, and what it may not.
@Suite struct DiskCrashTests {
  @Test func whatWasFlushedIsNeverLost() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      let file = try scene.durableFile("a", 1, blocks: 3)
      try scene.write(file, 2, blocks: 1, at: 3)
      try scene.with { try $0.zero(file, at: 16_384, byteCount: 8_192) }
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      #expect(Array(contents.prefix(12_288)) == block(1, 3), "seed \(seed)")
      #expect(try scene.names() == ["a"])
    }
  }

  @Test func aCopyOfWhatIsFlushedHoldsNothingElse() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 2)
    try scene.write(file, 2, blocks: 1, at: 1)
    _ = try scene.create("b")
    let before = scene.disk.copyOfFlushed()
    let kept = try (scene.contents("a", of: before), scene.contents("b", of: before))
    #expect(kept.0 == block(1, 2) && kept.1 == nil)
    try scene.sync(file)
    try scene.syncFolder()
    let after = scene.disk.copyOfFlushed()
    let all = try (scene.contents("a", of: after), scene.contents("b", of: after))
    #expect(all.0 == block(1) + block(2) && all.1 == [])
    let current = try scene.contents("a")
    #expect(current == all.0)
  }

  @Test func whatWasNotFlushedIsKeptLostOrTorn() throws {
    var kept = 0
    var lost = 0
    var torn = 0
    var garbled = 0
    var faults = DiskFaults.none
    for seed in 1...200 as ClosedRange<UInt64> {
      faults.garblesSectors = seed % 2 == 0
      let scene = try DiskScene(seed: seed, faults: faults)
      let file = try scene.durableFile("a", 1, blocks: 4)
      try scene.write(file, 2, blocks: 2, at: 1)
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      #expect(contents.count == 16_384)
      #expect(Array(contents.prefix(4_096)) == block(1))
      #expect(Array(contents.suffix(4_096)) == block(1))
      for page in 1...2 {
        let bytes = Set(contents[(page * 4_096)..<(page * 4_096 + 4_096)])
        if bytes == [2] { kept += 1 }
        if bytes == [1] { lost += 1 }
        if bytes == [1, 2] { torn += 1 }
        if bytes.count > 2 { garbled += 1 }
      }
      let damage = scene.disk.mediaFaults
      #expect(damage.isEmpty || faults.garblesSectors)
      #expect(damage.count == Int(scene.disk.counts.sectorsGarbled))
      #expect(damage.allSatisfy { (4_096..<12_288).contains($0.offset) && $0.file == "a" })
    }
    #expect(kept > 20 && lost > 20 && torn > 20 && garbled > 20)
  }

  @Test func laterWritesMayReachTheDiskBeforeEarlierOnes() throws {
    let outcomes = try (1...60 as ClosedRange<UInt64>).map { seed -> [Bool] in
      let scene = try DiskScene(seed: seed)
      let file = try scene.durableFile("a", 0, blocks: 2)
      try scene.write(file, 1, blocks: 1, at: 0)
      try scene.write(file, 1, blocks: 1, at: 1)
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      return [contents[0...4_095] == block(1)[...], Array(contents[4_096...]) == block(1)]
    }
    #expect(outcomes.contains([false, true]) && outcomes.contains([true, false]))
    #expect(outcomes.contains([true, true]) && outcomes.contains([false, false]))
  }

  @Test func disksWithoutTearingKeepOrLosePages() throws {
    var faults = DiskFaults.none
    faults.tearsPages = false
    for seed in 1...60 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed, faults: faults)
      let file = try scene.durableFile("a", 1, blocks: 8)
      try scene.write(file, 2, blocks: 8)
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      for page in 0..<8 {
        let bytes = Set(contents[(page * 4_096)..<(page * 4_096 + 4_096)])
        #expect(bytes == [1] || bytes == [2])
      }
    }
  }

  @Test func namesAreDurableOnlyAfterAFlushOfTheFolder() throws {
    var found: Set<[String]> = []
    for seed in 1...80 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      try scene.durableFile("old", 1, blocks: 1)
      let file = try scene.create("new")
      try scene.write(file, 2, blocks: 1)
      try scene.sync(file)
      try scene.with { try $0.remove("old") }
      try scene.powerCycle()
      let names = try scene.names()
      found.insert(names)
      if names.contains("new") { #expect(try scene.contents("new") == block(2)) }
      if names.contains("old") { #expect(try scene.contents("old") == block(1)) }
    }
    #expect(found == [["old"], ["new", "old"], ["new"], []])
  }

  @Test func inOrderMeansThatNoNameOvertakesAnother() throws {
    var faults = DiskFaults.none
    faults.reordersNames = false
    var found: Set<[String]> = []
    for seed in 1...80 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed, faults: faults)
      for name in ["a", "b", "c"] { _ = try scene.create(name) }
      try scene.powerCycle()
      found.insert(try scene.names())
    }
    #expect(found == [[], ["a"], ["a", "b"], ["a", "b", "c"]])
  }

  /// What is flushed in a folder is lost with it when its own name, or one above it, is not.
  @Test func aFolderThatWasNotFlushedMayVanishWithAllThatIsInIt() throws {
    var found: Set<[Bool]> = []
    for seed in 1...80 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      #expect(scene.kernel.makeFolder("new") == 0)
      #expect(scene.kernel.makeFolder("new/log") == 0)
      #expect(scene.kernel.flushFolder(holding: "new/log") == 0)
      #expect(scene.kernel.makeFolder("new/log/deep") == 0)
      scene.world.failPower()
      found.insert(["new", "new/log", "new/log/deep"].map { scene.disk.hasFolder($0) })
      #expect(scene.disk.hasFolder(DiskScene.path))
    }
    #expect(found == [[false, false, false], [true, true, false], [true, true, true]])
  }

  /// Its maker was killed before it could flush the folder: whoever finds it must do so.
  @Test func aFolderThatIsFoundIsFlushedToo() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      #expect(scene.kernel.makeFolder("data/found") == 0)
      scene.kernel.killProcess()
      try scene.restart()
      try scene.kernel.makeFolders("data/found")
      scene.world.failPower()
      #expect(scene.disk.hasFolder("data/found"), "seed \(seed)")
    }
  }

  @Test func foldersAreNoFiles() throws {
    let scene = try DiskScene()
    #expect(scene.kernel.makeFolder("data/log/inside") == 0)
    #expect(scene.kernel.makeFolder("data/log/inside") == 0)
    #expect(scene.kernel.makeFolder("data/missing/inside") == 2)
    #expect(try scene.names() == [])
    #expect(errno { _ = try scene.open("inside") } == 21)
  }

  @Test func aRenameIsNeverHalfDone() throws {
    var found: Set<UInt8> = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      try scene.durableFile("a", 1, blocks: 1)
      try scene.durableFile("b", 2, blocks: 1)
      try scene.with { try $0.rename("b", to: "a") }
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      let isDone = contents == block(2)
      #expect(isDone || contents == block(1))
      #expect(try scene.names() == (isDone ? ["a"] : ["a", "b"]))
      found.insert(contents[0])
    }
    #expect(found == [1, 2])
  }

  @Test func aFileThatWasMadeButNeverFlushedMayHaveAnyLength() throws {
    var lengths: Set<Int> = []
    for seed in 1...100 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      let file = try scene.create("a")
      try scene.syncFolder()
      for index in 0..<3 { try scene.write(file, 7, blocks: 1, at: index) }
      try scene.powerCycle()
      lengths.insert(try #require(try scene.contents("a")).count)
    }
    #expect(lengths == [0, 4_096, 8_192, 12_288])
  }

  @Test func aCutThatWasNotFlushedIsKeptOrLost() throws {
    var lengths: Set<Int> = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let scene = try DiskScene(seed: seed)
      let file = try scene.durableFile("a", 3, blocks: 4)
      try scene.with { try $0.truncate(file, to: 4_096) }
      #expect(try scene.read(file, blocks: 4) == block(3))
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      #expect(Set(contents) == [3])
      lengths.insert(contents.count)
    }
    #expect(lengths == [4_096, 16_384])
  }

  @Test func bytesBesideAWriteStayAsTheyWere() throws {
    for seed in 1...100 as ClosedRange<UInt64> {
      var faults = DiskFaults.none
      faults.garblesSectors = true
      let scene = try DiskScene(seed: seed, faults: faults, access: .cached)
      let file = try scene.create("a")
      try scene.write(file, [UInt8](repeating: 1, count: 700), at: 0)
      try scene.sync(file)
      try scene.syncFolder()
      try scene.write(file, [UInt8](repeating: 2, count: 5_000), at: 700)
      try scene.powerCycle()
      let contents = try #require(try scene.contents("a"))
      #expect(Array(contents.prefix(700)) == [UInt8](repeating: 1, count: 700))
      #expect(contents.count == 700 || contents.count == 5_700)
    }
  }

  @Test func thePowerFailsAtTheStepThatWasChosen() throws {
    let scene = try DiskScene()
    let file = try scene.durableFile("a", 1, blocks: 1)
    scene.disk.failPowerAtStep = scene.disk.stepCount + 2
    try scene.write(file, 2, blocks: 1, at: 1)
    #expect(!scene.world.isPowerOff)
    #expect(errno { try scene.sync(file) } == 5)
    #expect(scene.world.isPowerOff && scene.disk.counts.powerFailures == 1)
    // Nothing works any more, and nothing has an effect.
    let steps = scene.disk.stepCount
    let trace = scene.disk.trace
    #expect(errno { try scene.write(file, 3, blocks: 1) } == 5)
    #expect(errno { _ = try scene.read(file, blocks: 1) } == 5)
    #expect(errno { _ = try scene.create("b") } == 5)
    #expect(errno { _ = try scene.open("a") } == 5)
    #expect(errno { try scene.with { _ = try $0.list() } } == 5)
    #expect(errno { try scene.with { try $0.remove("a") } } == 5)
    #expect(errno { try scene.with { try $0.rename("a", to: "b") } } == 5)
    #expect(errno { try scene.with { _ = try $0.freeByteCount() } } == 5)
    #expect(errno { try scene.syncFolder() } == 5)
    #expect(scene.disk.stepCount == steps && scene.disk.trace == trace)
    #expect(try scene.names() == ["a"])
    #expect(try #require(try scene.contents("a")).prefix(4_096) == block(1)[...])
    // Descriptors of the life before mean nothing in the next one.
    try scene.restart()
    #expect(errno { try scene.write(file, 3, blocks: 1) } == 9)
    #expect(try scene.read(scene.open("a"), blocks: 1) == block(1))
  }

  @Test func theDeathOfAProcessLosesNothingThatWasWritten() throws {
    let scene = try DiskScene()
    let file = try scene.create("a")
    try scene.write(file, 5, blocks: 2)
    scene.kernel.killProcess()
    #expect(errno { try scene.sync(file) } == 5)
    try scene.restart()
    #expect(try scene.contents("a") == block(5, 2))
    #expect(scene.disk.counts.processDeaths == 1 && scene.disk.counts.powerFailures == 0)
    // But it is not durable yet: a later power failure may take it.
    let outcomes = try (1...20 as ClosedRange<UInt64>).map { seed in
      try scene.contents("a", of: scene.disk.copyAfterPowerFailure(seed: seed))
    }
    #expect(outcomes.contains(nil) && outcomes.contains(block(5, 2)))
    #expect(try scene.contents("a") == block(5, 2))
  }

  @Test func aCopyIsADiskOfItsOwn() throws {
    let scene = try DiskScene()
    try scene.durableFile("a", 1, blocks: 2)
    let copy = scene.disk.copy()
    var folder = copy.folder(DiskScene.path)
    let file = try folder.open("a")
    try folder.zero(file, at: 0, byteCount: 4_096)
    try folder.remove("a")
    #expect(try scene.contents("a", of: copy) == nil)
    #expect(try scene.contents("a") == block(1, 2))
    // A kernel over a copy works although the power of the world is off.
    scene.world.failPower()
    let offline = SimulatedKernel(world: scene.world, disk: scene.disk.copy())
    var again = try offline.openFolder(DiskScene.path, access: .readable, memory: testMemory)
    #expect(try again.list() == [StorageEntry(name: "a", byteCount: 8_192)])
  }
}
