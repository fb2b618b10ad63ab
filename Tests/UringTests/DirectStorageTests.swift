import Foundation
import Glibc
import Primitives
import Testing
import Uring
import WAL

/// The real disk keeps the promises that the log's `Storage` makes.
@Suite struct DirectStorageTests {
  @Test func foldersAreMadeWithThoseAbove() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path + "/shard-000/log", memory: .heap)
    #expect(try storage.list().isEmpty)
    let mode = try #require(Machine.fileMode(folder.path + "/shard-000"))
    #expect(mode & 0o077 == 0, "nobody else may look into the log")
  }

  /// A folder of somebody else, whose name this user cannot flush, may hold a log.
  @Test func whatIsFoundMayBeSomebodyElses() throws {
    #expect(LinuxFolders().hasFolder("/proc/self"))
    #expect(LinuxFolders().flushFolder(holding: "/proc/self") == EINVAL)
    try LinuxFolders().makeFolders("/proc/self")
  }

  @Test func aFolderThatCannotBeIsNamed() {
    let error = #expect(throws: StorageError.self) {
      _ = try DirectStorage(path: "/dev/null/log", memory: .heap)
    }
    #expect(error?.errno == ENOTDIR)
    #expect(error?.file == "/dev/null/log")
  }

  @Test func aFileIsWrittenThroughTheCacheAndPastIt() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, access: .cached, memory: .heap)
    let cached = try storage.create("a.journal")
    let block = Block(byteCount: 4_096, filledWith: 7)
    let begun = try storage.write(cached, from: block.address, byteCount: 100, at: 0)
    let opened = storage.openDirect("a.journal")
    let direct = try #require(opened)
    let written = try storage.write(direct, from: block.address, byteCount: 4_096, at: 4_096)
    #expect(begun == 100 && written == 4_096)
    let whole = Block(byteCount: 8_192, filledWith: 1)
    let read = try storage.read(cached, into: whole.address, byteCount: 8_192, at: 0)
    #expect(read == 8_192)
    #expect(whole.bytes(0..<100).allSatisfy { $0 == 7 })
    #expect(whole.bytes(100..<4_096).allSatisfy { $0 == 0 })
    #expect(whole.bytes(4_096..<8_192).allSatisfy { $0 == 7 })
    let missing = storage.openDirect("b.journal")
    #expect(missing == nil, "nothing is made")
    storage.close(direct)
    storage.close(cached)
  }

  @Test func filesAreListedWithTheirLengths() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let first = try storage.create("a.segment")
    try storage.zero(first, at: 0, byteCount: 600 << 10)
    storage.close(try storage.create("b.segment"))
    try FileManager.default.createDirectory(
      atPath: folder.path + "/no-file", withIntermediateDirectories: false)
    let entries = try storage.list().sorted { $0.name < $1.name }
    #expect(
      entries == [
        StorageEntry(name: "a.segment", byteCount: 600 << 10),
        StorageEntry(name: "b.segment", byteCount: 0),
      ])
    storage.close(first)
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("x")
    let block = Block(byteCount: 8_192, filledWith: 0x5A)
    let written = try storage.write(file, from: block.address, byteCount: 8_192, at: 4_096)
    #expect(written == 8_192)
    try storage.syncData(file)
    try storage.syncFolder()
    storage.close(file)

    let again = try storage.open("x")
    let back = Block(byteCount: 16_384, filledWith: 0xFF)
    #expect(try storage.read(again, into: back.address, byteCount: 16_384, at: 0) == 12_288)
    #expect(back.bytes(0..<4_096).allSatisfy { $0 == 0 })
    #expect(back.bytes(4_096..<12_288).allSatisfy { $0 == 0x5A })
    #expect(try storage.read(again, into: back.address, byteCount: 4_096, at: 12_288) == 0)
    storage.close(again)
  }

  @Test func creatingAgainEmptiesAFile() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("x")
    try storage.zero(file, at: 0, byteCount: 8_192)
    storage.close(file)
    storage.close(try storage.create("x"))
    #expect(try storage.list() == [StorageEntry(name: "x", byteCount: 0)])
  }

  @Test func filesAreCutOff() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("x")
    try storage.zero(file, at: 0, byteCount: 16_384)
    try storage.truncate(file, to: 4_096)
    #expect(try storage.list() == [StorageEntry(name: "x", byteCount: 4_096)])
    storage.close(file)
  }

  @Test func renamingReplacesAndRemovingRemoves() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("1.preparing")
    try storage.zero(file, at: 0, byteCount: 4_096)
    storage.close(file)
    storage.close(try storage.create("1.segment"))
    try storage.rename("1.preparing", to: "1.segment")
    #expect(try storage.list() == [StorageEntry(name: "1.segment", byteCount: 4_096)])
    try storage.remove("1.segment")
    #expect(try storage.list().isEmpty)
  }

  @Test func whatIsNotThereIsNamed() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    do {
      _ = try storage.open("none")
      Issue.record("a file that is not there opens")
    } catch {
      #expect(error == StorageError(operation: .open, file: "none", errno: ENOENT))
    }
    do {
      try storage.remove("none")
      Issue.record("a file that is not there is removed")
    } catch {
      #expect(error == StorageError(operation: .remove, file: "none", errno: ENOENT))
    }
  }

  /// The disk goes past the page cache, so an address that is not aligned is refused, not copied.
  @Test func filesAreOpenedPastThePageCache() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("x")
    defer { storage.close(file) }
    guard try isDirect(file) else { return }
    let block = Block(byteCount: 8_192)
    do {
      _ = try storage.write(file, from: block.address + 1, byteCount: 4_096, at: 0)
      Issue.record("a write of an address that is not aligned went through the page cache")
    } catch {
      #expect(error.operation == .write)
      #expect(error.errno == EINVAL)
    }
  }

  /// Whether the file system took O_DIRECT, as the kernel tells; tmpfs may not.
  private func isDirect(_ file: StorageFile) throws -> Bool {
    #if arch(arm64)
    let direct = 0o200000
    #else
    let direct = 0o40000
    #endif
    let text = try String(contentsOfFile: "/proc/self/fdinfo/\(file.id)", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags:") })
    let digits = line.dropFirst(6).trimmingCharacters(in: .whitespaces)
    return try #require(Int(digits, radix: 8)) & direct != 0
  }

  @Test func freeBytesAreThoseOfTheFileSystem() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.path)
    let size = try #require(attributes[.systemSize] as? NSNumber).uint64Value
    let free = try storage.freeByteCount()
    #expect(free > 0 && free <= size)
  }
}

