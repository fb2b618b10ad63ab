public import Primitives
internal import Wire

/// The numbers of the journal's pieces in a snapshot.
enum JournalPieceKind {
  /// A page of heads.
  static var heads: UInt16 { @_noLocks get { 40 } }
  /// The scalars.
  static var scalars: UInt16 { @_noLocks get { 41 } }
}

/// What a snapshot holds beside the heads.
struct JournalScalars: Equatable, BitwiseCopyable {
  static var byteCount: Int { @_noLocks get { 48 } }

  var endOffset: UInt64 = 0
  var lastPosition: UInt64 = 0
  var slotEnd: UInt64 = 0
  var fileByteCount: UInt64 = 0
  var logID: UInt64 = 0
  var shard: UInt64 = 0
}

/// How far a snapshot is written or loaded.
struct JournalSnapshot: BitwiseCopyable {
  var isRunning = false
  var areScalarsWritten = false
  var scalars = JournalScalars()
  var areScalarsLoaded = false
}

extension JournalWriter {
  private var scalars: JournalScalars {
    @_noLocks get {
      JournalScalars(
        endOffset: endOffset, lastPosition: lastPosition, slotEnd: UInt64(heads.slotEnd),
        fileByteCount: layout.fileByteCount, logID: layout.logID,
        shard: UInt64(layout.shard.number))
    }
  }

  /// Begins a snapshot of the heads as they are now: right after a batch was sealed.
  ///
  /// The snapshot counts only once the journal is flushed through the `endOffset` of this moment.
  ///
  /// - Complexity: O(pages / 64).
  @_noLocks
  public mutating func beginSnapshot() {
    heads.area.clear()
    heads.shadow.begin(recordEnd: heads.slotEnd)
    snapshot.scalars = scalars
    snapshot.areScalarsWritten = false
    snapshot.isRunning = true
  }

  /// Whether a snapshot is being written.
  public var isSnapshotRunning: Bool { @_noLocks get { snapshot.isRunning } }

  /// Where the journal ended when the snapshot began.
  public var snapshotEndOffset: UInt64 { @_noLocks get { snapshot.scalars.endOffset } }

  /// Writes whole pieces of the snapshot: the scalars first, preserved pages before others.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there; at least 4,112 to get on.
  /// - Returns: The bytes written.
  /// - Complexity: O(`room`).
  @_noLocks
  public mutating func writeSnapshot(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var written = 0
    if !snapshot.areScalarsWritten {
      guard room >= SnapshotPiece.byteCount(payload: JournalScalars.byteCount) else { return 0 }
      written = unsafe writeScalars(target)
      snapshot.areScalarsWritten = true
    }
    written += unsafe heads.area.take(into: target + written, room: room - written)
    guard heads.area.byteCount == 0 else { return written }
    return unsafe written + heads.shadow.writePages(into: target + written, room: room - written)
  }

  @_noLocks
  private func writeScalars(_ target: UnsafeMutableRawPointer) -> Int {
    var words = InlineArray<6, UInt64>(repeating: 0)
    words[0] = snapshot.scalars.endOffset.littleEndian
    words[1] = snapshot.scalars.lastPosition.littleEndian
    words[2] = snapshot.scalars.slotEnd.littleEndian
    words[3] = snapshot.scalars.fileByteCount.littleEndian
    words[4] = snapshot.scalars.logID.littleEndian
    words[5] = snapshot.scalars.shard.littleEndian
    return unsafe withUnsafePointer(to: &words) { pointer in
      unsafe SnapshotPiece.write(
        target, kind: JournalPieceKind.scalars, index: 0, UnsafeRawPointer(pointer),
        byteCount: JournalScalars.byteCount)
    }
  }

  /// Whether nothing is left to write.
  public var isSnapshotWritten: Bool {
    @_noLocks get {
      snapshot.areScalarsWritten && heads.area.byteCount == 0 && heads.shadow.isThrough
    }
  }

  /// The bytes of preserved pages that wait.
  public var snapshotAreaByteCount: Int { @_noLocks get { heads.area.byteCount } }
  /// Whether a page found no room, so that the snapshot must be given up.
  public var hasSnapshotOverflowed: Bool { @_noLocks get { heads.area.hasOverflowed } }

  /// The snapshot is over, whole or not.
  @_noLocks
  public mutating func endSnapshot() {
    heads.shadow.end()
    heads.area.clear()
    snapshot.isRunning = false
  }

  /// Puts a piece of a snapshot back into an empty journal; the scalars must come first.
  ///
  /// - Parameter piece: A piece.
  /// - Returns: Whether it is a sound piece of this journal.
  public mutating func load(_ piece: SnapshotPiece) -> Bool {
    if piece.kind == JournalPieceKind.scalars { return loadScalars(piece) }
    guard snapshot.areScalarsLoaded, piece.index < UInt64(missingPages.count),
      missingPages[Int(piece.index)], heads.shadow.load(piece, recordEnd: heads.slotEnd)
    else { return false }
    missingPages[Int(piece.index)] = false
    return true
  }

  private mutating func loadScalars(_ piece: SnapshotPiece) -> Bool {
    guard !snapshot.areScalarsLoaded, endOffset == 0, piece.index == 0,
      unsafe piece.payload.count == JournalScalars.byteCount,
      let base = unsafe piece.payload.baseAddress
    else { return false }
    let slotEnd = unsafe LittleEndian.uint64(base, at: 16)
    guard unsafe LittleEndian.uint64(base, at: 24) == layout.fileByteCount,
      unsafe LittleEndian.uint64(base, at: 32) == layout.logID,
      unsafe LittleEndian.uint64(base, at: 40) == UInt64(layout.shard.number),
      slotEnd <= UInt64(limits.auctionsMax), heads.load(slotEnd: Int(slotEnd))
    else { return false }
    snapshot.scalars.endOffset = unsafe LittleEndian.uint64(base, at: 0)
    snapshot.scalars.lastPosition = unsafe LittleEndian.uint64(base, at: 8)
    snapshot.areScalarsLoaded = true
    missingPages = [Bool](repeating: true, count: heads.pageCount)
    return true
  }

  /// Ends the loading: the journal then continues where the snapshot was taken.
  ///
  /// - Returns: Whether every piece was there.
  public mutating func finishLoading() -> Bool {
    guard snapshot.areScalarsLoaded, !missingPages.contains(true) else { return false }
    missingPages = []
    endOffset = snapshot.scalars.endOffset
    lastPosition = snapshot.scalars.lastPosition
    releasedOffset = endOffset
    writtenOffset = endOffset
    startOffset = endOffset
    return heads.areSound(below: endOffset)
  }
}
