internal import Primitives

/// A segment that holds a part of the log.
public struct SegmentEntry: Equatable, Sendable, BitwiseCopyable {
  /// The number in the file's name.
  public let number: UInt64
  /// The number of its first batch.
  public let firstBatchNumber: UInt64
  /// The position of its first record.
  public let firstPosition: UInt64
  /// Whether all of the file has been written, so that it can be used again.
  public let isRecyclable: Bool

  /// Describes a segment.
  ///
  /// - Parameters:
  ///   - number: The number in the file's name.
  ///   - firstBatchNumber: The number of its first batch.
  ///   - firstPosition: The position of its first record.
  ///   - isRecyclable: Whether all of the file has been written.
  public init(
    number: UInt64,
    firstBatchNumber: UInt64,
    firstPosition: UInt64,
    isRecyclable: Bool
  ) {
    self.number = number
    self.firstBatchNumber = firstBatchNumber
    self.firstPosition = firstPosition
    self.isRecyclable = isRecyclable
  }
}

/// The segments of a log, oldest first: which may go, which slots are taken, what to do next.
public struct SegmentSet: Sendable {
  /// The segments that hold a part of the log, oldest first; the last is being written to.
  public private(set) var used: [SegmentEntry]
  /// How many of the oldest nobody needs any more.
  public private(set) var trimmedCount = 0
  /// The number that the next new file gets.
  public private(set) var nextNumber: UInt64
  private var takenSlots: UInt32 = 0
  private var retiredSlots: UInt32 = 0
  private var activeSlot: SegmentSlot?
  private var isDeletingPaused = false
  private let keptCount: Int

  /// Takes over the segments that recovery found.
  ///
  /// - Parameters:
  ///   - used: The segments that hold a part of the log, oldest first.
  ///   - nextNumber: A number greater than any file's.
  ///   - limits: The sizes.
  public init(used: [SegmentEntry], nextNumber: UInt64, limits: LogLimits) {
    self.used = used
    // Room for 64 GiB of log in segments of 64 MiB: nothing is allocated while the shard serves.
    self.used.reserveCapacity(used.count + 1024)
    self.nextNumber = nextNumber
    keptCount = limits.preparedSegmentCount + 1
  }

  /// Takes a free slot for a file.
  mutating func takeSlot() -> SegmentSlot? {
    for index in 0..<LogLimits.slotCount where takenSlots & (1 << UInt32(index)) == 0 {
      takenSlots |= 1 << UInt32(index)
      return SegmentSlot(index)
    }
    return nil
  }

  /// Takes note that a segment is being written to; the one before it can be closed.
  mutating func activate(
    _ segment: PreparedSegment,
    firstBatchNumber: UInt64,
    firstPosition: UInt64
  ) {
    if let activeSlot { retiredSlots |= 1 << UInt32(activeSlot.index) }
    activeSlot = segment.slot
    used.append(
      SegmentEntry(
        number: segment.number,
        firstBatchNumber: firstBatchNumber,
        firstPosition: firstPosition,
        isRecyclable: segment.isPrewritten
      )
    )
  }

  /// Releases the segments all of whose records are at or before a position.
  mutating func trim(upTo position: UInt64) {
    isDeletingPaused = false
    while trimmedCount + 1 < used.count, used[trimmedCount + 1].firstPosition <= position + 1 {
      probe(.segmentTrimmed)
      trimmedCount += 1
    }
  }

  /// The position of the oldest record that is still held.
  public var oldestPosition: UInt64 {
    used.isEmpty ? 1 : used[trimmedCount].firstPosition
  }

  /// The next job that clears away: closing first, because it frees a slot, then deleting what
  /// cannot be used again, because it may hide what can, or what is too many.
  ///
  /// - Parameter wantsSegment: Whether a segment is wanted: the oldest is not deleted then that
  ///   can be used again.
  /// - Returns: The job, or nil.
  func nextClearing(wantsSegment: Bool) -> PrepareJob? {
    if retiredSlots != 0 { return .close(slot: SegmentSlot(retiredSlots.trailingZeroBitCount)) }
    guard trimmedCount > 0, !isDeletingPaused else { return nil }
    let isSuperfluous = trimmedCount > keptCount && !wantsSegment
    guard isSuperfluous || !used[0].isRecyclable else { return nil }
    probe(.segmentRemoved)
    return .remove(number: used[0].number)
  }

  /// The job that makes another segment.
  ///
  /// - Returns: The job; nil when no slot is free.
  mutating func nextMaking() -> PrepareJob? {
    guard let slot = takeSlot() else { return nil }
    defer { nextNumber += 1 }
    if canRecycle {
      probe(.segmentRecycled)
      return .recycle(old: used[0].number, number: nextNumber, slot: slot)
    }
    return .create(number: nextNumber, slot: slot)
  }

  /// Whether the oldest segment can be used again.
  var canRecycle: Bool { trimmedCount > 0 && used[0].isRecyclable }

  /// Takes back a job to make a segment of which nothing has been done.
  mutating func withdrawn(_ job: PrepareJob) {
    guard case .create(let number, let slot) = job else { return }
    invariant(number + 1 == nextNumber, "one segment is made at a time")
    nextNumber = number
    takenSlots &= ~(1 << UInt32(slot.index))
  }

  /// Takes note that a job is done.
  mutating func finished(_ job: PrepareJob) {
    switch job {
    case .create: break
    case .recycle, .remove: dropOldest()
    case .close(let slot):
      retiredSlots &= ~(1 << UInt32(slot.index))
      takenSlots &= ~(1 << UInt32(slot.index))
    }
  }

  /// Takes note that a job failed on which nothing depends: the next trim tries to delete again.
  mutating func gaveUp(_ job: PrepareJob) {
    if case .remove = job { isDeletingPaused = true } else { finished(job) }
  }

  private mutating func dropOldest() {
    invariant(trimmedCount > 0, "only a segment that nobody needs is recycled or deleted")
    used.removeFirst()
    trimmedCount -= 1
  }
}
