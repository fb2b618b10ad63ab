internal import Primitives

/// The batch that fills while the one before it is being flushed.
///
/// Its tree of hashes follows record by record and its checksum in pieces of a block, so that
/// sealing hashes at most one record and one node a level, however long the batch is.
struct GatheringBatch: ~Copyable {
  var payloadByteCount = 0
  var recordCount: UInt32 = 0
  var checkedByteCount = 0
  var checksum: UInt32 = 0
  private var tree = RecordTree()

  @_noLocks
  init() {}

  /// Makes it empty again.
  @_noLocks
  mutating func reset() {
    payloadByteCount = 0
    recordCount = 0
    checkedByteCount = 0
    checksum = 0
    tree.reset()
  }

  /// Copies a record behind the others.
  @_noLocks
  mutating func append(
    to payload: UnsafeMutableRawPointer,
    time: UInt64,
    session: SessionHandle,
    roles: Roles,
    frame: UnsafeRawPointer,
    byteCount: Int,
    position: UInt64,
    _ blinding: inout Blinding
  ) {
    let record = unsafe payload + payloadByteCount
    let recordByteCount = LogFormat.recordPrefixByteCount + byteCount
    unsafe record.put(time, at: 0)
    unsafe record.put(session.raw, at: 8)
    unsafe record.put(roles.rawValue, at: 12)
    unsafe (record + LogFormat.recordPrefixByteCount).copyMemory(from: frame, byteCount: byteCount)
    unsafe tree.add(
      UnsafeRawPointer(payload),
      offset: payloadByteCount,
      byteCount: recordByteCount,
      position: position,
      &blinding
    )
    payloadByteCount += recordByteCount
    recordCount += 1
    if payloadByteCount - checkedByteCount >= LogFormat.blockByteCount {
      unsafe checkPending(UnsafeRawPointer(payload))
    }
  }

  /// Takes what was appended since into the checksum.
  @_noLocks
  mutating func checkPending(_ payload: UnsafeRawPointer) {
    let byteCount = payloadByteCount - checkedByteCount
    guard byteCount > 0 else { return }
    let pending = unsafe payload + checkedByteCount
    checksum = unsafe CRC32C.checksum(pending, byteCount: byteCount, continuing: checksum)
    checkedByteCount = payloadByteCount
  }

  /// The root over all records; then nothing but `reset()` may follow.
  @_noLocks
  mutating func finishTree(_ payload: UnsafeMutableRawPointer) -> Digest {
    unsafe tree.finish(UnsafeRawPointer(payload))
  }

  /// Fills the last block with zeros and ends the checksum, which covers them.
  @_noLocks
  mutating func pad(_ payload: UnsafeMutableRawPointer, batchByteCount: Int) {
    unsafe checkPending(UnsafeRawPointer(payload))
    let byteCount = batchByteCount - LogFormat.headerByteCount - payloadByteCount
    unsafe payload.putZeros(at: payloadByteCount, byteCount: byteCount)
    let padding = unsafe UnsafeRawPointer(payload) + payloadByteCount
    checksum = unsafe CRC32C.checksum(padding, byteCount: byteCount, continuing: checksum)
  }
}
