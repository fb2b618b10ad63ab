internal import Primitives

extension Gateway {
  /// A record was staged that is no client's command, such as a tick.
  ///
  /// What is told of the state from now on waits for it.
  @_noLocks @inline(__always)
  public mutating func recordStaged() { release.hasStaged = true }

  /// The log has sealed a batch: everything delivered so far waits for it.
  ///
  /// - Parameter batch: The log's number of the batch, above all before.
  /// - Complexity: O(sessions touched).
  @_noLocks
  public mutating func sealTurn(batch: UInt64) {
    let isIdle = !release.isSealed
    invariant(isIdle, "one batch is written at a time")
    let isNext = batch > release.sealedBatch
    invariant(isNext, "batches are numbered upwards")
    release.isSealed = true
    release.sealedBatch = batch
    release.hasStaged = false
    let list = release.gatheringList
    release.gatheringList = 1 - list
    release.gatheringOrdinal += 1
    var next = list == 0 ? release.heads.0 : release.heads.1
    while next != SessionTable.none {
      let place = Int(next)
      sessions[place].sealedEnd = sessions[place].ring.tail
      sessions[place].sealedCount = sessions[place].gatheredCount
      sessions[place].gatheredCount = 0
      next = list == 0 ? sessions[place].links.0 : sessions[place].links.1
    }
  }

  /// Batches are durable: what waited for them may leave.
  ///
  /// - Parameter batch: The log's number of the newest durable batch.
  /// - Complexity: O(sessions touched).
  @_noLocks
  public mutating func released(throughBatch batch: UInt64) {
    guard release.isSealed, release.sealedBatch <= batch else { return }
    release.isSealed = false
    release.releasedOrdinal = release.gatheringOrdinal - 1
    let list = 1 - release.gatheringList
    var next = takeList(list)
    while next != SessionTable.none {
      let place = Int(next)
      next = list == 0 ? sessions[place].links.0 : sessions[place].links.1
      sessions[place].listBits &= ~(1 << UInt8(list))
      if sessions[place].sealedEnd > sessions[place].durableEnd {
        sessions[place].durableEnd = sessions[place].sealedEnd
      }
      sessions[place].inFlight -= sessions[place].sealedCount
      sessions[place].sealedCount = 0
      wake(place)
    }
  }

  @_noLocks
  private mutating func takeList(_ list: Int) -> UInt32 {
    let head = list == 0 ? release.heads.0 : release.heads.1
    if list == 0 {
      release.heads.0 = SessionTable.none
    } else {
      release.heads.1 = SessionTable.none
    }
    return head
  }
}

extension Gateway {
  /// Puts a session on the list of the batch that gathers.
  @_noLocks @inline(__always)
  mutating func touch(_ place: Int) {
    enlist(place, release.gatheringList)
  }

  @_noLocks @inline(__always)
  private mutating func enlist(_ place: Int, _ list: Int) {
    let bit: UInt8 = 1 << UInt8(list)
    guard sessions[place].listBits & bit == 0 else { return }
    sessions[place].listBits |= bit
    if list == 0 {
      sessions[place].links.0 = release.heads.0
      release.heads.0 = UInt32(place)
    } else {
      sessions[place].links.1 = release.heads.1
      release.heads.1 = UInt32(place)
    }
  }

  /// The number of the batch that must be durable before the state of now may be told; 0 = none.
  ///
  /// The session is put on that batch's list, so that its connection is woken then.
  @_noLocks
  mutating func holdForBatch(_ place: Int) -> UInt64 {
    if release.hasStaged {
      touch(place)
      return release.gatheringOrdinal
    }
    guard release.isSealed else { return 0 }
    let list = 1 - release.gatheringList
    if sessions[place].listBits & (1 << UInt8(list)) == 0 {
      probe(.answerHeldForSealed)
      // Nothing of its ring waits for that batch: only the answer does.
      sessions[place].sealedEnd = sessions[place].durableEnd
      enlist(place, list)
    }
    return release.gatheringOrdinal - 1
  }

  /// The number of the batch that must be durable before all of a session is; 0 = none.
  @_noLocks
  func pendingBatch(_ place: Int) -> UInt64 {
    let bits = sessions[place].listBits
    if bits & (1 << UInt8(release.gatheringList)) != 0 { return release.gatheringOrdinal }
    return bits == 0 ? 0 : release.gatheringOrdinal - 1
  }
}
