internal import Primitives
internal import Wire

/// A window on the journal's files that moves forward.
@safe
struct JournalWalk: ~Copyable {
  let layout: JournalLayout
  /// The files, by their offsets, oldest first.
  let files: [JournalFile]
  private let memory: Region
  private let capacity: Int
  private var windowOffset: UInt64 = 0
  private var windowByteCount = 0

  init<F: JournalFiles & ~Copyable>(
    _ files: inout F, layout: JournalLayout, memory source: MemorySource
  ) throws(JournalError) {
    self.layout = layout
    self.files = try files.list().sorted { $0.name.fileOffset < $1.name.fileOffset }
    capacity = min(1 << 20, Int(layout.fileByteCount))
    memory = Region(byteCount: capacity, from: source)
  }

  /// The file that begins at an offset.
  func file(at fileOffset: UInt64) -> JournalFile? {
    var low = 0
    var high = files.count
    while low < high {
      let middle = (low + high) / 2
      if files[middle].name.fileOffset < fileOffset { low = middle + 1 } else { high = middle }
    }
    return low < files.count && files[low].name.fileOffset == fileOffset ? files[low] : nil
  }

  /// What stands at an offset; `more` where the file ends too early, nil where it ends just there.
  ///
  /// The bytes of the item are valid until the next call.
  mutating func item<F: JournalFiles & ~Copyable>(
    _ files: inout F, at offset: UInt64
  ) throws(JournalError) -> JournalItem? {
    let fileOffset = layout.fileOffset(of: offset)
    guard let file = file(at: fileOffset) else { return nil }
    let inFile = offset - fileOffset
    guard inFile < file.byteCount else { return nil }
    try load(&files, file, offset)
    let held = Int(windowOffset + UInt64(windowByteCount) - offset)
    if inFile == 0 { try checkHeader(held: held, at: offset) }
    return unsafe layout.item(bytes(at: offset), held: held, at: offset)
  }

  /// The address of bytes in the window.
  func bytes(at offset: UInt64) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(memory.base) + Int(offset - windowOffset)
  }

  private mutating func load<F: JournalFiles & ~Copyable>(
    _ files: inout F, _ file: JournalFile, _ offset: UInt64
  ) throws(JournalError) {
    let fileEnd = file.name.fileOffset + min(file.byteCount, layout.fileByteCount)
    let wanted = min(offset + UInt64(JournalFormat.eventByteCountMax), fileEnd)
    let windowEnd = windowOffset + UInt64(windowByteCount)
    if offset >= windowOffset, offset < windowEnd, wanted <= windowEnd { return }
    windowOffset = offset
    windowByteCount = 0
    let inFile = offset - file.name.fileOffset
    let most = Int(min(UInt64(capacity), fileEnd - offset))
    while windowByteCount < most {
      let count = unsafe try files.read(
        file.name, into: memory.base + windowByteCount, byteCount: most - windowByteCount,
        at: inFile + UInt64(windowByteCount))
      if count <= 0 { return }
      windowByteCount += count
    }
  }

  /// A sound header of something else is no damage to build over, but a mistake to tell.
  private func checkHeader(held: Int, at offset: UInt64) throws(JournalError) {
    guard held >= JournalFormat.fileHeaderByteCount,
      case .valid(let header) = unsafe JournalFileHeader.inspect(bytes(at: offset), at: offset)
    else { return }
    let name = JournalName(fileOffset: offset).text
    guard header.version <= JournalFormat.version else {
      throw .newerVersion(file: name, version: header.version)
    }
    guard header.layout.shard == layout.shard, header.layout.logID == layout.logID else {
      throw .foreign(file: name)
    }
    guard header.layout.fileByteCount == layout.fileByteCount else {
      throw .otherFileSize(file: name, byteCount: header.layout.fileByteCount)
    }
  }

  /// Where the events of a file begin: behind its header, or behind its gap; nil = no header.
  mutating func firstEvent<F: JournalFiles & ~Copyable>(
    _ files: inout F, of fileOffset: UInt64
  ) throws(JournalError) -> (offset: UInt64, isGap: Bool)? {
    guard case .fileHeader = try item(&files, at: fileOffset) else { return nil }
    let behind = fileOffset + UInt64(JournalFormat.fileHeaderByteCount)
    if case .gap(let byteCount) = try item(&files, at: behind) {
      return (behind + UInt64(byteCount), true)
    }
    return (fileOffset, false)
  }
}
