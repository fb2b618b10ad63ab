internal import Primitives

extension LogScanner {
  /// A spare that holds a batch after the log's end is a segment that lost its header.
  ///
  /// The next batch may stand in one: header and first batch are one write, which may have been
  /// torn. Every block is looked at, as it will be once the spare is in use and the log ends in it:
  /// a batch that is taken for a later one then would refuse a log that was opened.
  mutating func checkSpares<S: Storage & ~Copyable>(
    _ storage: inout S,
    next number: UInt64
  ) throws(LogError) {
    for spare in survey.spares {
      try reader.open(&storage, number: spare.number)
      var offset = UInt64(LogFormat.blockByteCount)
      while try load(&storage, at: offset) {
        try checkSpare(spare, at: offset, next: number)
        offset += UInt64(LogFormat.blockByteCount)
      }
    }
    reader.close(&storage)
  }

  private mutating func load<S: Storage & ~Copyable>(
    _ storage: inout S,
    at offset: UInt64
  ) throws(LogError) -> Bool {
    let count = try reader.load(&storage, at: offset, byteCount: LogFormat.blockByteCount)
    return count >= LogFormat.headerByteCount
  }

  private mutating func checkSpare(
    _ spare: SurveyedSegment,
    at offset: UInt64,
    next number: UInt64
  ) throws(LogError) {
    let block = unsafe reader.bytes(at: offset)
    // A folder without any segment's header has no log: then a batch of whichever log is one too
    // many, since a log's first batch is written when its first header is durable.
    let isHeadless = survey.secret == nil
    let logID = unsafe isHeadless ? block.word64(at: 16) : secret.logID
    switch unsafe BatchHeader.inspect(block, logID: logID) {
    case .none: break
    case .valid(let header):
      if isHeadless || header.batchNumber > number {
        throw damage(.laterBatchStands, spare.name, offset, number)
      }
      if header.version != LogFormat.version { survey.discard(spare) }
    case .damaged:
      if isHeadless { throw damage(.damagedHeader, spare.name, offset, number) }
      // Of an earlier life of the file perhaps; nothing may end in front of it.
      survey.discard(spare)
    }
  }
}
