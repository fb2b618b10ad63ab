internal import Primitives

/// A file of the log's folder by what its first block says.
struct SurveyedSegment: Equatable, Sendable {
  let number: UInt64
  let fileByteCount: UInt64
  /// nil for a spare: a file that was never put to use under its number.
  let header: SegmentHeader?

  var name: String { SegmentName(number: number).text }
}

/// The files of the log's folder, before any batch is read.
struct SegmentSurvey: Sendable {
  private(set) var used: [SurveyedSegment] = []
  private(set) var spares: [SurveyedSegment] = []
  private(set) var leftovers: [String] = []
  private(set) var secret: LogSecret?
  private(set) var highestEpoch: UInt64 = 0
  private(set) var highestNumber: UInt64 = 0

  /// Reads the first block of every segment; the reader has no file open afterwards.
  static func take<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    reader: inout SegmentReader
  ) throws(LogError) -> SegmentSurvey {
    var survey = SegmentSurvey()
    defer { reader.close(&storage) }
    for entry in try survey.sortedNames(&storage) {
      guard let name = SegmentName(entry.name) else { continue }
      survey.highestNumber = max(survey.highestNumber, name.number)
      if name.kind == .preparing {
        survey.leftovers.append(entry.name)
        continue
      }
      try reader.open(&storage, number: name.number)
      let count = try reader.load(&storage, at: 0, byteCount: LogFormat.blockByteCount)
      let finding: SegmentHeader.Finding =
        count < LogFormat.headerByteCount
        ? .blank : unsafe SegmentHeader.inspect(reader.bytes(at: 0))
      try survey.add(name.number, entry.byteCount, finding, shard: shard)
    }
    return survey
  }

  private func sortedNames<S: Storage & ~Copyable>(
    _ storage: inout S
  ) throws(LogError) -> [StorageEntry] {
    do { return try storage.list().sorted { $0.name < $1.name } } catch { throw .storage(error) }
  }

  /// Adds a file that was looked at before.
  mutating func add(_ file: InspectedSegment, shard: ShardID) throws(LogError) {
    let finding: SegmentHeader.Finding = file.header.map { .valid($0) } ?? .blank
    try add(file.number, file.byteCount, finding, shard: shard)
  }

  private mutating func add(
    _ number: UInt64,
    _ byteCount: UInt64,
    _ finding: SegmentHeader.Finding,
    shard: ShardID
  ) throws(LogError) {
    let name = SegmentName(number: number).text
    switch finding {
    case .blank:
      RecoveryCase.spareSegment.mark()
      spares.append(SurveyedSegment(number: number, fileByteCount: byteCount, header: nil))
    case .damaged:
      RecoveryCase.damagedSegmentHeader.mark()
      throw .damaged(
        LogDamage(recoveryCase: .damagedSegmentHeader, file: name, offset: 0, batchNumber: 0)
      )
    case .valid(let header):
      try check(header, number: number, name: name, shard: shard)
      highestEpoch = max(highestEpoch, header.identity.epoch)
      // A lower number than the name's: recycled and not used since.
      let isUsed = header.segmentNumber == number
      let segment = SurveyedSegment(
        number: number,
        fileByteCount: byteCount,
        header: isUsed ? header : nil
      )
      if isUsed { used.append(segment) } else { spares.append(segment) }
    }
  }

  private mutating func check(
    _ header: SegmentHeader,
    number: UInt64,
    name: String,
    shard: ShardID
  ) throws(LogError) {
    if header.version != LogFormat.version {
      RecoveryCase.otherVersion.mark()
      throw .otherVersion(file: name, version: header.version)
    }
    if header.identity.shard != shard {
      throw foreign(name, "belongs to shard \(header.identity.shard.number)")
    }
    if let secret, header.identity.logID != secret.logID {
      throw foreign(name, "belongs to another log than the segments before it")
    }
    if let secret, header.blindingKey != secret.blindingKey {
      throw foreign(name, "has another blinding key than the segments before it")
    }
    if header.segmentNumber > number {
      throw foreign(name, "is segment \(header.segmentNumber), renamed")
    }
    secret = header.secret
  }

  private func foreign(_ name: String, _ reason: String) -> LogError {
    RecoveryCase.foreignSegment.mark()
    return .foreign(file: name, reason: reason)
  }

  /// Counts the newest segment as unused: its first batch was never acknowledged (case G).
  mutating func abandonNewest() {
    guard let newest = used.popLast() else { return }
    spares.append(
      SurveyedSegment(number: newest.number, fileByteCount: newest.fileByteCount, header: nil)
    )
  }

  /// Has a spare deleted instead of used again.
  mutating func discard(_ spare: SurveyedSegment) {
    guard let index = spares.firstIndex(of: spare) else { return }
    probe(.recoverySpareUnfit)
    spares.remove(at: index)
    leftovers.append(spare.name)
  }
}
