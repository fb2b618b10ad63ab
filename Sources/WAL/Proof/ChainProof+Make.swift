public import Primitives

extension ChainProof {
  /// Makes the proof that a batch stands before another out of the log's files.
  ///
  /// - Parameters:
  ///   - storage: The log's folder, which may be a live one.
  ///   - shard: The shard that owns the log.
  ///   - batchNumber: The batch that is to be proven.
  ///   - through: The later batch, or nil for the last one held.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  /// - Returns: The proof; it needs 240 bytes of text a batch.
  /// - Throws: `LogError.batchNotHeld` if the log does not hold both, or another `LogError`.
  /// - Complexity: O(bytes of the log from the segment of the batch on).
  public static func make<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    from batchNumber: UInt64,
    through: UInt64? = nil,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> ChainProof {
    var last = through ?? 0
    if through == nil { last = try lastBatch(&storage, shard, limits, memory) }
    var budget = RetryBudget()
    while true {
      do {
        var walk = try LogWalk(&storage, shard: shard, limits: limits, memory: memory) {
          $0.firstBatchNumber <= batchNumber
        }
        defer { walk.close(&storage) }
        return try collect(&walk, &storage, from: batchNumber, through: last)
      } catch {
        // What the server recycled meanwhile is looked at again.
        try budget.spend(error)
      }
    }
  }

  /// The log's last batch, found by proving it.
  private static func lastBatch<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ shard: ShardID,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) -> UInt64 {
    var visitor = IgnoringVisitor()
    let files = try LogInspector.segments(&storage, limits: limits, memory: memory)
    let newest = files.last { $0.role == .used }?.header?.firstPosition ?? 1
    let found = try Recovery.read(
      &storage,
      shard: shard,
      range: LogRange(from: newest),
      limits: limits,
      memory: memory,
      visitor: &visitor
    )
    return found.lastBatchNumber
  }

  private static func collect<S: Storage & ~Copyable>(
    _ walk: inout LogWalk,
    _ storage: inout S,
    from first: UInt64,
    through last: UInt64
  ) throws(LogError) -> ChainProof {
    var proof: ChainProof?
    while let step = try walk.next(&storage) {
      guard case .batch(let batch) = step else {
        if case .stop(.missing, _) = step { break }
        if case .stop(_, let stop) = step { throw stop.damage }
        break
      }
      let header = batch.header
      if header.batchNumber == first {
        proof = ChainProof(from: header.hash, links: [], to: header.hash)
      } else if header.batchNumber > first {
        let fields = unsafe LogFormat.hashedFields(walk.bytes(batch))
        proof?.links.append(Link(fields: fields, root: batch.root))
        proof?.to = header.hash
      }
      if header.batchNumber >= last { break }
    }
    guard let proof, UInt64(proof.links.count) == last &- first else {
      throw .batchNotHeld(first: first, last: last)
    }
    return proof
  }
}
