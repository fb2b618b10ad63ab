/// Every size of a shard's journal, in one place; `check()` says how they depend on one another.
public struct JournalLimits: Equatable, Sendable, BitwiseCopyable {
  /// The most auctions of the shard: how many slots have a newest event.
  public var auctionsMax = 10_000_000
  /// The bytes of events in memory, a power of two: those that are not written yet, and the newest.
  public var bufferByteCount = 4 << 20
  /// The free bytes below which the buffer counts as full: what one command can give at most.
  ///
  /// The events of an outbox of 64 KiB are at most thrice its bytes.
  public var reserveByteCount = 256 << 10
  /// The most bytes of one write.
  public var writeByteCountMax = 1 << 20
  /// The bytes from which on a write is cut at whole blocks; above 8,192.
  public var wholeBlocksByteCountMin = 16 << 10
  /// How many bytes of a replay's events are compared at once with what is on the disk.
  public var checkpointByteCount = 256 << 10
  /// The memory for pages that change while a snapshot is taken, in bytes.
  public var snapshotAreaByteCount = 16 << 20

  /// The limits that the server starts with.
  public init() {}

  /// Checks every relation between the limits.
  ///
  /// - Throws: `JournalError.limits`, which names the first relation that does not hold.
  public func check() throws(JournalError) {
    try require(auctionsMax > 0 && auctionsMax < 1 << 31, "auctionsMax must fit a 31-bit index")
    try require(
      bufferByteCount >= 16_384 && bufferByteCount & (bufferByteCount - 1) == 0,
      "bufferByteCount must be a power of two, at least 16384")
    try require(
      reserveByteCount >= 2 * JournalFormat.eventByteCountMax
        && reserveByteCount <= bufferByteCount / 2,
      "reserveByteCount must hold two events and be at most half of bufferByteCount")
    try require(
      checkpointByteCount > 0
        && checkpointByteCount + JournalFormat.eventByteCountMax
          <= bufferByteCount - reserveByteCount,
      "checkpointByteCount and an event must fit in bufferByteCount less reserveByteCount")
    try require(writeByteCountMax > 0, "writeByteCountMax must be at least 1")
    try require(
      wholeBlocksByteCountMin >= 2 * JournalFormat.blockByteCount,
      "wholeBlocksByteCountMin must be at least two blocks")
    try require(
      snapshotAreaByteCount >= 16_384, "snapshotAreaByteCount must be at least 16384")
  }

  private func require(_ holds: Bool, _ relation: String) throws(JournalError) {
    if !holds { throw .limits(relation) }
  }
}
