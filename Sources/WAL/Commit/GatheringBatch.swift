internal import Primitives

/// The batch that fills while the one before it is being flushed.
///
/// Its checksum and hash follow the records in pieces of a block, so that sealing hashes less than
/// two blocks however long the batch is.
struct GatheringBatch {
  var payloadByteCount = 0
  var recordCount: UInt32 = 0
  var digestedByteCount = 0
  var checksum: UInt32 = 0
  var digest = SHA256State()

  @_noLocks
  init() {}

  /// Copies a record behind the others.
  @_noLocks
  mutating func append(
    to payload: UnsafeMutableRawPointer,
    time: UInt64,
    session: SessionHandle,
    roles: Roles,
    frame: UnsafeRawPointer,
    byteCount: Int
  ) {
    let record = unsafe payload + payloadByteCount
    unsafe record.put(time, at: 0)
    unsafe record.put(session.raw, at: 8)
    unsafe record.put(roles.rawValue, at: 12)
    unsafe (record + LogFormat.recordPrefixByteCount).copyMemory(from: frame, byteCount: byteCount)
    payloadByteCount += LogFormat.recordPrefixByteCount + byteCount
    recordCount += 1
    if payloadByteCount - digestedByteCount >= LogFormat.blockByteCount {
      unsafe digestPending(UnsafeRawPointer(payload))
    }
  }

  /// Takes what was appended since into checksum and hash.
  @_noLocks
  mutating func digestPending(_ payload: UnsafeRawPointer) {
    let byteCount = payloadByteCount - digestedByteCount
    guard byteCount > 0 else { return }
    let pending = unsafe payload + digestedByteCount
    checksum = unsafe CRC32C.checksum(pending, byteCount: byteCount, continuing: checksum)
    unsafe digest.update(pending, byteCount: byteCount)
    digestedByteCount = payloadByteCount
  }

  /// Fills the last block with zeros and ends the checksum, which covers them.
  @_noLocks
  mutating func pad(_ payload: UnsafeMutableRawPointer, batchByteCount: Int) {
    unsafe digestPending(UnsafeRawPointer(payload))
    let byteCount = batchByteCount - LogFormat.headerByteCount - payloadByteCount
    unsafe payload.putZeros(at: payloadByteCount, byteCount: byteCount)
    let padding = unsafe UnsafeRawPointer(payload) + payloadByteCount
    checksum = unsafe CRC32C.checksum(padding, byteCount: byteCount, continuing: checksum)
  }
}
