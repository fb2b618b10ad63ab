import Journal
import Primitives

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

/// A journal's files in memory, each by the offset of its first byte.
class MemoryJournal {
  var files: [UInt64: [UInt8]]

  init(_ files: [UInt64: [UInt8]] = [:]) { self.files = files }

  /// Does a write, and what must go before it.
  func write(_ write: JournalWrite, byteCount: Int) {
    let name = write.name.fileOffset
    let offset = Int(write.offsetInFile)
    switch write.cut {
    case .none: break
    case .tail:
      files[name] = Array((files[name] ?? []).prefix(offset))
      files = files.filter { $0.key <= name }
    case .everything: files = [:]
    }
    if write.createsFile { files[name] = [] }
    var file = files[name] ?? []
    if file.count < offset { file += [UInt8](repeating: 0, count: offset - file.count) }
    let bytes = UnsafeRawBufferPointer(start: write.pointer, count: byteCount)
    file.replaceSubrange(offset..<min(file.count, offset + byteCount), with: bytes)
    files[name] = file
  }

  func read(
    _ name: UInt64, _ target: UnsafeMutableRawPointer, _ byteCount: Int, _ offset: Int
  ) -> Int {
    guard let file = files[name], offset < file.count else { return 0 }
    let part = file[offset..<min(file.count, offset + byteCount)]
    part.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
    }
    return part.count
  }
}

/// The files as the survey sees them.
struct MemoryJournalFiles: JournalFiles, ~Copyable {
  let folder: MemoryJournal

  mutating func list() throws(JournalError) -> [JournalFile] {
    folder.files.map {
      JournalFile(name: JournalName(fileOffset: $0.key), byteCount: UInt64($0.value.count))
    }
  }

  mutating func read(
    _ name: JournalName, into bytes: UnsafeMutableRawPointer, byteCount: Int, at offset: UInt64
  ) throws(JournalError) -> Int {
    guard offset < UInt64(Int.max) else { return 0 }
    return folder.read(name.fileOffset, bytes, byteCount, Int(offset))
  }
}
