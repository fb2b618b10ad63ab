internal import Primitives
internal import Wire

extension Engine {
  /// The most bytes that one timer writes: AuctionEnded and AuctionWon, or an AuctionState.
  static var firedByteCountMax: Int { 512 }

  /// Fires what is due at or before the stamp's time, in (due time, auction id) order.
  ///
  /// Stops with `moreDue` when the outbox is nearly full. What was fired stays fired, so that the
  /// order of all events is the same whatever the size of the outbox.
  @inline(never)
  mutating func fireDue(_ stamp: Stamp, _ outbox: inout Outbox) {
    var firedCount = 0
    while nextDue <= stamp.time {
      guard outbox.freeByteCount >= Engine.firedByteCountMax else {
        probe(.timersResumed)
        moreDue = true
        return
      }
      fire(timers.nextSlot, due: nextDue, stamp, &outbox)
      firedCount += 1
    }
    if firedCount > 1 { probe(.timersSeveral) }
  }

  private mutating func fire(
    _ slot: UInt32,
    due: Nanoseconds,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    auctions.willChange(slot)
    switch auctions[slot].status {
    case SlotStatus.scheduled:
      probe(.auctionOpened)
      open(slot)
      setTimer(slot, due: auctions[slot].endTime)
      publishState(slot, stamp, &outbox)
    case SlotStatus.active:
      end(slot, at: due, stamp, &outbox)
    default:
      probe(.auctionForgotten)
      forget(slot)
    }
  }

  /// A scheduled auction takes bids from now on.
  mutating func open(_ slot: UInt32) {
    auctions[slot].setStatus(SlotStatus.active)
    auctions[slot].revision &+= 1
    activeCount += 1
  }

  /// The end of an active auction has come.
  private mutating func end(
    _ slot: UInt32,
    at due: Nanoseconds,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let outcome = self.outcome(slot)
    close(slot, as: SlotStatus.ended, at: due)
    publishEnd(slot, outcome, at: due, stamp, &outbox)
    if outcome == .sold { tellWon(slot, at: due, stamp, &outbox) }
  }

  /// How an auction ends whose time has come.
  private mutating func outcome(_ slot: UInt32) -> EndOutcome {
    if auctions[slot].leader == 0 {
      probe(.endedWithoutBids)
      return .noBids
    }
    guard auctions[slot].price < auctions[slot].reserve else { return .sold }
    probe(.endedBelowReserve)
    return .reserveNotMet
  }

  /// Ends or cancels an auction: its bids and its leader's exposure go, its answer stays for the
  /// retention time.
  mutating func close(_ slot: UInt32, as status: UInt32, at time: Nanoseconds) {
    if auctions[slot].status == SlotStatus.active { activeCount -= 1 }
    auctions[slot].setStatus(status)
    auctions[slot].revision &+= 1
    if auctions[slot].leader != 0 {
      addExposure(-auctions[slot].maximum, to: auctions[slot].leader)
    }
    bids.give(backListFrom: auctions[slot].newestBid)
    auctions[slot].newestBid = 0
    auctions[slot].leadingBid = 0
    // The retention may change later: when the auction is forgotten is kept where nobody reads the
    // hard end any more.
    auctions[slot].hardEnd = time &+ retention
    setTimer(slot, due: auctions[slot].hardEnd)
  }

  /// The retention time is over: the slot is free for a new auction.
  private mutating func forget(_ slot: UInt32) {
    timers.remove(auctions[slot].timerIndex, auctions)
    increments.release(auctions[slot].incrementTable)
    auctions.give(back: slot)
    settle()
  }

  /// Starts or moves an auction's timer.
  mutating func setTimer(_ slot: UInt32, due: Nanoseconds) {
    if auctions[slot].timerIndex == 0 {
      timers.add(auctions.id(slot, on: shard), due: due, auctions)
    } else {
      timers.move(auctions[slot].timerIndex, due: due, auctions)
    }
    settle()
  }

  /// Soft close moved an end later: unless the timer is the next one, it may stay where it is.
  @inline(always)
  mutating func postponeTimer(_ slot: UInt32) {
    if auctions[slot].timerIndex == 1 { settle() }
  }

  /// Moves timers that soft close left behind, until the first one is due at its auction's end.
  ///
  /// A timer that was left behind is too early and never too late: once the first one is right,
  /// no other can be due before it.
  private mutating func settle() {
    while timers.count > 0 {
      let slot = timers.nextSlot
      guard auctions[slot].status == SlotStatus.active, auctions[slot].endTime > timers.nextDue
      else { break }
      probe(.timerPostponed)
      timers.move(1, due: auctions[slot].endTime, auctions)
    }
    nextDue = timers.nextDue
  }

  /// Moves the leader's maximum from one account's sum to another's.
  @inline(always)
  mutating func moveExposure(from before: Standing, to after: Standing) {
    if before.leader == after.leader, before.maximum == after.maximum { return }
    if before.leader != 0 { addExposure(0 &- before.maximum, to: before.leader) }
    if after.leader != 0 { addExposure(after.maximum, to: after.leader) }
  }

  /// Adds to the sum of an account's leading maxima.
  @inline(always)
  mutating func addExposure(_ amount: Int64, to account: UInt64) {
    let index = accounts.find(account)
    invariant(index >= 0, "an account that leads is known")
    accounts[index].exposure &+= amount
  }
}
