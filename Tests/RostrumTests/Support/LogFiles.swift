import Foundation

/// A segment file of a log, read without any code of production.
struct LogSegmentFile {
  struct Batch {
    let number: UInt64
    let offset: Int
    let byteCount: Int
    let firstPosition: UInt64
    let recordCount: UInt32

    var end: Int { offset + byteCount }
    var lastPosition: UInt64 { firstPosition + UInt64(recordCount) - 1 }
  }

  let path: String
  /// The number in its name.
  let number: UInt64
  let byteCount: Int
  /// Empty for a spare.
  let batches: [Batch]

  /// Where the written part ends.
  var end: Int { batches.last?.end ?? 0 }

  static func name(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 20 - digits.count) + digits + ".segment"
  }

  init(path: String, number: UInt64) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    self.path = path
    self.number = number
    byteCount = data.count
    batches = data.withUnsafeBytes { raw in
      guard raw.count >= 4_096, Self.text(raw, 0) == "RSTSEGMT",
        raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self) == number
      else { return [] }
      return Self.batches(raw)
    }
  }

  private static func text(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> String {
    String(decoding: raw[offset..<offset + 8], as: UTF8.self)
  }

  /// Walks from batch to batch while their numbers grow by one.
  private static func batches(_ raw: UnsafeRawBufferPointer) -> [Batch] {
    var found: [Batch] = []
    var offset = 4_096
    while offset + 4_096 <= raw.count, text(raw, offset) == "RSTBATCH" {
      let payload = raw.loadUnaligned(fromByteOffset: offset + 68, as: UInt32.self)
      let batch = Batch(
        number: raw.loadUnaligned(fromByteOffset: offset + 40, as: UInt64.self), offset: offset,
        byteCount: (160 + Int(payload) + 4_095) / 4_096 * 4_096,
        firstPosition: raw.loadUnaligned(fromByteOffset: offset + 48, as: UInt64.self),
        recordCount: raw.loadUnaligned(fromByteOffset: offset + 64, as: UInt32.self))
      if let last = found.last, batch.number != last.number + 1 { break }
      found.append(batch)
      offset = batch.end
    }
    return found
  }
}

/// The files of a shard's log, and the surgery that tests do on them.
struct LogFiles {
  let path: String
  let segments: [LogSegmentFile]

  /// Looks at a shard's log; nobody may be writing to it.
  ///
  /// - Parameters:
  ///   - dataPath: The data folder.
  ///   - shard: Which shard's log.
  /// - Throws: When its files cannot be read.
  init(_ dataPath: String, shard: String = "shard-000") throws {
    path = "\(dataPath)/\(shard)/log"
    let folder = path
    segments = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .compactMap { name in
        guard name.hasSuffix(".segment"), let number = UInt64(name.prefix(20)) else { return nil }
        return try LogSegmentFile(path: folder + "/" + name, number: number)
      }
  }

  /// The segments that hold batches, oldest first.
  var used: [LogSegmentFile] { segments.filter { !$0.batches.isEmpty } }

  /// The segments that were left because the batch after their last one found no room in them; a
  /// start leaves a segment too, and copies its last batch.
  var full: [LogSegmentFile] {
    zip(used, used.dropFirst()).filter { segment, next in
      guard let last = segment.batches.last, let first = next.batches.first else { return false }
      return first.number == last.number + 1 && last.end + first.byteCount > segment.byteCount
    }.map(\.0)
  }

  /// The newest segment; a log has one.
  func newest() throws -> LogSegmentFile {
    guard let newest = used.last else { throw TestFailure("no segment is in use in \(path)") }
    return newest
  }

  /// The batches of the whole log, each once, oldest first.
  var batches: [(segment: LogSegmentFile, batch: LogSegmentFile.Batch)] {
    var found: [(segment: LogSegmentFile, batch: LogSegmentFile.Batch)] = []
    for segment in used {
      for batch in segment.batches {
        if let last = found.last, last.batch.number >= batch.number { found.removeLast() }
        found.append((segment, batch))
      }
    }
    return found
  }

  /// Where a copy of a segment goes that gets another number.
  func path(of number: UInt64) -> String { path + "/" + LogSegmentFile.name(number) }

  /// Cuts a file off at a byte.
  static func cut(_ path: String, at byteCount: Int) throws {
    guard truncate(path, byteCount) == 0 else { throw TestFailure("\(path): errno \(errno)") }
  }

  /// Flips one bit of a file.
  static func flip(_ path: String, bit: Int) throws {
    try change(path, at: bit / 8, byteCount: 1) { $0[0] ^= 1 << UInt8(bit % 8) }
  }

  /// Changes some bytes of a file.
  static func change(
    _ path: String, at offset: Int, byteCount: Int, _ body: (inout [UInt8]) -> Void
  ) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    var bytes = Array(try handle.read(upToCount: byteCount) ?? Data())
    guard bytes.count == byteCount else { throw TestFailure("\(path) ends before \(offset)") }
    body(&bytes)
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data(bytes))
  }

  /// Deletes a segment.
  func drop(_ segment: LogSegmentFile) throws {
    try FileManager.default.removeItem(atPath: segment.path)
  }

  /// Puts a copy of a segment under another number, over what was there.
  func duplicate(_ segment: LogSegmentFile, as number: UInt64) throws {
    let target = path(of: number)
    if FileManager.default.fileExists(atPath: target) {
      try FileManager.default.removeItem(atPath: target)
    }
    try FileManager.default.copyItem(atPath: segment.path, toPath: target)
  }
}
