public import Primitives

extension BidReceipt {
  /// Makes the receipt of a record out of the log's files; they may be a live folder's.
  ///
  /// Everything in the record's segment up to its batch is proven on the way. The newest batch of a
  /// live folder may not be durable yet: a receipt of it is good once a later batch stands.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - position: The record's position.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: The receipt.
  /// - Throws: `LogError.positionNotHeld` if the log does not hold the record, or another
  ///   `LogError`.
  /// - Complexity: O(bytes of the record's segment).
  public static func make<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    position: UInt64,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> BidReceipt {
    var budget = RetryBudget()
    while true {
      do {
        var walk = try LogWalk(&storage, shard: shard, limits: limits, memory: memory) {
          $0.firstPosition <= position
        }
        defer { walk.close(&storage) }
        let batch = try walk.advance(&storage, toRecord: position)
        return unsafe BidReceipt(
          batch.header,
          walk.bytes(batch),
          position: position,
          blindingKey: walk.secret.blindingKey
        )
      } catch {
        // What the server recycled meanwhile is looked at again.
        try budget.spend(error)
      }
    }
  }

  /// Makes the receipt of a record of a proven batch.
  init(
    _ header: BatchHeader,
    _ batch: UnsafeRawPointer,
    position: UInt64,
    blindingKey: Digest
  ) {
    var blinding = Blinding(key: blindingKey)
    var leaves: [Digest] = []
    var record = unsafe batch + LogFormat.headerByteCount
    var wanted: [UInt8] = []
    for current in header.firstPosition...header.lastPosition {
      let frame = unsafe Int(record.word32(at: LogFormat.recordPrefixByteCount))
      let byteCount = LogFormat.recordPrefixByteCount + frame
      let blind = blinding.blind(current)
      unsafe leaves.append(ProofHash.leaf(blind, record, byteCount: byteCount))
      if current == position {
        wanted = unsafe Array(UnsafeRawBufferPointer(start: record, count: byteCount))
      }
      unsafe record += byteCount
    }
    self.init(
      record: wanted,
      blind: blinding.blind(position),
      position: position,
      path: ProofPath.make(index: Int(position - header.firstPosition), leaves: leaves),
      fields: unsafe LogFormat.hashedFields(batch),
      batchHash: header.hash
    )
  }
}

extension LogFormat {
  /// The bytes of a batch header that its own hash covers.
  static func hashedFields(_ header: UnsafeRawPointer) -> [UInt8] {
    unsafe Array(
      UnsafeRawBufferPointer(
        start: header + hashedFieldOffset,
        count: hashedFieldByteCount
      )
    )
  }
}

extension LogWalk {
  /// Goes on to the batch that holds a record.
  mutating func advance<S: Storage & ~Copyable>(
    _ storage: inout S,
    toRecord position: UInt64
  ) throws(LogError) -> WalkedBatch {
    var last: UInt64 = 0
    let oldest = survey.used.first?.header?.firstPosition ?? 1
    while let step = try next(&storage) {
      switch step {
      case .stop(.missing, _):
        throw .positionNotHeld(wanted: position, oldest: oldest, last: last)
      case .stop(_, let stop): throw stop.damage
      case .batch(let batch):
        last = batch.header.lastPosition
        if batch.header.firstPosition > position {
          throw .positionNotHeld(wanted: position, oldest: oldest, last: last)
        }
        if last >= position { return batch }
      }
    }
    throw .positionNotHeld(wanted: position, oldest: oldest, last: last)
  }
}
