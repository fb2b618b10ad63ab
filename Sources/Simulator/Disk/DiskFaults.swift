public import Primitives

/// What a disk does wrong, and how slow it is; chances per million steps.
///
/// A *legal* fault is one after which nothing acknowledged may be lost. The others damage what was
/// flushed: afterwards a shard may refuse to serve, naming the place, but never serve wrong data.
public struct DiskFaults: Sendable, Equatable {
  // Legal: reported or repaired by those who write.

  /// Reads that fail with EIO.
  public var readErrors: UInt32 = 0
  /// Writes that fail with EIO, some of their bytes written.
  public var writeErrors: UInt32 = 0
  /// Flushes that fail with EIO: what they should have flushed is kept or lost piece by piece, and
  /// the next flush does not try again.
  public var flushErrors: UInt32 = 0
  /// Files that cannot be made, renamed or deleted (EIO).
  public var nameErrors: UInt32 = 0
  /// Reads that give whole blocks, but fewer than there are.
  public var shortReads: UInt32 = 0
  /// Writes that write less than asked.
  public var shortWrites: UInt32 = 0
  /// Steps at which somebody else fills the disk for a while.
  public var fullEpisodes: UInt32 = 0
  /// The longest that a disk stays full, in nanoseconds.
  public var fullNsMax: Nanoseconds = 5 * TimeSpan.second
  /// Steps that are slow, and by how much at most.
  public var slowSteps: UInt32 = 0
  /// By how much a slow step is slower at most, in nanoseconds.
  public var slowNsMax: Nanoseconds = 500 * TimeSpan.millisecond

  // Legal: at a power failure.

  /// Whether unflushed writes may be torn within a page, by 512-byte sector.
  public var tearsPages = true
  /// Whether unflushed names may be kept out of order.
  public var reordersNames = true

  // Damage: to what was flushed, or beyond what a log asks of a disk.

  /// Whether a sector that was being written when the power failed may hold anything; the log
  /// relies on sectors that are written whole or not at all.
  public var garblesSectors = false

  /// Writes that are reported as done and reach nothing.
  public var lostWrites: UInt32 = 0
  /// Writes that reach another place of their file.
  public var misdirectedWrites: UInt32 = 0
  /// Steps at which some bits of a page at rest change.
  public var rottenPages: UInt32 = 0
  /// Steps at which a page at rest can no longer be read.
  public var unreadablePages: UInt32 = 0
  /// How many there are at most, but for garbled sectors.
  public var mediaFaultCountMax = 0

  // How fast it is.

  /// The bytes that all files together may have.
  public var capacityByteCount: UInt64 = 1 << 40
  /// The least time of a read, a write and a change of names, in nanoseconds.
  public var transferNs: Nanoseconds = 15 * TimeSpan.microsecond
  /// The least time of a flush, in nanoseconds.
  public var flushNs: Nanoseconds = 60 * TimeSpan.microsecond
  /// By how much more each may take, as a multiple of its least time.
  public var spread: UInt64 = 3

  /// A disk that does nothing wrong, but for what a power failure does to unflushed bytes.
  public static let none = DiskFaults()

  /// A disk that does nothing wrong.
  public init() {}

  /// Draws what a disk does wrong: most are good, some bad in one way, few in many.
  ///
  /// - Parameters:
  ///   - seed: Any number; the same one gives the same faults.
  ///   - damagesMedia: Whether what was flushed may be damaged.
  public init(seed: UInt64, damagesMedia: Bool = false) {
    var draw = SeededGenerator(seed: mix64(seed &+ 0xD15C))
    drawSpeed(&draw)
    if draw.below(4) == 0 { shortReads = Self.rate(100, 20_000, &draw) }
    if draw.below(3) == 0 { shortWrites = Self.rate(100, 20_000, &draw) }
    if draw.below(6) == 0 { readErrors = Self.rate(50, 3_000, &draw) }
    if draw.below(4) == 0 { writeErrors = Self.rate(50, 2_000, &draw) }
    if draw.below(4) == 0 { flushErrors = Self.rate(50, 3_000, &draw) }
    if draw.below(4) == 0 { nameErrors = Self.rate(1_000, 30_000, &draw) }
    if draw.below(4) == 0 { fullEpisodes = Self.rate(50, 3_000, &draw) }
    tearsPages = draw.below(8) != 0
    reordersNames = draw.below(2) == 0
    if damagesMedia { drawMedia(&draw) }
  }

  /// A disk that does nothing wrong and is as fast or slow as its seed says.
  ///
  /// - Parameter seed: Any number; the same one gives the same speed.
  /// - Returns: Its faults: none but those of its speed.
  public static func none(speedSeed seed: UInt64) -> DiskFaults {
    var faults = DiskFaults()
    var draw = SeededGenerator(seed: mix64(seed &+ 0xD15C))
    faults.drawSpeed(&draw)
    return faults
  }

  private mutating func drawSpeed(_ draw: inout SeededGenerator) {
    transferNs = (5 + draw.below(60)) * TimeSpan.microsecond
    flushNs = (10 + draw.below(400)) * TimeSpan.microsecond
    spread = 1 + draw.below(8)
    if draw.below(3) == 0 { slowSteps = Self.rate(50, 5_000, &draw) }
    // Many bids share a batch behind a slow flush: only then does a crash find much to tear.
    if draw.below(4) == 0 { flushNs = (1 + draw.below(20)) * TimeSpan.millisecond }
  }

  private mutating func drawMedia(_ draw: inout SeededGenerator) {
    mediaFaultCountMax = 1 + Int(draw.below(3))
    garblesSectors = draw.below(4) == 0
    let rate = Self.rate(500, 30_000, &draw)
    switch draw.below(4) {
    case 0: lostWrites = rate
    case 1: misdirectedWrites = rate
    case 2: rottenPages = rate
    default: unreadablePages = rate
    }
  }

  /// A rate between two, each order of magnitude alike.
  private static func rate(
    _ low: UInt64, _ high: UInt64, _ draw: inout SeededGenerator
  ) -> UInt32 {
    var most = low
    while most < high, draw.below(3) != 0 { most *= 3 }
    most = min(most, high)
    return UInt32(low + draw.below(most - low + 1))
  }
}
