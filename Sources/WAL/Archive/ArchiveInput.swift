internal import Primitives

/// Compressed bytes on their way from a file: reads whole blocks, gives decompressed bytes.
@safe
struct ArchiveInput: ~Copyable {
  private let memory: Region
  private var file: StorageFile?
  private var name = ""
  private var start = 0
  private var end = 0
  private var fileOffset: UInt64 = 0
  private var hash = SHA256State()
  /// Whether all of the frame was given out.
  private(set) var isComplete = false
  /// The bytes of the frame that were taken so far.
  private(set) var frameByteCount: UInt64 = 0

  init(byteCount: Int, memory source: MemorySource) {
    memory = Region(byteCount: byteCount, from: source)
  }

  /// Begins a file behind its header block.
  mutating func begin(_ file: StorageFile, named name: String) {
    self.file = file
    self.name = name
    start = 0
    end = 0
    fileOffset = UInt64(ArchiveFormat.blockByteCount)
    hash = SHA256State()
    isComplete = false
    frameByteCount = 0
  }

  /// Gives the next bytes of the segment: as many as there is room for, fewer at its end.
  mutating func read<A: Storage & ~Copyable, C: ArchiveCodec & ~Copyable>(
    _ archive: inout A, _ codec: inout C, into target: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> Int {
    var produced = 0
    while produced < target.count && !isComplete {
      // Also without further bytes the codec may still hold some that it did not give out.
      if start == end { _ = try readBlocks(&archive) }
      let input = unsafe UnsafeRawBufferPointer(start: memory.base + start, count: end - start)
      let output = unsafe UnsafeMutableRawBufferPointer(rebasing: target[produced...])
      let progress: CodecProgress
      do { progress = try unsafe codec.decompress(input, into: output) } catch {
        throw .damaged(file: name, reason: "it cannot be decompressed: \(error.reason)")
      }
      if progress.isStuck { throw .damaged(file: name, reason: "it is cut off") }
      start += progress.consumedByteCount
      frameByteCount += UInt64(progress.consumedByteCount)
      produced += progress.producedByteCount
      isComplete = progress.isComplete
    }
    return produced
  }

  /// Reads the next blocks; gives 0 at the end of the file.
  private mutating func readBlocks<A: Storage & ~Copyable>(
    _ archive: inout A
  ) throws(ArchiveError) -> Int {
    // A disk reads on only from a block's boundary: a file that ends elsewhere ends here.
    let isAtBlock = fileOffset % UInt64(ArchiveFormat.blockByteCount) == 0
    guard let file, isAtBlock else { return 0 }
    let count: Int
    do {
      count = unsafe try archive.read(
        file, into: memory.base, byteCount: memory.byteCount, at: fileOffset)
    } catch { throw .storage(error) }
    unsafe hash.update(UnsafeRawPointer(memory.base), byteCount: count)
    fileOffset += UInt64(count)
    start = 0
    end = count
    return count
  }

  /// Reads to the end of the file; gives the hash of everything behind the header block.
  mutating func finish<A: Storage & ~Copyable>(
    _ archive: inout A
  ) throws(ArchiveError) -> Digest {
    while try readBlocks(&archive) > 0 {}
    return hash.finish()
  }
}