/// What the process asks of its machine.
@Suite struct MachineTests {
  /// Whether the sanitizer's malloc stands in the place of jemalloc's.
  static let isSanitized = Machine.allocatorVersion.contains("Sanitizer")

  @Test(.enabled(if: !isSanitized)) func mallocIsJemallocs() {
    #expect(Machine.allocatorVersion.hasPrefix("5."))
  }

  @Test(.enabled(if: !isSanitized)) func allocationsOfAThreadAreCounted() {
    let before = Machine.threadAllocatedBytes
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 16)
    let after = Machine.threadAllocatedBytes
    memory.deallocate()
    #expect(after - before >= 1 << 20)
  }

  @Test func timesGoOn() {
    let clock = MachineClock()
    let first = clock.monotonicTime()
    #expect(clock.monotonicTime() >= first)
    #expect(clock.wallTime() > 1_700_000_000 * TimeSpan.second)
  }

  @Test func pagesAreZeroedAndAligned() {
    let region = Region(byteCount: 5 << 20, from: Machine.pages)
    #expect(UInt(bitPattern: region.base) % 4_096 == 0)
    let bytes = UnsafeRawBufferPointer(start: region.base, count: region.byteCount)
    #expect(bytes.allSatisfy { $0 == 0 })
  }

  @Test func aFolderHasOneOwner() throws {
    let folder = TemporaryFolder()
    let lock = try Machine.lockFolder(folder.path).get()
    guard case .failure(let error) = Machine.lockFolder(folder.path) else {
      Issue.record("the same folder is locked twice")
      return
    }
    #expect(error.errno == EAGAIN)
    Machine.unlockFolder(lock)
    Machine.unlockFolder(try Machine.lockFolder(folder.path).get())
  }

  @Test func coresAreCounted() {
    #expect(Machine.coreCount >= 1)
    #expect(Machine.fileMode("/nowhere") == nil)
  }
}
