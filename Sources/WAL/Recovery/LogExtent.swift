public import Primitives

/// What the segments' headers say of a log, before any batch is read.
public struct LogExtent: Sendable {
  /// The log's number; nil when there is no segment in use.
  public let logID: UInt64?
  /// The position of the oldest record held; 1 when there is none.
  public let oldestPosition: UInt64
  private let segments: [(firstPosition: UInt64, byteCount: UInt64)]

  /// Reads the first block of every segment.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: The extent.
  /// - Throws: `LogError` when a segment's header is damaged or foreign.
  public static func take<S: Storage & ~Copyable>(
    _ storage: inout S, shard: ShardID, limits: LogLimits, memory: MemorySource
  ) throws(LogError) -> LogExtent {
    var reader = SegmentReader(limits: limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: shard, reader: &reader)
    return LogExtent(
      logID: survey.used.isEmpty ? nil : survey.secret?.logID,
      oldestPosition: survey.used.first?.header?.firstPosition ?? 1,
      segments: survey.used.map { ($0.header?.firstPosition ?? 0, $0.fileByteCount) })
  }

  private init(
    logID: UInt64?, oldestPosition: UInt64,
    segments: [(firstPosition: UInt64, byteCount: UInt64)]
  ) {
    self.logID = logID
    self.oldestPosition = oldestPosition
    self.segments = segments
  }

  /// The bytes of the segments from the one that holds a position on; unused rests count.
  ///
  /// - Parameter position: The first record wanted.
  /// - Returns: An upper bound of the bytes to read.
  public func byteCount(from position: UInt64) -> UInt64 {
    let first = segments.lastIndex { $0.firstPosition <= position } ?? 0
    return segments.dropFirst(first).reduce(0) { $0 + $1.byteCount }
  }
}
