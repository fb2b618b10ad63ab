import Primitives
import Testing
import WAL

@testable import Journal
@testable import Runtime
@testable import Simulator

private let fileByteCount: UInt64 = 8_192

/// The files of a journal on a disk that fails at any step of a change of files.
@Suite struct JournalFolderTests {
  /// A journal's folder on a simulated disk, and a page of bytes to write.
  private final class Scene {
    let disk: DiskScene
    private var folder: JournalFolder<SimulatedFolder>
    private let bytes: UnsafeMutableRawPointer

    init() throws {
      disk = try DiskScene(access: .cached)
      folder = JournalFolder(
        try disk.kernel.openFolder("data/journal", access: .cached, memory: testMemory))
      bytes = testMemory.allocate(4_096, 4_096)
      bytes.initializeMemory(as: UInt8.self, repeating: 7, count: 4_096)
    }

    deinit { testMemory.release(bytes, 4_096) }

    /// The file that is written to.
    var file: StorageFile? { folder.file }

    func prepare(at offset: UInt64, cut: JournalCut = .none) throws -> StorageFile? {
      try folder.prepare(write(at: offset, cut))
    }

    func execute(at offset: UInt64, cut: JournalCut = .none) -> JournalWriteResult {
      folder.execute(write(at: offset, cut))
    }

    /// The file that a page goes to.
    func target(at offset: UInt64) -> StorageFile? { folder.file(for: write(at: offset, .none)) }

    func closeDirect() { folder.closeDirect() }

    func names() throws -> [UInt64] {
      try folder.names().map { $0.name.fileOffset }.sorted()
    }

    private func write(at offset: UInt64, _ cut: JournalCut) -> JournalWrite {
      JournalWrite(
        pointer: bytes, byteCount: 4_096, fileOffset: offset / fileByteCount * fileByteCount,
        offsetInFile: offset % fileByteCount, cut: cut)
    }
  }

  /// A snapshot relies on the file that is full: it must come back to be flushed, also when the
  /// next one could not be made at the first try.
  @Test func theFullFileComesBackWhenTheNextIsMadeAtLast() throws {
    let scene = try Scene()
    #expect(scene.execute(at: 0) == .written(byteCount: 4_096))
    #expect(scene.execute(at: 4_096) == .written(byteCount: 4_096))
    let full = scene.file
    scene.disk.disk.faults.nameErrors = 1_000_000
    #expect(throws: StorageError.self) { _ = try scene.prepare(at: 8_192) }
    #expect(scene.file == full)
    scene.disk.disk.faults = .none
    #expect(try scene.prepare(at: 8_192) == full)
    #expect(scene.file != full)
  }

  /// Whole blocks go past the page cache, and the file is left with nothing open twice.
  @Test func wholeBlocksGoPastThePageCache() throws {
    let scene = try Scene()
    #expect(scene.execute(at: 0) == .written(byteCount: 4_096))
    let direct = try #require(scene.target(at: 4_096))
    #expect(direct != scene.file && scene.target(at: 100) == scene.file)
    let openCount = scene.disk.disk.openFiles.count
    #expect(try scene.prepare(at: 8_192) != nil)
    #expect(scene.disk.disk.openFiles.count == openCount + 1, "the full file waits to be flushed")
    scene.closeDirect()
    #expect(scene.target(at: 8_192) == scene.file, "after a failure through the cache")
  }

  /// A journal that begins anew deletes all files before each try of its first write: also the one
  /// that an earlier try has made.
  @Test func aSecondTryToBeginAnewWritesToAFileWithAName() throws {
    let scene = try Scene()
    #expect(scene.execute(at: 0) == .written(byteCount: 4_096))
    _ = try scene.prepare(at: 16_384, cut: .everything)
    #expect(scene.execute(at: 16_384, cut: .everything) == .written(byteCount: 4_096))
    #expect(try scene.names() == [16_384])
  }
}
