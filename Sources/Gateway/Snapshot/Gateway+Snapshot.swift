internal import Primitives
internal import Wire

extension Gateway {
  /// Begins a snapshot of what is logged of the sessions, as they are now.
  ///
  /// Call it right after a batch was sealed. The gateway goes on as before; what is about to change
  /// is copied first. After a power failure nothing of it is left, and nothing is missed.
  ///
  /// - Complexity: O(1).
  @_noLocks
  public mutating func beginSnapshot() {
    let isFirst = !snapshot.isActive
    invariant(isFirst, "one snapshot is taken at a time")
    snapshot.begin(sessionEnd: sessions.count)
  }

  /// Whether a snapshot began and did not end.
  public var isSnapshotRunning: Bool { @_noLocks get { snapshot.isActive } }

  /// Whether every piece is written.
  public var isSnapshotWritten: Bool {
    @_noLocks get {
      snapshot.isActive && snapshot.isHeaderWritten && snapshot.cursor == snapshot.sessionEnd
        && snapshot.area.byteCount == 0 && !snapshot.area.hasOverflowed
    }
  }

  /// The bytes of pieces that were copied because their state changed, and wait to be written.
  public var snapshotAreaByteCount: Int { @_noLocks get { snapshot.area.byteCount } }

  /// Whether more changed than there is room for: the snapshot must be given up.
  public var hasSnapshotOverflowed: Bool { @_noLocks get { snapshot.area.hasOverflowed } }

  /// Ends a snapshot, whole or given up.
  @_noLocks
  public mutating func endSnapshot() { snapshot.end() }

  /// Writes the next pieces: first what was copied, then what did not change.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there; fewer than 4,112 may not hold the next piece.
  /// - Returns: The bytes written; 0 when everything is written, or when the room is too small.
  /// - Complexity: O(`room`).
  @_noLocks
  public mutating func writeSnapshot(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    guard snapshot.isActive else { return 0 }
    var written = unsafe writeHeader(target, room)
    guard snapshot.isHeaderWritten else { return 0 }
    unsafe written += snapshot.area.take(into: target + written, room: room - written)
    // A session's pages never stand before its image, which may still wait.
    guard snapshot.area.byteCount == 0 else { return written }
    while snapshot.cursor < snapshot.sessionEnd {
      guard unsafe writeSession(snapshot.cursor, target, &written, room) else { break }
      snapshot.cursor += 1
      snapshot.page = 0
    }
    return written
  }

  @_noLocks
  private mutating func writeHeader(_ target: UnsafeMutableRawPointer, _ room: Int) -> Int {
    let byteCount = SessionSnapshot.headerByteCount
    guard !snapshot.isHeaderWritten, SnapshotPiece.byteCount(payload: byteCount) <= room else {
      return 0
    }
    snapshot.isHeaderWritten = true
    let payload = unsafe snapshot.imageBuffer
    unsafe LittleEndian.store(UInt64(snapshot.sessionEnd), payload, at: 0)
    unsafe LittleEndian.store(UInt64(limits.replayRingBytes), payload, at: 8)
    return unsafe SnapshotPiece.write(
      target, kind: SessionSnapshot.headerKind, index: 0, payload, byteCount: byteCount)
  }

  /// Writes what is left of a session: its image, then its ring.
  ///
  /// - Returns: Whether all of it is written.
  @_noLocks
  private mutating func writeSession(
    _ place: Int,
    _ target: UnsafeMutableRawPointer,
    _ written: inout Int,
    _ room: Int
  ) -> Bool {
    if !snapshot.isFrozen(place) {
      let byteCount = SnapshotPiece.byteCount(payload: SessionImage.byteCount)
      guard byteCount <= room - written else { return false }
      freeze(place)
      unsafe written += SnapshotPiece.write(
        target + written, kind: SessionSnapshot.sessionKind, index: UInt64(place),
        snapshot.imageBuffer, byteCount: SessionImage.byteCount)
    }
    let pageCount = snapshot.pageCount(place)
    while snapshot.page < pageCount {
      if !snapshot.isKept(place, snapshot.page) {
        let (offset, byteCount) = snapshot.pageExtent(place, snapshot.page)
        guard SnapshotPiece.byteCount(payload: byteCount) <= room - written else { return false }
        unsafe written += SnapshotPiece.write(
          target + written, kind: SessionSnapshot.ringKind,
          index: SessionSnapshot.ringIndex(place, offset: offset),
          sessions.ringMemory(place, at: offset), byteCount: byteCount)
        snapshot.keep(place, snapshot.page)
      }
      snapshot.page += 1
    }
    return true
  }
}

