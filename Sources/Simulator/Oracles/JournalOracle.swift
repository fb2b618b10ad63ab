public import Primitives
public import WAL

/// How much of a journal must be there.
public enum JournalReach: Equatable, Sendable {
  /// All that the log implies, and nothing behind it.
  case all
  /// All up to an offset; what stands behind it may be anything, as after a power failure.
  case offset(UInt64)
}

/// Compares the files of an event journal with the journal that the log implies.
public enum JournalOracle {
  private struct File {
    var offset: UInt64
    var name: String
    var byteCount: UInt64
  }

  /// Checks a journal's folder.
  ///
  /// Files that were deleted as the oldest ones are not asked for, but a gap is a difference: only
  /// a journal that was lost begins with one.
  ///
  /// - Parameters:
  ///   - storage: The journal's folder.
  ///   - expected: The journal that the durable log implies.
  ///   - reach: How much of it must be there.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: Whether the bytes are those; the count is how many bytes were compared.
  /// - Throws: `StorageError` when the folder cannot be read.
  public static func check<S: Storage & ~Copyable>(
    _ storage: inout S, expected: ExpectedJournal, reach: JournalReach, memory: MemorySource
  ) throws(StorageError) -> OracleVerdict {
    let files = try files(&storage, expected.fileByteCount)
    let end = min(expected.endOffset, Self.end(expected, reach))
    guard let first = files.first else {
      return end == 0
        ? .agreed(count: 0) : differs("the journal's files", "none", "bytes to offset \(end)")
    }
    var place = first.offset
    for file in files where file.offset < end || reach == .all {
      guard file.offset == place else {
        return differs("the journal's files", "\(file.name)", "one that begins at \(place)")
      }
      let bytes = try read(&storage, file, memory)
      if let verdict = compare(bytes, file, expected, end, reach) { return verdict }
      place += expected.fileByteCount
    }
    guard place >= end else {
      return differs("the journal's files", "none from \(place) on", "bytes to offset \(end)")
    }
    return .agreed(count: Int(end - min(end, first.offset)))
  }

  private static func end(_ expected: ExpectedJournal, _ reach: JournalReach) -> UInt64 {
    switch reach {
    case .all: expected.endOffset
    case .offset(let offset): offset
    }
  }

  private static func compare(
    _ bytes: [UInt8], _ file: File, _ expected: ExpectedJournal, _ end: UInt64,
    _ reach: JournalReach
  ) -> OracleVerdict? {
    let fileEnd = min(end, file.offset + expected.fileByteCount)
    guard file.offset < fileEnd else { return nil }
    for offset in file.offset..<fileEnd {
      let place = Int(offset - file.offset)
      let found = place < bytes.count ? "\(bytes[place])" : "the end of the file"
      let wanted = expected.bytes[Int(offset)]
      if place >= bytes.count || bytes[place] != wanted {
        return differs("byte \(offset) of the journal, \(file.name)", found, "\(wanted)")
      }
    }
    if reach == .all, UInt64(bytes.count) > fileEnd - file.offset {
      let behind = fileEnd - file.offset
      return differs("the length of \(file.name)", "\(bytes.count)", "\(behind)")
    }
    return nil
  }

  private static func differs(
    _ subject: String, _ found: String, _ wanted: String
  ) -> OracleVerdict {
    .differs(OracleDifference(position: 0, subject, found: found, expected: wanted))
  }

  // MARK: Files

  private static func files<S: Storage & ~Copyable>(
    _ storage: inout S, _ fileByteCount: UInt64
  ) throws(StorageError) -> [File] {
    try storage.list().compactMap { entry in
      let suffix = ".journal"
      guard entry.name.hasSuffix(suffix), entry.name.utf8.count == 28,
        let offset = UInt64(entry.name.dropLast(suffix.count)), offset % fileByteCount == 0
      else { return nil }
      return File(offset: offset, name: entry.name, byteCount: entry.byteCount)
    }.sorted { $0.offset < $1.offset }
  }

  private static func read<S: Storage & ~Copyable>(
    _ storage: inout S, _ file: File, _ memory: MemorySource
  ) throws(StorageError) -> [UInt8] {
    let pieceByteCount = 65_536
    let piece = Region(byteCount: pieceByteCount, from: memory)
    let open = try storage.open(file.name)
    defer { storage.close(open) }
    var bytes: [UInt8] = []
    while UInt64(bytes.count) < file.byteCount {
      let count = unsafe try storage.read(
        open, into: piece.base, byteCount: pieceByteCount, at: UInt64(bytes.count))
      guard count > 0 else { break }
      unsafe bytes += UnsafeRawBufferPointer(start: piece.base, count: count)
    }
    return Array(bytes.prefix(Int(clamping: file.byteCount)))
  }
}
