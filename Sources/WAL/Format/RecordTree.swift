internal import Primitives

/// The tree of hashes over a batch's records, which are hashed two at a time.
///
/// Records lie one behind the other in the batch's payload. One at an even position waits for the
/// one behind it, since two leaves side by side take little longer than one; the root is the same
/// as if each had been hashed by itself.
struct RecordTree: ~Copyable {
  private var leaves = MerkleTree()
  /// Where the record that waits begins in the payload; -1 = none waits.
  private var waitingOffset = -1
  private var waitingByteCount = 0
  private var waitingBlind = RecordBlind(0, 0)
  private let inPlace = InPlace()

  @_noLocks
  init() {}

  /// Forgets all records.
  @_noLocks
  mutating func reset() {
    leaves.reset()
    waitingOffset = -1
  }

  /// Adds the next record.
  ///
  /// - Parameters:
  ///   - payload: The batch's first record; it must stay as it is until the tree is finished.
  ///   - offset: Where the record begins, in bytes from there.
  ///   - byteCount: The bytes of the record.
  ///   - position: Its position in the log.
  ///   - blinding: The log's blinds.
  @_noLocks @inline(__always)
  mutating func add(
    _ payload: UnsafeRawPointer,
    offset: Int,
    byteCount: Int,
    position: UInt64,
    _ blinding: inout Blinding
  ) {
    let blind = blinding.blind(position)
    if waitingOffset < 0 && position & 1 == 0 {
      waitingOffset = offset
      waitingByteCount = byteCount
      waitingBlind = blind
      return
    }
    unsafe hash(payload, offset: offset, byteCount: byteCount, blind)
  }

  @_noLocks
  private mutating func hash(
    _ payload: UnsafeRawPointer,
    offset: Int,
    byteCount: Int,
    _ blind: RecordBlind
  ) {
    if waitingOffset >= 0 && waitingByteCount == byteCount {
      let records = unsafe (payload + waitingOffset, payload + offset)
      let (first, second) = unsafe ProofHash.leaves(
        (waitingBlind, blind),
        records,
        byteCount: byteCount
      )
      waitingOffset = -1
      leaves.add(first)
      leaves.add(second)
      return
    }
    unsafe hashWaiting(payload)
    unsafe leaves.add(ProofHash.leaf(blind, payload + offset, byteCount: byteCount))
  }

  @_noLocks
  private mutating func hashWaiting(_ payload: UnsafeRawPointer) {
    guard waitingOffset >= 0 else { return }
    let record = unsafe payload + waitingOffset
    waitingOffset = -1
    unsafe leaves.add(ProofHash.leaf(waitingBlind, record, byteCount: waitingByteCount))
  }

  /// The root over all records; then nothing but `reset()` may follow.
  ///
  /// - Parameter payload: The batch's first record.
  /// - Returns: The root.
  @_noLocks
  mutating func finish(_ payload: UnsafeRawPointer) -> Digest {
    unsafe hashWaiting(payload)
    return leaves.finish()
  }
}
