internal import Primitives

extension Engine {
  /// Begins a snapshot of the state as it is now, after the command at `position`.
  ///
  /// The engine goes on at once: from here on every page is copied before it changes for the first
  /// time. If the power fails, the log alone tells the state, as without a snapshot.
  ///
  /// - Complexity: O(pages / 64): it looks at no record.
  #if !DEBUG
  @_noLocks
  #endif
  public mutating func beginSnapshot() {
    let canBegin = !isSnapshotRunning && !moreDue && loading == nil
    invariant(canBegin, "a snapshot begins between two commands, one at a time")
    isSnapshotRunning = true
    snapshotArea.clear()
    var words = ScalarWords()
    put(&words)
    auctions.beginSnapshot(&words)
    bids.beginSnapshot(&words)
    accounts.beginSnapshot(&words)
    links.beginSnapshot(&words)
    sellerBlocks.beginSnapshot(&words)
    increments.beginSnapshot(&words)
    rates.pages.beginSparse(recordEnd: rates.placeCount)
    words.append(to: snapshotArea)
  }

  private mutating func put(_ words: inout ScalarWords) {
    words.put(ScalarWords.formatVersion)
    words.put(shard.number)
    words.put(limits.auctionsMax)
    words.put(limits.bidsMax)
    words.put(limits.accountsMax)
    words.put(limits.linkGroupsMax)
    words.put(limits.sellerBlocksMax)
    words.put(limits.rateBucketsMax)
    words.put(limits.incrementTablesMax)
    words.put(time)
    words.put(position)
    words.put(retention)
    words.put(nextDue)
    words.put(activeCount)
  }

  /// Writes whole pieces of the running snapshot: the scalars first, then changed pages before
  /// others, so that the area gets empty.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there, at least 4,096.
  /// - Returns: The bytes written; 0 when nothing is left.
  /// - Complexity: O(`room`).
  #if !DEBUG
  @_noLocks
  #endif
  public mutating func writeSnapshot(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    guard isSnapshotRunning else { return 0 }
    var written = unsafe snapshotArea.take(into: target, room: room)
    guard snapshotArea.byteCount == 0,
      unsafe write(auctions.pages.shadow, target, room, &written),
      unsafe write(bids.pages.shadow, target, room, &written),
      unsafe write(accounts.pages.shadow, target, room, &written),
      unsafe write(links.pages.shadow, target, room, &written),
      unsafe write(sellerBlocks.pages.shadow, target, room, &written),
      unsafe write(rates.pages.shadow, target, room, &written),
      unsafe write(increments.tierPages.shadow, target, room, &written)
    else { return written }
    _ = unsafe write(increments.linkPages.shadow, target, room, &written)
    return written
  }

  /// Writes pages of one table; whether it is through.
  private mutating func write(
    _ shadow: PageShadow,
    _ target: UnsafeMutableRawPointer,
    _ room: Int,
    _ written: inout Int
  ) -> Bool {
    unsafe written += shadow.writePages(into: target + written, room: room - written)
    return shadow.isThrough
  }

  /// Whether all pieces of the running snapshot are written, and it is whole.
  public var isSnapshotWritten: Bool {
    isSnapshotRunning && !hasSnapshotOverflowed && snapshotArea.byteCount == 0
      && auctions.pages.shadow.isThrough && bids.pages.shadow.isThrough
      && accounts.pages.shadow.isThrough && links.pages.shadow.isThrough
      && sellerBlocks.pages.shadow.isThrough && rates.pages.shadow.isThrough
      && increments.tierPages.shadow.isThrough && increments.linkPages.shadow.isThrough
  }

  /// The bytes of changed pages that wait for the snapshot's writer.
  public var snapshotAreaByteCount: Int { snapshotArea.byteCount }

  /// Whether more pages changed than the area holds: the snapshot must be given up.
  public var hasSnapshotOverflowed: Bool { isSnapshotRunning && snapshotArea.hasOverflowed }

  /// Ends the running snapshot, whole or given up; the state is not touched.
  public mutating func endSnapshot() {
    isSnapshotRunning = false
    snapshotArea.clear()
    auctions.pages.shadow.end()
    bids.pages.shadow.end()
    accounts.pages.shadow.end()
    links.pages.shadow.end()
    sellerBlocks.pages.shadow.end()
    rates.pages.shadow.end()
    increments.tierPages.shadow.end()
    increments.linkPages.shadow.end()
  }
}
