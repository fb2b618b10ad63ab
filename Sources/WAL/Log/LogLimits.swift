/// Every size and count of the log, in one place; `check()` says how they depend on one another.
///
/// A limit that is reached is an answer (`batchFull`, `storageFull`), never growth.
public struct LogLimits: Sendable, BitwiseCopyable {
  /// The most bytes of one batch, header and padding included; a multiple of 4,096.
  public var batchByteCountMax = 4 << 20
  /// The bytes of a segment file, its header block included; a multiple of 4,096.
  public var segmentByteCount = 64 << 20
  /// The most zeros that one step of preparing a segment writes, in bytes; a multiple of 4,096.
  public var zeroPieceByteCount = 256 << 10
  /// How many segments are kept ready beyond the one being filled.
  public var preparedSegmentCount = 2
  /// How many of the ready segments are kept for closings when the disk is nearly full.
  public var reserveSegmentCount = 1
  /// The bytes of the file system that preparing a segment must leave free.
  public var freeByteCountReserve: UInt64 = 256 << 20
  /// The most bytes that recovery reads at once; a multiple of 4,096.
  public var readByteCountMax = 4 << 20
  /// How many writes in a row may make no progress before the log stops.
  public var stuckWriteCountMax = 8
  /// Whether a segment that is not pre-written to its end may be used when no other is ready.
  ///
  /// It is as correct as any other, but flushing it also commits metadata, which is slower.
  public var allowsUnwrittenSegments = true

  /// The least bytes of a frame.
  @inlinable public static var frameByteCountMin: Int { @_noLocks get { 24 } }
  /// The most bytes of a frame.
  @inlinable public static var frameByteCountMax: Int { @_noLocks get { 65_536 } }
  /// The most bytes of a batch that any configuration may choose and any reader must take.
  @inlinable public static var batchByteCountCeiling: Int { @_noLocks get { 16 << 20 } }
  /// How many segment files may be open at once.
  @inlinable public static var slotCount: Int { @_noLocks get { 8 } }
  /// The most segments that may be kept ready.
  @inlinable public static var preparedSegmentCountMax: Int { @_noLocks get { 4 } }

  /// The limits that the server starts with.
  public init() {}

  /// Checks every relation between the limits.
  ///
  /// - Throws: `LogError.limits`, which names the first relation that does not hold.
  public func check() throws(LogError) {
    try checkBatch()
    try checkSegment()
  }

  private func checkBatch() throws(LogError) {
    let recordByteCountMax = LogFormat.recordPrefixByteCount + Self.frameByteCountMax
    try require(isBlocks(batchByteCountMax), "batchByteCountMax must be a multiple of 4096")
    try require(
      batchByteCountMax >= LogFormat.batchByteCount(payloadByteCount: recordByteCountMax),
      "batchByteCountMax must hold the longest frame: at least 69632"
    )
    try require(
      batchByteCountMax <= Self.batchByteCountCeiling,
      "batchByteCountMax must be at most 16 MiB"
    )
    try require(isBlocks(readByteCountMax), "readByteCountMax must be a multiple of 4096")
    try require(stuckWriteCountMax > 0, "stuckWriteCountMax must be at least 1")
  }

  private func checkSegment() throws(LogError) {
    try require(isBlocks(segmentByteCount), "segmentByteCount must be a multiple of 4096")
    try require(
      segmentByteCount >= LogFormat.blockByteCount + 4 * batchByteCountMax,
      "segmentByteCount must hold a header block and four of the largest batches"
    )
    try require(isBlocks(zeroPieceByteCount), "zeroPieceByteCount must be a multiple of 4096")
    try require(
      preparedSegmentCount > 0 && preparedSegmentCount <= Self.preparedSegmentCountMax,
      "preparedSegmentCount must be 1 to 4"
    )
    try require(
      reserveSegmentCount >= 0 && reserveSegmentCount < preparedSegmentCount,
      "reserveSegmentCount must be less than preparedSegmentCount"
    )
    // Being filled, being closed, being prepared, and the ones that are ready.
    try require(Self.preparedSegmentCountMax + 3 <= Self.slotCount, "slotCount is too small")
  }

  private func isBlocks(_ byteCount: Int) -> Bool {
    byteCount > 0 && byteCount % LogFormat.blockByteCount == 0
  }

  private func require(_ holds: Bool, _ relation: String) throws(LogError) {
    if !holds { throw .limits(relation) }
  }
}
