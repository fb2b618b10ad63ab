/// What must go before a write.
public enum JournalCut: Equatable, Sendable, BitwiseCopyable {
  /// Nothing.
  case none
  /// Cut the file to `offsetInFile` bytes and delete the files behind it: bytes of an earlier life.
  case tail
  /// Delete all files of the journal: it begins anew here, and what was before is not held.
  case everything
}

/// Bytes of the journal to write now; one write is out at a time.
@safe
public struct JournalWrite: BitwiseCopyable {
  /// The first byte; stays as it is until the write is reported.
  public let pointer: UnsafeRawPointer
  /// How many bytes.
  public let byteCount: Int
  /// The file, which is made when nothing of it was written yet.
  public let name: JournalName
  /// Where in the file, in bytes.
  public let offsetInFile: UInt64
  /// What must be done first.
  public let cut: JournalCut

  /// Whether the file must be made first, or emptied if there is one.
  public var createsFile: Bool { @_noLocks get { offsetInFile == 0 } }

  /// Whether memory, place and length are whole blocks, as a write past the page cache must be.
  public var isWholeBlocks: Bool {
    @_noLocks get {
      let bits = unsafe UInt(bitPattern: pointer) | UInt(byteCount) | UInt(offsetInFile)
      return bits % UInt(JournalFormat.blockByteCount) == 0
    }
  }

  @_noLocks
  init(
    pointer: UnsafeRawPointer, byteCount: Int, fileOffset: UInt64, offsetInFile: UInt64,
    cut: JournalCut
  ) {
    unsafe self.pointer = pointer
    self.byteCount = byteCount
    name = JournalName(fileOffset: fileOffset)
    self.offsetInFile = offsetInFile
    self.cut = cut
  }
}

/// How a write ended.
public enum JournalWriteResult: Equatable, Sendable, BitwiseCopyable {
  /// So many bytes were written, perhaps fewer than asked.
  case written(byteCount: Int)
  /// It failed with this error number.
  case failed(errno: Int32)
}

/// A part of the journal that a reader needs.
@safe
public struct JournalRead: BitwiseCopyable {
  /// Where in the journal; the part never crosses the end of a file.
  public let offset: UInt64
  /// How many bytes.
  public let byteCount: Int
  /// Where to; the reader's own memory.
  public let pointer: UnsafeMutableRawPointer

  @_noLocks
  init(offset: UInt64, byteCount: Int, pointer: UnsafeMutableRawPointer) {
    self.offset = offset
    self.byteCount = byteCount
    unsafe self.pointer = pointer
  }
}
