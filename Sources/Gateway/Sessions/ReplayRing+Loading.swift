internal import Primitives
internal import Wire

extension ReplayRing {
  /// Whether the frames of a loaded ring are whole: their numbers, checksums and the gap's zeros.
  ///
  /// - Parameter next: The number that the next frame will have.
  /// - Returns: Whether they are.
  /// - Complexity: O(bytes kept).
  func isSound(next: UInt64) -> Bool {
    var offset = start
    var sequence = oldestSequence
    while offset < tail {
      if offset == gap {
        guard isGapEmpty else { return false }
        offset = nextLap(offset)
        continue
      }
      guard let byteCount = frameByteCount(at: offset, sequence: sequence) else { return false }
      offset += byteCount
      sequence += 1
    }
    return offset == tail && sequence == next
  }

  /// The bytes of the frame at an offset; nil when it is none, or not that number.
  private func frameByteCount(at offset: UInt64, sequence: UInt64) -> UInt64? {
    let end = min(tail, min(nextLap(offset), gap > offset ? gap : .max))
    let room = end - offset
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
    var offset = gap
    while offset < nextLap(gap) {
      if unsafe LittleEndian.uint64(address(offset), at: 0) != 0 { return false }
      offset += 8
    }
    return true
  }

  /// Takes over the frames of a ring of another size; the newest ones when not all fit.
  ///
  /// - Parameter other: A ring that is sound; this one is empty.
  mutating func take(from other: ReplayRing) {
    invariant(tail == 0, "frames are taken over into an empty ring")
    var offset = other.start
    var sequence = other.oldestSequence
    while offset < other.tail {
      if offset == other.gap {
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
