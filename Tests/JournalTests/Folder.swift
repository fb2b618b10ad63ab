import Journal
import Primitives

let testMemory = MemorySource.heap

let testLogID: UInt64 = 0x1122_3344_5566_7788
let testLayout = JournalLayout(shard: ShardID(3), logID: testLogID, fileByteCount: 8192)

/// A folder in memory.
final class Folder: MemoryJournal {
  /// Reads of readers, to be counted.
  var readCount = 0

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

func scan(
  _ folder: Folder, known: UInt64, through position: UInt64 = .max,
  layout: JournalLayout = testLayout, limits: JournalLimits = smallLimits()
) throws -> JournalExtent {
  var files = MemoryJournalFiles(folder: folder)
  return try JournalSurvey.scan(
    &files, layout: layout, limits: limits, known: known, through: position, memory: testMemory)
}

func verify(
  _ folder: Folder, expectedEnd: UInt64? = nil, through position: UInt64 = .max
) throws -> JournalReport {
  var files = MemoryJournalFiles(folder: folder)
  return try JournalSurvey.verify(
    &files, layout: testLayout, expectedEnd: expectedEnd, through: position, memory: testMemory)
}
