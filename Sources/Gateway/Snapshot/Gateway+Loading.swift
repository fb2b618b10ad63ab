public import Primitives
internal import Wire

extension Gateway {
  /// Puts a piece of a snapshot into a gateway that was just made.
  ///
  /// The first piece of a snapshot comes first; the others may come in any order. A gateway that
  /// refused a piece must not be used.
  ///
  /// - Parameter piece: A piece of kind 20 ... 22.
  /// - Returns: Whether it is a sound piece that fits here and did not come before.
  public mutating func load(_ piece: SnapshotPiece) -> Bool {
    invariant(!snapshot.isActive, "a gateway that serves is not loaded")
    switch piece.kind {
    case SessionSnapshot.headerKind: return loadHeader(piece)
    case SessionSnapshot.sessionKind: return loadSession(piece)
    case SessionSnapshot.ringKind: return loadRing(piece)
    default: return false
    }
  }

  /// Checks that every piece came, and makes the sessions of them: with nobody connected, and
  /// everything durable, since a snapshot follows a batch that is.
  ///
  /// - Returns: Whether the snapshot is whole: every frame of every ring, and every name once.
  /// - Complexity: O(bytes of the rings).
  public mutating func finishLoading() -> Bool {
    guard let count = snapshot.loading.sessionCount, snapshot.loading.imageCount == count else {
      probe(.sessionsIncomplete)
      return false
    }
    for place in 0..<count {
      guard finishRing(place), sessions.restoreName(place) else { return false }
      sessions[place].durableEnd = sessions[place].ring.tail
    }
    sessions.restoreCount(count)
    snapshot.loading = SessionLoading()
    return true
  }

  private mutating func loadHeader(_ piece: SnapshotPiece) -> Bool {
    guard unsafe piece.payload.count == SessionSnapshot.headerByteCount, piece.index == 0,
      snapshot.loading.sessionCount == nil, sessions.count == 0,
      let payload = unsafe piece.payload.baseAddress
    else { return false }
    let count = unsafe LittleEndian.uint64(payload, at: 0)
    let ringBytes = unsafe LittleEndian.uint64(payload, at: 8)
    guard count <= UInt64(sessions.capacity), ringBytes >= 4_096, ringBytes <= 1 << 30,
      ringBytes & (ringBytes - 1) == 0
    else { return false }
    snapshot.loading.sessionCount = Int(count)
    snapshot.loading.ringBytes = Int(ringBytes)
    if Int(ringBytes) != limits.replayRingBytes && count > 0 {
      probe(.ringsResized)
      snapshot.loading.staged = StagedRings(count: Int(count), from: memory)
    }
    return true
  }

  private mutating func loadSession(_ piece: SnapshotPiece) -> Bool {
    guard let count = snapshot.loading.sessionCount, piece.index < UInt64(count),
      unsafe piece.payload.count == SessionImage.byteCount,
      let payload = unsafe piece.payload.baseAddress
    else { return false }
    let image = unsafe SessionImage(payload)
    let place = Int(piece.index)
    guard image.isSound(ringBytes: snapshot.loading.ringBytes), snapshot.isFirstImage(place) else {
      return false
    }
    snapshot.loading.imageCount += 1
    let ring = unsafe ReplayRing(
      memory: sessions.ringMemory(place, at: 0), byteCount: limits.replayRingBytes,
      extent: image.ring)
    unsafe sessions.restore(place, image, ring, windowWords: payload + 96)
    return true
  }

  private mutating func loadRing(_ piece: SnapshotPiece) -> Bool {
    let place = Int(piece.index >> 48)
    let offset = (piece.index & 0xFFFF_FFFF_FFFF) << 3
    let byteCount = unsafe piece.payload.count
    guard let count = snapshot.loading.sessionCount, place < count, byteCount > 0,
      offset % SessionSnapshot.pageBytes + UInt64(byteCount) <= SessionSnapshot.pageBytes,
      let payload = unsafe piece.payload.baseAddress
    else { return false }
    if snapshot.loading.staged == nil {
      unsafe sessions.ringMemory(place, at: offset).copyMemory(
        from: payload, byteCount: byteCount)
    } else {
      unsafe snapshot.loading.staged?.add(place, offset: offset, piece.payload)
    }
    snapshot.countLoaded(place, offset: offset, byteCount: byteCount)
    return true
  }

  /// Checks a ring; takes its frames over if it has another size than this gateway's.
  private mutating func finishRing(_ place: Int) -> Bool {
    let extent = sessions[place].ring.extent
    let next = sessions[place].nextServerSequence
    guard snapshot.isLoaded(place, extent) else { return false }
    let memory = unsafe sessions.ringMemory(place, at: 0)
    guard snapshot.loading.staged != nil else {
      let frames = unsafe LoadedRing(
        ring: memory, byteCount: snapshot.loading.ringBytes, extent: extent)
      return frames.isSound(next: next)
    }
    guard let row = unsafe snapshot.loading.staged?.row(place, extent) else { return false }
    let frames = unsafe LoadedRing(
      row: row, ringByteCount: snapshot.loading.ringBytes, extent: extent)
    guard frames.isSound(next: next) else { return false }
    let empty = RingExtent(start: 0, tail: 0, gap: .max, oldestSequence: extent.oldestSequence)
    var ring = unsafe ReplayRing(
      memory: memory, byteCount: limits.replayRingBytes, extent: empty)
    ring.take(from: frames)
    sessions[place].ring = ring
    return true
  }
}