extension Gateway {
  /// Must be called before anything logged of a session changes.
  @_noLocks @inline(__always)
  mutating func willChange(_ place: Int) {
    if _slowPath(snapshot.isActive) { preserve(place) }
  }

  /// Must be called before a frame is put into a session's ring.
  @_noLocks @inline(__always)
  mutating func willAppend(_ place: Int, _ byteCount: Int) {
    if _slowPath(snapshot.isActive) { preserveRing(place, adding: byteCount) }
  }

  @_noLocks @inline(never)
  private mutating func preserve(_ place: Int) {
    guard place < snapshot.sessionEnd, !snapshot.isFrozen(place) else { return }
    probe(.sessionPreserved)
    freeze(place)
    unsafe snapshot.area.append(
      kind: SessionSnapshot.sessionKind, index: UInt64(place), snapshot.imageBuffer,
      byteCount: SessionImage.byteCount)
  }

  /// Keeps a session's image, in the buffer for it, and its ring's extent.
  @_noLocks
  private mutating func freeze(_ place: Int) {
    unsafe SessionImage.write(sessions[place], to: snapshot.imageBuffer)
    let extent = sessions[place].ring.extent
    snapshot.freeze(place, start: extent.start, tail: extent.tail)
  }

  /// Copies the pages that a frame is about to overwrite.
  @_noLocks @inline(never)
  private mutating func preserveRing(_ place: Int, adding byteCount: Int) {
    preserve(place)
    guard place < snapshot.sessionEnd else { return }
    let (first, second) = sessions[place].ring.overwritten(adding: byteCount)
    preservePages(place, first)
    preservePages(place, second)
  }

  /// Copies the pages of a frozen ring that hold bytes of a range of its memory.
  @_noLocks
  private mutating func preservePages(_ place: Int, _ range: Range<Int>) {
    let pageCount = snapshot.pageCount(place)
    guard pageCount > 0, !range.isEmpty else { return }
    let pageBytes = Int(SessionSnapshot.pageBytes)
    let lapPages = limits.replayRingBytes / pageBytes
    let (start, _) = snapshot.pageExtent(place, 0)
    let startPage = Int(truncatingIfNeeded: start / SessionSnapshot.pageBytes) & (lapPages - 1)
    for memoryPage in range.lowerBound / pageBytes...(range.upperBound - 1) / pageBytes {
      // The page of the ring's start may hold its end too, a lap later.
      var page = (memoryPage - startPage) & (lapPages - 1)
      while page < pageCount {
        preservePage(place, page, range)
        page += lapPages
      }
    }
  }

  @_noLocks
  private mutating func preservePage(_ place: Int, _ page: Int, _ range: Range<Int>) {
    guard !snapshot.isKept(place, page) else { return }
    let (offset, byteCount) = snapshot.pageExtent(place, page)
    let first = Int(truncatingIfNeeded: offset) & (limits.replayRingBytes - 1)
    guard first < range.upperBound, range.lowerBound < first + byteCount else { return }
    probe(.ringPagePreserved)
    snapshot.keep(place, page)
    unsafe snapshot.area.append(
      kind: SessionSnapshot.ringKind,
      index: SessionSnapshot.ringIndex(place, offset: offset),
      sessions.ringMemory(place, at: offset), byteCount: byteCount)
  }
}
