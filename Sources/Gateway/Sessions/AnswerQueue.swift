internal import Primitives
internal import Wire

/// The unsequenced frames of a connection that wait to be sent, in order with the sequenced ones.
///
/// An entry is 16 bytes (the ring offset that must have been sent before, the number of the batch
/// that must be durable) and a frame. Entries are contiguous; one that does not fit before the
/// memory's end starts at the next lap. It is apart from the replay ring so that refusals and
/// public updates never push out a reply that a client may have to ask for again.
@safe
struct AnswerQueue: BitwiseCopyable {
  /// The bytes before an entry's frame.
  static var prefixBytes: Int { @_noLocks get { 16 } }

  /// The offset of the oldest entry.
  private(set) var head: UInt64 = 0
  /// The offset where the next entry goes.
  private(set) var tail: UInt64 = 0
  private var gap: UInt64 = .max
  private let base: UnsafeMutableRawPointer
  private let capacity: UInt64

  /// Takes memory.
  ///
  /// - Parameters:
  ///   - memory: Where entries are kept.
  ///   - byteCount: How many bytes, a power of two.
  @_noLocks
  init(memory: UnsafeMutableRawPointer, byteCount: Int) {
    invariant(byteCount > 0 && byteCount & (byteCount - 1) == 0, "a queue is a power of two")
    unsafe base = memory
    capacity = UInt64(byteCount)
  }

  /// Whether nothing waits.
  @inline(__always)
  var isEmpty: Bool { @_noLocks get { head == tail } }
  /// The bytes that wait, prefixes and gaps included.
  @inline(__always)
  var byteCount: Int { @_noLocks get { Int(truncatingIfNeeded: tail - head) } }

  /// Makes room for a frame that the caller then writes and seals.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes of the frame, a multiple of 8.
  ///   - offset: The ring offset that must have been sent before.
  ///   - batch: The number of the batch that must be durable; 0 = none.
  /// - Returns: Where the frame goes; nil when the queue is full.
  @_noLocks
  mutating func push(
    byteCount: Int,
    after offset: UInt64,
    batch: UInt64
  ) -> UnsafeMutableRawPointer? {
    let total = UInt64(byteCount + Self.prefixBytes)
    let room = capacity - (tail & (capacity - 1))
    let begin = room >= total ? tail : tail + room
    guard begin + total - head <= capacity else { return nil }
    if begin != tail {
      probe(.answersWrapped)
      if isEmpty { head = begin } else { gap = tail }
    }
    let entry = unsafe address(begin)
    unsafe LittleEndian.store(offset, entry, at: 0)
    unsafe LittleEndian.store(batch, entry, at: 8)
    tail = begin + total
    return unsafe entry + Self.prefixBytes
  }

  /// The ring offset that must have been sent before the oldest entry.
  @inline(__always)
  var frontOffset: UInt64 { @_noLocks get { unsafe LittleEndian.uint64(address(head), at: 0) } }
  /// The number of the batch that must be durable before the oldest entry goes; 0 = none.
  @inline(__always)
  var frontBatch: UInt64 { @_noLocks get { unsafe LittleEndian.uint64(address(head), at: 8) } }
  /// The oldest entry's frame.
  @inline(__always)
  var frontFrame: UnsafeRawPointer {
    @_noLocks get { unsafe UnsafeRawPointer(address(head) + Self.prefixBytes) }
  }
  /// The bytes of the oldest entry's frame.
  @inline(__always)
  var frontByteCount: Int { @_noLocks get { unsafe Int(LittleEndian.uint32(frontFrame, at: 0)) } }

  /// Takes the oldest entry out.
  @_noLocks
  mutating func pop() {
    invariant(!isEmpty, "only a waiting answer can leave")
    head += UInt64(frontByteCount + Self.prefixBytes)
    if head == gap {
      head = (head | (capacity - 1)) + 1
      gap = .max
    }
  }

  /// Forgets everything.
  @_noLocks
  mutating func clear() {
    head = tail
    gap = .max
  }

  @_noLocks @inline(__always)
  private func address(_ offset: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Int(truncatingIfNeeded: offset & (capacity - 1))
  }
}
