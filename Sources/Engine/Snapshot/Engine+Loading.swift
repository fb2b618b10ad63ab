public import Primitives

/// What the scalars of a snapshot said of the tables, while the pages are loaded.
struct LoadedScalars: BitwiseCopyable {
  var nextDue: Nanoseconds
  var activeCount: Int
}

extension Engine {
  /// Puts a piece of a snapshot back into an engine that is fresh and has the same limits.
  ///
  /// The scalars come first, the other pieces in any order. After a refused piece the engine must
  /// not be used: parts of its tables are filled.
  ///
  /// - Parameter piece: A piece that `writeSnapshot` wrote.
  /// - Returns: Whether the piece is sound, fits this engine and came for the first time.
  public mutating func load(_ piece: SnapshotPiece) -> Bool {
    switch EnginePiece(rawValue: piece.kind) {
    case .scalars: return loadScalars(piece)
    case .none: return false
    default: break
    }
    guard loading != nil else { return false }
    switch EnginePiece(rawValue: piece.kind) {
    case .auctions: return auctions.pages.shadow.load(piece, recordEnd: Int(auctions.slotEnd))
    case .bids: return bids.pages.shadow.load(piece, recordEnd: Int(bids.end))
    case .accounts: return accounts.pages.loadSparse(piece, recordEnd: accounts.placeCount)
    case .linkGroups: return links.pages.shadow.load(piece, recordEnd: Int(links.indexEnd))
    case .sellerBlocks:
      return sellerBlocks.pages.loadSparse(piece, recordEnd: sellerBlocks.placeCount)
    case .rateBuckets: return rates.pages.loadSparse(piece, recordEnd: rates.placeCount)
    case .incrementTiers:
      return increments.tierPages.shadow.load(piece, recordEnd: Int(increments.indexEnd))
    case .incrementLinks:
      return increments.linkPages.shadow.load(piece, recordEnd: Int(increments.indexEnd))
    case .scalars, .none: return false
    }
  }

  private mutating func loadScalars(_ piece: SnapshotPiece) -> Bool {
    let isFresh = loading == nil && position == 0 && auctions.slotEnd == 0 && !isSnapshotRunning
    guard isFresh, var words = ScalarWords(piece), isOfThisEngine(&words) else { return false }
    time = words.take()
    position = words.take()
    retention = words.take()
    let nextDue = words.take()
    guard let activeCount = words.takeIndex(atMost: limits.auctionsMax) else { return false }
    loading = LoadedScalars(nextDue: nextDue, activeCount: activeCount)
    return auctions.load(&words) && bids.load(&words) && accounts.load(&words)
      && links.load(&words) && sellerBlocks.load(&words) && increments.load(&words)
  }

  /// Whether a snapshot is of this shard and was made with these limits: they decide refusals.
  private func isOfThisEngine(_ words: inout ScalarWords) -> Bool {
    let expected: InlineArray<9, UInt64> = [
      ScalarWords.formatVersion, UInt64(shard.number), UInt64(limits.auctionsMax),
      UInt64(limits.bidsMax), UInt64(limits.accountsMax), UInt64(limits.linkGroupsMax),
      UInt64(limits.sellerBlocksMax), UInt64(limits.rateBucketsMax),
      UInt64(limits.incrementTablesMax),
    ]
    for index in 0..<9 where words.take() != expected[index] { return false }
    return true
  }

  /// Checks that the loaded pieces are a whole state, and rebuilds what can be derived: timers,
  /// exposures, lists of increment tables.
  ///
  /// - Returns: Whether the engine can go on at `position`; otherwise it must not be used.
  /// - Complexity: O(state), mostly in the order of memory.
  public mutating func finishLoading() -> Bool {
    guard let scalars = loading, hasAllPages, increments.hasNamedTables, increments.relink(),
      accounts.isSound(), sellerBlocks.isSound(), links.isSound(), hasSoundAccounts(),
      hasSoundBids(), auctions.hasSoundFreeSlots(), hasSoundAuctions()
    else { return false }
    rebuildAuctions()
    loading = nil
    return nextDue == scalars.nextDue && activeCount == scalars.activeCount
  }

  /// Whether no page is missing; what is missing of a sparse table is told by its counts.
  private var hasAllPages: Bool {
    auctions.pages.shadow.isLoaded(recordEnd: Int(auctions.slotEnd))
      && bids.pages.shadow.isLoaded(recordEnd: Int(bids.end))
      && links.pages.shadow.isLoaded(recordEnd: Int(links.indexEnd))
      && increments.tierPages.shadow.isLoaded(recordEnd: Int(increments.indexEnd))
      && increments.linkPages.shadow.isLoaded(recordEnd: Int(increments.indexEnd))
  }

  /// Starts every auction's timer and adds the leaders' maxima up.
  private mutating func rebuildAuctions() {
    var account = accounts.next(0)
    while account < accounts.placeCount {
      accounts[account].exposure = 0
      account = accounts.next(account + 1)
    }
    for slot in 0..<auctions.slotEnd {
      auctions[slot].timerIndex = 0
      let status = auctions[slot].status
      if status == SlotStatus.active {
        activeCount += 1
        if auctions[slot].leader != 0 {
          addExposure(auctions[slot].maximum, to: auctions[slot].leader)
        }
      }
      guard let due = due(slot) else { continue }
      timers.add(auctions.id(slot, on: shard), due: due, auctions)
    }
    nextDue = timers.nextDue
  }

  /// When an auction's next change of state is due; nil for a draft and for a free slot.
  func due(_ slot: UInt32) -> Nanoseconds? {
    switch auctions[slot].status {
    case SlotStatus.scheduled: auctions[slot].startTime
    case SlotStatus.active: auctions[slot].endTime
    case SlotStatus.ended, SlotStatus.cancelled: auctions[slot].hardEnd
    default: nil
    }
  }
}
