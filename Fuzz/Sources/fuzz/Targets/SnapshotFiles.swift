import Primitives

@testable import WAL

/// The reader of snapshot files, down to the loaders of the state.
///
/// Script: a byte of choices (bit 0 moves the file to a name of another position), then blocks:
/// flags, a length (u16) and so many bytes, then zeros to the end of the block. Flag 1 makes the
/// header's checksum right, flag 2 a chunk's index, hash and checksum, flag 4 a whole trailer; flag
/// 8 makes the identity and the plausible sizes of a header.
enum SnapshotFiles {
  static let logID: UInt64 = 0x5151
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let folder = InputFolder()

  static var limits: SnapshotLimits {
    var limits = SnapshotLimits()
    limits.chunkByteCountMax = 16_384
    limits.pieceByteCountMax = 8_192
    limits.freeByteCountReserve = 4_096
    limits.readByteCountMax = 8_192
    return limits
  }

  static var header: SnapshotFileHeader {
    SnapshotFileHeader(
      identity: LogIdentity(shard: ShardID(0), logID: logID, epoch: 1), position: 9,
      batchNumber: 3, batchHash: Digest(1, 2, 3, 4), time: 5, journalEndOffset: 0,
      engineIDHigh: 3, engineIDLow: 4)
  }

  static func run(_ script: inout Script) {
    let choices = script.byte()
    folder.clear()
    guard let file = folder.create("snapshot") else { return }
    var builder = SnapshotBuilder(folder, file)
    builder.build(&script)
    let held = folder.files[file].byteCount
    guard held >= 4_096 else { return }
    let position = SnapshotFileHeader(decoding: folder.files[file].base).position
    folder.rename(file, to: SnapshotName(position: position &+ UInt64(choices & 1)).text)
    load()
  }

  private static func load() {
    var storage = FolderStorage(folder: folder)
    let memory = Arena.shared.memory
    let entries = (try? SnapshotStore.list(&storage, memory: memory)) ?? []
    for entry in entries {
      guard let info = entry.info else { continue }
      var pieces = PieceWitness(state: LoadedState(memory: memory))
      do throws(SnapshotError) {
        try SnapshotStore.load(&storage, info, limits: limits, memory: memory, visitor: &pieces)
      } catch {
        check(!error.description.isEmpty, "an error says what to do")
        continue
      }
      check(pieces.count == info.pieceCount, "a whole snapshot with other pieces")
      pieces.finish()
      copy(info, &storage)
    }
  }

  /// What is read whole can be copied, and the copy read.
  private static func copy(_ info: SnapshotInfo, _ storage: inout FolderStorage) {
    let other = InputFolder()
    var target = FolderStorage(folder: other)
    let memory = Arena.shared.memory
    do throws(SnapshotError) {
      try SnapshotStore.copy(&storage, info, to: &target, limits: limits, memory: memory)
      try SnapshotStore.verify(&target, info, limits: limits, memory: memory)
    } catch { wrong("a whole snapshot cannot be copied: \(error)") }
  }

  static func seeds() -> [[UInt8]] {
    [StateHistory(stepCount: 60), StateHistory(stepCount: 0)].map { history in
      let folder = InputFolder()
      var storage = FolderStorage(folder: folder)
      var source = SeedPieces(history.pieces)
      do throws(SnapshotError) {
        _ = try SnapshotStore.write(
          &storage, header, limits: limits, memory: .heap, source: &source)
      } catch { fatalError("\(error)") }
      return SnapshotBuilder.script(folder.files[0])
    }
  }
}

/// Gives the pieces of a seed to a writer of snapshots.
private struct SeedPieces: PieceSource {
  private var rest: ArraySlice<[UInt8]>

  init(_ pieces: [[UInt8]]) { rest = pieces[...] }

  mutating func writePieces(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var written = 0
    while let piece = rest.first, piece.count <= room - written {
      (target + written).copyMemory(from: piece, byteCount: piece.count)
      written += piece.count
      rest.removeFirst()
    }
    return written
  }
}

/// Gives pieces to a state, and counts them.
private struct PieceWitness: PieceVisitor, ~Copyable {
  var state: LoadedState
  var count: UInt64 = 0

