internal import Primitives

/// The file that says which epoch may write: `epoch.claim`, one block, the fields of a header.
///
/// An opening makes its claim durable before it reads the log; a writer looks at the claim when its
/// batch is durable and before it says so. So either the writer sees the newer claim and tells
/// nobody, or the newer opening sees the batch: whatever the order, nothing acknowledged is lost.
enum EpochClaim {
  static let fileName = "epoch.claim"

  /// The highest epoch claimed, or nil if there is no claim that can be trusted.
  static func read<S: Storage & ~Copyable>(
    _ storage: inout S,
    memory: MemorySource
  ) throws(LogError) -> UInt64? {
    let block = Region(byteCount: LogFormat.blockByteCount, from: memory)
    let count: Int
    do {
      guard try storage.list().contains(where: { $0.name == fileName }) else { return nil }
      let file = try storage.open(fileName)
      defer { storage.close(file) }
      count = unsafe try storage.read(
        file,
        into: block.base,
        byteCount: LogFormat.blockByteCount,
        at: 0
      )
    } catch { throw .storage(error) }
    guard count >= LogFormat.headerByteCount else { return nil }
    return unsafe decode(UnsafeRawPointer(block.base))
  }

  private static func decode(_ bytes: UnsafeRawPointer) -> UInt64? {
    guard unsafe bytes.word64(at: 0) == LogFormat.claimMagic,
      unsafe bytes.word32(at: 8) == LogFormat.headerChecksum(bytes)
    else {
      probe(.openingClaimTorn)
      return nil
    }
    let epoch = unsafe bytes.word64(at: 32)
    return epoch < LogFormat.numberEnd ? epoch : nil
  }

  /// Makes a claim durable.
  static func write<S: Storage & ~Copyable>(
    _ storage: inout S,
    identity: LogIdentity,
    memory: MemorySource
  ) throws(LogError) {
    let block = Region(byteCount: LogFormat.blockByteCount, from: memory)
    unsafe block.base.put(LogFormat.claimMagic, at: 0)
    unsafe block.base.put(LogFormat.version, at: 12)
    unsafe block.base.put(identity.shard.number, at: 14)
    unsafe block.base.put(identity.logID, at: 16)
    unsafe block.base.put(identity.epoch, at: 32)
    unsafe block.base.put(LogFormat.headerChecksum(UnsafeRawPointer(block.base)), at: 8)
    do {
      let file = try storage.create(fileName)
      defer { storage.close(file) }
      unsafe try storage.writeAll(
        file,
        named: fileName,
        from: block.base,
        byteCount: LogFormat.blockByteCount,
        at: 0
      )
      try storage.syncData(file)
      try storage.syncFolder()
    } catch { throw .storage(error) }
  }
}
