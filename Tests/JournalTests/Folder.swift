import Journal
import Primitives

let testMemory = MemorySource.heap

let testLogID: UInt64 = 0x1122_3344_5566_7788
let testLayout = JournalLayout(shard: ShardID(3), logID: testLogID, fileByteCount: 8192)

/// Small sizes, so that a few events fill the buffer and a file.
func smallLimits() -> JournalLimits {
  var limits = JournalLimits()
  limits.auctionsMax = 2_048
  limits.bufferByteCount = 16_384
  limits.reserveByteCount = 8_192
  limits.writeByteCountMax = 3_000
  limits.checkpointByteCount = 1_024
  limits.snapshotAreaByteCount = 65_536
  return limits
}

/// A folder in memory.
final class Folder {
  var files: [UInt64: [UInt8]] = [:]
  /// Reads of readers, to be counted.
  var readCount = 0

  init(_ files: [UInt64: [UInt8]] = [:]) { self.files = files }

  /// Does a write, and what must go before it.
  func write(_ write: JournalWrite, byteCount: Int) {
    let name = write.name.fileOffset
    switch write.cut {
    case .none: break
    case .tail:
      files[name] = Array((files[name] ?? []).prefix(Int(write.offsetInFile)))
      files = files.filter { $0.key <= name }
    case .everything: files = [:]
    }
    if write.createsFile { files[name] = [] }
    var file = files[name] ?? []
    let offset = Int(write.offsetInFile)
    if file.count < offset { file += [UInt8](repeating: 0, count: offset - file.count) }
    let bytes = UnsafeRawBufferPointer(start: write.pointer, count: byteCount)
    file.replaceSubrange(offset..<min(file.count, offset + byteCount), with: bytes)
    files[name] = file
  }

  func read(
    _ name: UInt64, _ target: UnsafeMutableRawPointer, _ byteCount: Int, _ offset: Int
  )
    -> Int
  {
    guard let file = files[name], offset < file.count else { return 0 }
    let part = file[offset..<min(file.count, offset + byteCount)]
    part.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
    }
    return part.count
  }

  /// All bytes of the files in order.
  var bytes: [UInt8] { files.keys.sorted().flatMap { files[$0] ?? [] } }

  /// The folder as it was, cut off at an offset.
  func cut(at offset: Int) -> Folder {
    let fileByteCount = Int(testLayout.fileByteCount)
    var kept: [UInt64: [UInt8]] = [:]
    for (name, file) in files where Int(name) < offset {
      kept[name] = Array(file.prefix(min(fileByteCount, offset - Int(name))))
    }
    return Folder(kept)
  }
}

/// The folder as the survey sees it.
struct FolderFiles: JournalFiles, ~Copyable {
  let folder: Folder

  mutating func list() throws(JournalError) -> [JournalFile] {
    folder.files.map {
      JournalFile(name: JournalName(fileOffset: $0.key), byteCount: UInt64($0.value.count))
    }
  }

  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int {
    folder.read(name.fileOffset, bytes, byteCount, Int(offset))
  }
}

func scan(
  _ folder: Folder, known: UInt64, through position: UInt64 = .max,
  layout: JournalLayout = testLayout, limits: JournalLimits = smallLimits()
) throws -> JournalExtent {
  var files = FolderFiles(folder: folder)
  return try JournalSurvey.scan(
    &files, layout: layout, limits: limits, known: known, through: position, memory: testMemory)
}

func verify(
  _ folder: Folder, expectedEnd: UInt64? = nil, through position: UInt64 = .max
) throws -> JournalReport {
  var files = FolderFiles(folder: folder)
  return try JournalSurvey.verify(
    &files, layout: testLayout, expectedEnd: expectedEnd, through: position, memory: testMemory)
}
