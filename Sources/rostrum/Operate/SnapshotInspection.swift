import Engine
import Gateway
import Primitives
import Runtime
import Uring
import WAL

/// One snapshot: its header, its pieces and the state that it gives.
enum SnapshotInspection {
  /// Reads a snapshot through.
  static func inspect(
    _ shard: ShardFolder, position: UInt64
  ) throws(CommandFailure) -> Inspected {
    let entry = try FolderInspection.entries(shard).first {
      $0.name.kind == .snapshot && $0.name.position == position
    }
    guard let entry else {
      throw CommandFailure(
        "shard \(shard.shard.number) has no snapshot of record \(position): "
          + "`rostrum inspect DIR snapshot` lists them")
    }
    if case .refused(let error) = entry.finding { throw FilesFailure.failure(error) }
    guard let info = entry.info else { throw CommandFailure("\(entry.name.text) is unfinished") }
    let pieces = try count(shard, info)
    let state = try FilesFailure.told {
      try ReplayedShard.replay(shard, from: .snapshot(position), until: .position(position))
    }
    var found = Inspected()
    let counts = state.engine.counts
    let hash = state.stateHash
    found.lines =
      lines(info) + [
        "  \(counts.auctions) auctions (\(counts.activeAuctions) open), \(counts.accounts) accounts, "
          + "\(state.gateway.sessionCount) sessions",
        "  state hash \(hash.hexadecimal)",
        "  pieces by kind:",
      ]
    found.lines += pieces.kinds.map { "    kind \($0.kind): \($0.count), \($0.byteCount) bytes" }
    found.json = json(info)
    found.json.add("auctions", counts.auctions)
    found.json.add("active_auctions", counts.activeAuctions)
    found.json.add("accounts", counts.accounts)
    found.json.add("sessions", state.gateway.sessionCount)
    found.json.add("state_hash", hash.hexadecimal)
    found.json.add("kinds", objects: pieces.kinds.map(\.json))
    return found
  }

  private static func count(
    _ shard: ShardFolder, _ info: SnapshotInfo
  ) throws(CommandFailure) -> PieceCounts {
    var pieces = PieceCounts()
    guard var storage = try ShardLog.snapshots(shard) else { return pieces }
    do {
      try SnapshotStore.load(&storage, info, memory: Machine.pages, visitor: &pieces)
    } catch { throw FilesFailure.failure(error) }
    return pieces
  }

  private static func lines(_ info: SnapshotInfo) -> [String] {
    let header = info.header
    return [
      "\(info.name.text): format \(header.version), \(info.byteCount) bytes, sound",
      "  after record \(info.position), batch \(header.batchNumber), \(Moment.text(header.time))",
      "  batch hash \(header.batchHash.hexadecimal)",
      "  \(info.chunkCount) chunks, \(info.pieceCount) pieces, hash \(info.hash.hexadecimal)",
      "  the journal ends at offset \(header.journalEndOffset)",
    ]
  }

  private static func json(_ info: SnapshotInfo) -> JSONObject {
    var object = JSONObject()
    object.add("file", info.name.text)
    object.add("bytes", info.byteCount)
    object.add("format", info.header.version)
    object.add("position", info.position)
    object.add("time", info.header.time)
    object.add("batch", info.header.batchNumber)
    object.add("batch_hash", info.header.batchHash.hexadecimal)
    object.add("journal_end", info.header.journalEndOffset)
    object.add("chunks", info.chunkCount)
    object.add("pieces", info.pieceCount)
    object.add("file_hash", info.hash.hexadecimal)
    return object
  }
}

/// Counts the pieces of a snapshot by their kinds.
private struct PieceCounts: PieceVisitor {
  struct Kind {
    let kind: UInt16
    var count = 0
    var byteCount = 0

    var json: JSONObject {
      var object = JSONObject()
      object.add("kind", kind)
      object.add("count", count)
      object.add("bytes", byteCount)
      return object
    }
  }

  private(set) var kinds: [Kind] = []

  mutating func visit(_ piece: SnapshotPiece) -> Bool {
    let place = kinds.firstIndex { $0.kind >= piece.kind } ?? kinds.count
    if place == kinds.count || kinds[place].kind != piece.kind {
      kinds.insert(Kind(kind: piece.kind), at: place)
    }
    kinds[place].count += 1
    kinds[place].byteCount += unsafe piece.payload.count
    return true
  }
}
