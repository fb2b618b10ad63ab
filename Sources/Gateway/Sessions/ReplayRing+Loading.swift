internal import Primitives
internal import Wire

/// The frames of a ring of a snapshot: in a ring's memory, or in a row from the oldest on.
@safe
struct LoadedRing {
  /// Where the frames are.
  let extent: RingExtent
  private let base: UnsafeMutableRawPointer
  private let capacity: UInt64
  /// The offset that stands at the base.
  private let origin: UInt64
  /// The bits of an offset, less the origin, that say where in memory it is.
  private let mask: UInt64

  /// Finds frames in a ring's memory.
  ///
  /// - Parameters:
  ///   - memory: The ring.
  ///   - byteCount: Its bytes, a power of two.
  ///   - extent: Where the frames are.
  init(ring memory: UnsafeMutableRawPointer, byteCount: Int, extent: RingExtent) {
    unsafe base = memory
    capacity = UInt64(byteCount)
    (origin, mask) = (0, UInt64(byteCount) - 1)
    self.extent = extent
  }

  /// Finds frames that stand in a row.
  ///
  /// - Parameters:
  ///   - row: The oldest one.
  ///   - ringByteCount: The bytes of the ring that they were in, a power of two.
  ///   - extent: Where they were.
  init(row: UnsafeMutableRawPointer, ringByteCount: Int, extent: RingExtent) {
    unsafe base = row
    capacity = UInt64(ringByteCount)
    (origin, mask) = (extent.start, .max)
    self.extent = extent
  }

  /// The byte at an offset from the extent's start to its tail.
  func address(_ offset: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Int(truncatingIfNeeded: (offset - origin) & mask)
  }

  /// Where the next lap begins.
  func nextLap(_ offset: UInt64) -> UInt64 { (offset | (capacity - 1)) + 1 }

  /// Whether the frames are whole: their numbers, checksums and the gap's zeros.
  ///
  /// - Parameter next: The number that the next frame will have.
  /// - Returns: Whether they are.
  /// - Complexity: O(bytes kept).
  func isSound(next: UInt64) -> Bool {
    var offset = extent.start
    var sequence = extent.oldestSequence
    while offset < extent.tail {
      if offset == extent.gap {
        guard isGapEmpty else { return false }
        offset = nextLap(offset)
        continue
      }
      guard let byteCount = frameByteCount(at: offset, sequence: sequence) else { return false }
      offset += byteCount
      sequence += 1
    }
    return offset == extent.tail && sequence == next
  }

  /// The bytes of the frame at an offset; nil when it is none, or not that number.
  private func frameByteCount(at offset: UInt64, sequence: UInt64) -> UInt64? {
    let gap = extent.gap > offset ? extent.gap : .max
    let room = min(extent.tail, nextLap(offset), gap) - offset
    guard room >= UInt64(Schema.frameByteCountMin) else { return nil }
    let frame = unsafe address(offset)
    let length = unsafe LittleEndian.uint32(frame, at: 0)
    guard length <= min(room, UInt64(GatewayLimits.replyBytesMax)),
      Schema.isFrameByteCount(length),
      unsafe LittleEndian.uint64(frame, at: 8) == sequence,
      unsafe FrameHeader.verify(frame, byteCount: Int(length))
    else { return nil }
    return UInt64(length)
  }

  private var isGapEmpty: Bool {
    guard nextLap(extent.gap) <= extent.tail else { return false }
    for offset in stride(from: extent.gap, to: nextLap(extent.gap), by: 8) {
      if unsafe LittleEndian.uint64(address(offset), at: 0) != 0 { return false }
    }
    return true
  }
}

extension ReplayRing {
  /// Takes over the frames of a ring of another size; the newest ones when not all fit.
  ///
  /// - Parameter other: A ring that is sound; this one is empty.
  mutating func take(from other: LoadedRing) {
    invariant(tail == 0, "frames are taken over into an empty ring")
    var offset = other.extent.start
    var sequence = other.extent.oldestSequence
    while offset < other.extent.tail {
      if offset == other.extent.gap {
        offset = other.nextLap(offset)
        continue
      }
      let frame = unsafe other.address(offset)
      let byteCount = unsafe Int(LittleEndian.uint32(frame, at: 0))
      unsafe append(frame, byteCount: byteCount, sequence: sequence)
      offset += UInt64(byteCount)
      sequence += 1
    }
  }
}
