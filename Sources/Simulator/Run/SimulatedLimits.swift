internal import Primitives

/// The limits of a simulated shard: as roomy as production's, or so tight that they are met.
///
/// Each is drawn by itself, so that most seeds have a few tight ones and none has all.
public struct SimulatedLimits: Equatable, Sendable {
  /// The bytes of a log segment.
  public var segmentByteCount: Int
  /// The most bytes of one batch of the log.
  public var batchByteCountMax: Int
  /// Segments that are kept ready; one of two is a reserve.
  public var preparedSegmentCount: Int
  /// Whether a segment may be used before all of it is written once.
  public var allowsUnwrittenSegments: Bool
  /// The bytes of a file of the event journal.
  public var journalFileByteCount: Int
  /// The bytes of a session's replay ring.
  public var replayRingByteCount: Int
  /// Requests a second that a session may send; 0 = no limit.
  public var ratePerSecond: UInt32
  /// Refusals in a row after which a session is logged out.
  public var refusalsInRowMax: UInt32
  /// Buffers that all connections receive into.
  public var receiveBufferCount: UInt32
  /// The bytes of tables that may wait for a snapshot's writer.
  public var snapshotAreaByteCount: Int
  /// The most accounts that the engine remembers.
  public var accountsMax: Int
  /// The most groups of linked accounts, and the most tables of increments.
  public var groupsMax: Int
  /// The most blocks of sellers, and the most counted bidders of rate-limited auctions.
  public var pairsMax: Int

  /// Draws the limits of a seed.
  ///
  /// - Parameter seed: Any number; the same one gives the same limits.
  public init(seed: UInt64) {
    var chance = SeededGenerator(seed: mix64(seed ^ 0x006C_696D_6974_7321))
    segmentByteCount = chance.pick([280 << 10, 512 << 10, 1 << 20, 4 << 20])
    let isRoomy = segmentByteCount > 1 << 20
    batchByteCountMax = chance.pick([68 << 10, isRoomy ? 512 << 10 : 68 << 10])
    preparedSegmentCount = chance.pick([1, 2, 2, 2])
    allowsUnwrittenSegments = chance.below(4) != 0
    journalFileByteCount = chance.pick([16 << 10, 128 << 10, 1 << 20])
    replayRingByteCount = chance.pick([16 << 10, 32 << 10, 32 << 10, 256 << 10])
    ratePerSecond = chance.pick([0, 0, 0, 0, 0, 20])
    refusalsInRowMax = chance.pick([10_000, 10_000, 10_000, 40])
    receiveBufferCount = chance.pick([4, 32, 32, 32])
    snapshotAreaByteCount = chance.pick([16 << 10, 1 << 20, 1 << 20, 1 << 20])
    accountsMax = chance.pick([8, 64, 64, 64])
    groupsMax = chance.pick([1, 8, 8, 8])
    pairsMax = chance.pick([1, 16, 16, 16])
  }

  /// One line that says all of it.
  public var description: String {
    "segments of \(segmentByteCount >> 10) KiB, \(preparedSegmentCount)"
      + " \(allowsUnwrittenSegments ? "" : "written ")ready,"
      + " batches to \(batchByteCountMax >> 10) KiB,"
      + " journal files of \(journalFileByteCount >> 10) KiB,"
      + " rings of \(replayRingByteCount >> 10) KiB,"
      + " rate \(ratePerSecond == 0 ? "unlimited" : "\(ratePerSecond)/s"),"
      + " \(refusalsInRowMax) refusals, \(receiveBufferCount) receive buffers,"
      + " snapshot area \(snapshotAreaByteCount >> 10) KiB,"
      + " \(accountsMax) accounts, \(groupsMax) groups, \(pairsMax) pairs"
  }
}
