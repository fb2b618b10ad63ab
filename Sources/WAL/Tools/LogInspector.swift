public import Primitives

/// What part a file of the log's folder plays.
public enum SegmentRole: String, Sendable {
  /// It holds a part of the log.
  case used
  /// It was prepared or recycled and never put to use under its number.
  case spare
  /// It was being prepared; the next start deletes it.
  case preparing
  /// Its first block is neither a header nor zeros.
  case damaged
  /// Its header has another format version, or a number higher than its name's.
  case foreign
}

/// A file of the log's folder, by its name and its first block.
public struct InspectedSegment: Equatable, Sendable {
  /// The file's name.
  public let name: String
  /// The number in the name.
  public let number: UInt64
  /// The bytes of the file.
  public let byteCount: UInt64
  /// What part it plays.
  public let role: SegmentRole
  /// The header, if there is one; a spare's is of the file's earlier life.
  public let header: SegmentHeader?
}

/// What stands at a place of a segment.
public struct InspectedBatch: Equatable, Sendable {
  /// Where in the file, in bytes.
  public let offset: UInt64
  /// The header; nil if none stands here whose checksum is right.
  public let header: BatchHeader?
  /// The row of the recovery table: `proven`, or what is wrong.
  public let verdict: RecoveryCase
  /// The root of the tree over the records, if they are those that were sealed.
  public let root: Digest?
}

/// Looks at a log's files one by one, without changing or judging the whole.
///
/// Safe on a live folder, where what it shows may be older by the time it is printed: a file that
/// is renamed meanwhile is left out, a batch that is being written shows as torn.
public enum LogInspector {
  /// The segments of the folder, by number.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: Every file that is named like a segment.
  /// - Throws: `LogError` if the disk cannot read.
  public static func segments<S: Storage & ~Copyable>(
    _ storage: inout S,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> [InspectedSegment] {
    var reader = SegmentReader(limits: limits, memory: memory)
    defer { reader.close(&storage) }
    var found: [InspectedSegment] = []
    let entries: [StorageEntry]
    do { entries = try storage.list().sorted { $0.name < $1.name } } catch { throw .storage(error) }
    for entry in entries {
      guard let name = SegmentName(entry.name) else { continue }
      do throws(LogError) {
        found.append(try segment(&storage, entry, name, &reader))
      } catch {
        if !error.isMissingFile { throw error }
      }
    }
    return found
  }

  private static func segment<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ entry: StorageEntry,
    _ name: SegmentName,
    _ reader: inout SegmentReader
  ) throws(LogError) -> InspectedSegment {
    var role = SegmentRole.preparing
    var header: SegmentHeader?
    if name.kind == .segment {
      try reader.open(&storage, number: name.number)
      let count = try reader.load(&storage, at: 0, byteCount: LogFormat.blockByteCount)
      let finding: SegmentHeader.Finding =
        count < LogFormat.headerByteCount
        ? .blank : unsafe SegmentHeader.inspect(reader.bytes(at: 0))
      (role, header) = Self.role(finding, number: name.number)
    }
    return InspectedSegment(
      name: entry.name,
      number: name.number,
      byteCount: entry.byteCount,
      role: role,
      header: header
    )
  }

  private static func role(
    _ finding: SegmentHeader.Finding,
    number: UInt64
  ) -> (SegmentRole, SegmentHeader?) {
    switch finding {
    case .blank: return (.spare, nil)
    case .damaged: return (.damaged, nil)
    case .valid(let header):
      if header.version != LogFormat.version || header.segmentNumber > number {
        return (.foreign, header)
      }
      return (header.segmentNumber == number ? .used : .spare, header)
    }
  }

  /// The batches of a segment that is in use, and what stands behind them.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - segment: The segment, as `segments` gave it.
  ///   - showsStale: Whether batches of the file's earlier life are listed too.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: The proven batches, then where they end with the reason, then every batch header
  ///   of the log behind that; nothing for a segment without a header.
  /// - Throws: `LogError` if the disk cannot read or the file is gone.
  public static func batches<S: Storage & ~Copyable>(
    _ storage: inout S,
    of segment: InspectedSegment,
    showsStale: Bool = false,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> [InspectedBatch] {
    guard let header = segment.header, segment.role == .used else { return [] }
    var reader = SegmentReader(limits: limits, memory: memory)
    var list = BatchList(header, showsStale: showsStale)
    try reader.open(&storage, number: segment.number)
    defer { reader.close(&storage) }
    try list.fill(&storage, &reader)
    return list.batches
  }

  /// Gives the records of a batch to a visitor.
  ///
  /// - Parameters:
  ///   - batch: The batch, as `batches` gave it.
  ///   - segment: Its segment, as `segments` gave it.
  ///   - storage: The log's folder.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  ///   - visitor: Takes the batch's header and its records.
  /// - Returns: False, and nothing given, if the records are not those that were sealed.
  /// - Throws: `LogError` if the disk cannot read or the file is gone.
  public static func records<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    of batch: InspectedBatch,
    in segment: InspectedSegment,
    _ storage: inout S,
    limits: LogLimits,
    memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> Bool {
    guard let header = batch.header, let key = segment.header?.blindingKey else { return false }
    var reader = SegmentReader(limits: limits, memory: memory)
    try reader.open(&storage, number: segment.number)
    defer { reader.close(&storage) }
    let byteCount = header.batchByteCount
    guard header.isPlausible,
      try reader.load(&storage, at: batch.offset, byteCount: byteCount) == byteCount,
      unsafe BatchHeader(decoding: reader.bytes(at: batch.offset)) == header,
      case .proven = unsafe header.inspectBody(reader.bytes(at: batch.offset), blindingKey: key)
    else { return false }
    visitor.visitBatch(header)
    _ = unsafe header.visitRecords(reader.bytes(at: batch.offset), LogRange(), &visitor)
    return true
  }
}

extension LogError {
  /// Whether a file was not there that had been listed.
  var isMissingFile: Bool {
    if case .storage(let error) = self { return error.operation == .open && error.errno == 2 }
    return false
  }
}
