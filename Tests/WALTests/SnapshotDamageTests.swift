import Primitives
import Testing

@testable import WAL

/// Whatever happens to a file, it is never loaded as if nothing had.
@Suite struct SnapshotDamageTests {
  private let pieces = testPieces(6, seed: 4)

  /// Whether the file with these bytes is refused, by the list or by loading.
  private func isRefused(_ disk: FaultyDisk) -> Bool {
    guard let entry = try? snapshotList(disk).first, let info = entry.info else { return true }
    return (try? loadSnapshot(disk, info)) == nil
  }

  @Test func everyFlippedBitIsFound() throws {
    let disk = FaultyDisk()
    let name = try writeSnapshot(disk, 7, Array(pieces.prefix(3))).name.text
    let whole = disk.bytes(name)
    #expect(!isRefused(disk) && whole.count == 3 * 4096)
    for offset in whole.indices {
      // All bits where fields are, one of each byte elsewhere.
      let isField = offset % 4096 < 128
      let bits = isField ? Array(0..<8) : [offset % 8]
      for bit in bits {
        disk.edit(name) { $0[offset] ^= 1 << UInt8(bit) }
        #expect(isRefused(disk), "byte \(offset) bit \(bit)")
        disk.edit(name) { $0[offset] ^= 1 << UInt8(bit) }
      }
    }
    #expect(!isRefused(disk))
  }

  @Test func aFileCutAnywhereIsRefused() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, pieces + testPieces(20, seed: 5))
    let whole = disk.bytes(info.name.text)
    for byteCount in stride(from: 0, to: whole.count, by: 512) {
      disk.edit(info.name.text) { $0 = Array(whole.prefix(byteCount)) }
      #expect(isRefused(disk), "\(byteCount) bytes")
      #expect(throws: SnapshotError.self) { try loadSnapshot(disk, info) }
    }
    disk.edit(info.name.text) { $0 = whole + [UInt8](repeating: 0, count: 4096) }
    #expect(isRefused(disk), "longer")
  }

  @Test func chunksDoNotChangePlaces() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, testPieces(60, seed: 5, byteCountMax: 500))
    let other = FaultyDisk()
    try writeSnapshot(other, 8, testPieces(60, seed: 5, byteCountMax: 500))
    let name = info.name.text
    let whole = disk.bytes(name)
    let foreign = other.bytes(SnapshotName(position: 8).text)
    #expect(info.chunkCount >= 3 && foreign.count == whole.count)
    let first = 4096..<12_288
    let second = 12_288..<20_480
    disk.edit(name) { bytes in
      bytes.replaceSubrange(first, with: whole[second])
      bytes.replaceSubrange(second, with: whole[first])
    }
    #expect(isRefused(disk), "two chunks swapped")
    disk.edit(name) { $0 = whole }
    disk.edit(name) { $0.replaceSubrange(first, with: foreign[first]) }
    #expect(isRefused(disk), "a chunk of another snapshot, its pieces and its number the same")
    disk.edit(name) { $0 = Array(whole.prefix(4096)) + Array(whole.dropFirst(12_288)) }
    #expect(isRefused(disk), "a chunk missing")
    disk.edit(name) { $0 = whole }
    #expect(!isRefused(disk))
  }

  @Test func aDamagedFileHidesNoOther() throws {
    let disk = FaultyDisk()
    let older = try writeSnapshot(disk, 7, pieces)
    let newer = try writeSnapshot(disk, 8, pieces)
    disk.edit(newer.name.text) { $0[20] ^= 1 }
    let list = try snapshotList(disk)
    #expect(list.map(\.name.position) == [8, 7] && list.map(\.info) == [nil, older])
    guard case .refused(.damaged(let file, 0, _)) = list[0].finding else {
      Issue.record("the header is damaged")
      return
    }
    #expect(file == newer.name.text)
    #expect("\(SnapshotError.damaged(file: file, offset: 0, reason: "x"))".contains("backup"))
    disk.unreadable[newer.name.text] = 0
    #expect(try snapshotList(disk).compactMap(\.info) == [older])
  }

  /// A file that was sound when it was listed is proven again when it is loaded.
  @Test func whatChangesAfterTheListIsFound() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, pieces)
    let name = info.name.text
    let whole = disk.bytes(name)
    func reason(_ change: (inout [UInt8]) -> Void) -> String {
      disk.edit(name, change)
      defer { disk.edit(name) { $0 = whole } }
      do {
        _ = try loadSnapshot(disk, info)
        return "loaded"
      } catch {
        guard case .damaged(_, _, let reason) = error else { return "\(error)" }
        return reason
      }
    }
    #expect(reason { _ in } == "loaded")
    #expect(reason { $0[40] ^= 1 } == "the header is damaged")
    let end = whole.count - 4096
    #expect(reason { $0[end + 20] ^= 1 }.hasPrefix("the whole does not have the hash"))
    // Another trailer that is sound in itself: of a snapshot with one piece less.
    let other = FaultyDisk()
    try writeSnapshot(other, 7, Array(pieces.dropLast()))
    let foreign = Array(other.bytes(name).suffix(4096))
    #expect(
      reason { $0.replaceSubrange(end..., with: foreign) }
        .hasPrefix("the whole does not have the hash"))
  }

  @Test func filesOfOthersAreNamed() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, pieces)
    let whole = disk.bytes(info.name.text)
    disk.put("00000000000000000009.snapshot", whole)
    disk.put("00000000000000000005.writing", whole)
    disk.put("notes.txt", whole)
    var storage = FaultyStorage(disk: disk)
    func findings(_ shard: UInt16, _ logID: UInt64) throws -> [String] {
      try SnapshotStore.list(&storage, shard: ShardID(shard), logID: logID, memory: testMemory)
        .map { entry in
          switch entry.finding {
          case .complete: "complete"
          case .unfinished: "unfinished"
          case .refused(.foreign(_, let reason)): reason
          case .refused(let error): "\(error)"
          }
        }
    }
    let renamed = "is of position 7, renamed"
    #expect(try findings(3, testLogID) == [renamed, "complete", "unfinished"])
    #expect(try findings(4, testLogID) == [renamed, "is of shard 3", "unfinished"])
    #expect(try findings(3, 1) == [renamed, "is of another log", "unfinished"])
    #expect(try SnapshotStore.removeUnfinished(&storage) == 1)
    #expect(disk.files.contains("notes.txt") && disk.files.count == 3)
  }

  @Test func aNewerVersionIsNamed() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, pieces)
    disk.edit(info.name.text) { bytes in
      bytes[12] = 2
      bytes.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return }
        base.put(SnapshotFormat.blockChecksum(base), at: 8)
      }
    }
    guard case .refused(let error) = try snapshotList(disk)[0].finding else {
      Issue.record("not refused")
      return
    }
    #expect(error == .newerVersion(file: info.name.text, version: 2))
    #expect("\(error)".contains("newer program"))
  }

  @Test func aPieceThatTheStateDoesNotTakeEndsTheLoading() throws {
    let disk = FaultyDisk()
    let info = try writeSnapshot(disk, 7, pieces)
    var storage = FaultyStorage(disk: disk)
    var collector = PieceCollector(refusedIndex: 4)
    let expected = SnapshotError.refusedPiece(
      file: info.name.text, offset: 4096, kind: pieces[4].kind, index: 4)
    #expect(throws: expected) {
      try SnapshotStore.load(&storage, info, memory: testMemory, visitor: &collector)
    }
    #expect(collector.pieces == Array(pieces.prefix(4)))
  }
}
