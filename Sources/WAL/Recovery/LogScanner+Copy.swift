extension LogScanner {
  /// Copies a proven batch, byte for byte; gives its length.
  mutating func copy<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ place: BatchPlace,
    to file: StorageFile,
    named name: String,
    at offset: UInt64
  ) throws(LogError) -> UInt64 {
    let byteCount = place.header.batchByteCount
    try reader.open(&storage, number: place.segmentNumber)
    let held = try reader.load(&storage, at: place.offset, byteCount: byteCount)
    guard held == byteCount,
      case .proven = unsafe place.header.inspectBody(
        reader.bytes(at: place.offset),
        blindingKey: secret.blindingKey
      )
    else {
      throw .damaged(
        LogDamage(
          recoveryCase: .readFailed,
          file: SegmentName(number: place.segmentNumber).text,
          offset: place.offset,
          batchNumber: place.header.batchNumber
        )
      )
    }
    do {
      unsafe try storage.writeAll(
        file,
        named: name,
        from: reader.bytes(at: place.offset),
        byteCount: byteCount,
        at: offset
      )
    } catch { throw .storage(error) }
    reader.close(&storage)
    return UInt64(byteCount)
  }
}