  mutating func visit(_ piece: SnapshotPiece) -> Bool {
    count += 1
    // Planted: a piece of the fourth kind is counted twice.
    if isPlanted, piece.kind == 4 { count += 1 }
    return state.load(piece)
  }

  mutating func finish() {
    if state.finish() { state.checkCopy() }
  }
}

/// Makes a snapshot file of a script.
struct SnapshotBuilder {
  private let folder: InputFolder
  private let file: Int
  private var hash = SHA256State()
  private var chunkCount: UInt64 = 0
  private var pieceCount: UInt64 = 0
  private var flags: [UInt8] = []

  init(_ folder: InputFolder, _ file: Int) {
    self.folder = folder
    self.file = file
  }

  mutating func build(_ script: inout Script) {
    while !script.isAtEnd, flags.count < 40 {
      flags.append(script.byte())
      let bytes = script.take(min(Int(script.word16()), 4_096))
      let offset = folder.files[file].byteCount
      _ = folder.addBlock(file, at: offset)
      if !bytes.isEmpty {
        _ = folder.write(file, bytes.start, byteCount: bytes.count, at: offset)
      }
    }
    var offset = 0
    while offset < folder.files[file].byteCount { offset += mend(offset) }
  }

  /// Makes what begins at a block right as its flags ask; gives its bytes.
  private mutating func mend(_ offset: Int) -> Int {
    let base = folder.block(file, at: offset)
    let flag = flags[offset / 4_096]
    var byteCount = 4_096
    if flag & 8 != 0 {
      var header = SnapshotFiles.header
      header.chunkByteCountMax = 16_384
      header.encode(base)
    }
    if flag & 1 != 0 { base.put(SnapshotFormat.blockChecksum(base), at: 8) }
    if flag & 2 != 0 { byteCount = mendChunk(base, held: folder.files[file].byteCount - offset) }
    if flag & 4 != 0 { mendTrailer(base, offset) }
    if flag & 2 != 0 {
      SnapshotChunk.hash(base, byteCount: byteCount, into: &hash)
    } else {
      hash.update(base, byteCount: byteCount)
    }
    return byteCount
  }

  private mutating func mendChunk(_ base: UnsafeMutableRawPointer, held: Int) -> Int {
    base.put(SnapshotFormat.chunkMagic, at: 0)
    base.put(chunkCount, at: 16)
    let pieceByteCount = Int(UnsafeRawPointer(base).word32(at: 12))
    let byteCount = SnapshotFormat.chunkByteCount(pieceByteCount: pieceByteCount)
    guard byteCount <= held else { return 4_096 }
    let pieces = UnsafeRawBufferPointer(start: base + 64, count: pieceByteCount)
    var cursor = 0
    var count: UInt32 = 0
    while SnapshotPiece.next(pieces, &cursor) != nil { count += 1 }
    base.put(count, at: 24)
    var before = hash
    base.put(before.finish(), at: 32)
    let body = CRC32C.checksum(base + 64, byteCount: byteCount - 64)
    base.put(SnapshotChunk.checksum(base, continuing: body), at: 8)
    chunkCount += 1
    pieceCount += UInt64(count)
    return byteCount
  }

  private mutating func mendTrailer(_ base: UnsafeMutableRawPointer, _ offset: Int) {
    let header = SnapshotFileHeader(decoding: folder.files[file].base)
    var before = hash
    let trailer = SnapshotTrailer(
      logID: header.identity.logID, position: header.position, chunkCount: chunkCount,
      pieceCount: pieceCount, fileByteCount: UInt64(offset + 4_096), hash: before.finish())
    trailer.encode(base)
  }

  /// A file as a script that makes it again.
  static func script(_ file: InputFolder.File) -> [UInt8] {
    var seed = SeedWriter()
    seed.byte(0)
    for offset in stride(from: 0, to: file.byteCount, by: 4_096) {
      let base = UnsafeRawPointer(file.base + offset)
      let isLast = offset + 4_096 == file.byteCount
      let isChunk = base.word64(at: 0) == SnapshotFormat.chunkMagic
      seed.byte(offset == 0 ? 1 : isLast ? 4 : isChunk ? 2 : 0)
      let bytes = UnsafeRawBufferPointer(start: base, count: 4_096).withoutZeros
      seed.word16(bytes.count)
      seed.raw(bytes)
    }
    return seed.bytes
  }
}
