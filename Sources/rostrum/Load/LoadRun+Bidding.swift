import CSockets
import Client
import Primitives

extension LoadRun {
  /// Bids for the planned time, warm-up first, and waits for the last answers.
  ///
  /// - Returns: How long the measured part took, in nanoseconds.
  mutating func bid() throws(CommandFailure) -> Nanoseconds {
    stage = .bidding
    let start = SystemTime.monotonic()
    let measured = start + plan.warmUp
    var pacer = Pacer(plan, start: start)
    var progress = LoadProgress(start: start)
    try bid(until: measured, &pacer, &progress)
    let begin = SystemTime.monotonic()
    totals.startMeasuring(at: begin)
    try bid(until: begin + plan.duration, &pacer, &progress)
    let elapsed = SystemTime.monotonic() - begin
    answeredInTime = totals.answered
    try drain()
    StandardError.endProgress()
    return elapsed
  }

  private mutating func bid(
    until end: Nanoseconds,
    _ pacer: inout Pacer,
    _ progress: inout LoadProgress
  ) throws(CommandFailure) {
    var now = SystemTime.monotonic()
    while now < end {
      let hasReceived = receive(now: now)
      compareAnswers()
      now = SystemTime.monotonic()
      switch plan.pace {
      case .rate: placeDue(&pacer, now: now)
      case .window(let window):
        refill(window: window, now: now)
        // Nothing to do: the server's flush may need this core. An open loop must not go away.
        if !hasReceived { rostrum_net_yield() }
      }
      flush(now: now)
      try advance(now: now)
      progress.show(totals, inFlight: inFlightNow, now: now)
      now = SystemTime.monotonic()
    }
  }

  /// Waits for the answers that are still missing; sends nothing new.
  private mutating func drain() throws(CommandFailure) {
    let limit = SystemTime.monotonic() + plan.patience
    while !isIdle {
      let now = SystemTime.monotonic()
      receive(now: now)
      compareAnswers()
      flush(now: now)
      try advance(now: now)
      guard now < limit else {
        throw CommandFailure(
          "\(inFlightNow) bids have no answer after \(Duration.text(plan.patience)); see --patience"
        )
      }
    }
    compareAnswers()
    for shard in 0..<shardCount where orders[shard].hasOverflowed {
      totals.fail("answers of shard \(shard) came too far out of order to be compared")
    }
  }

  /// Closed loop: fills each lane's window again, a quarter of it at least, so that one system
  /// call carries many bids.
  private mutating func refill(window: Int, now: Nanoseconds) {
    let wallTime = SystemTime.wall()
    for index in 0..<lanes.count {
      let free = window - lanes[index].inFlight
      guard free >= (window + 3) / 4, mayPlace(lane: index) else { continue }
      for _ in 0..<free {
        guard place(lane: index, intended: now, wallTime: wallTime) else { break }
      }
    }
    totals.inFlightMax = max(totals.inFlightMax, inFlightNow)
  }

  /// Open loop: places every bid whose time has come, on the next lane that has room.
  private mutating func placeDue(_ pacer: inout Pacer, now: Nanoseconds) {
    guard pacer.nextTime <= now else { return }
    let wallTime = SystemTime.wall()
    while pacer.nextTime <= now {
      guard let lane = laneWithRoom(from: pacer.placedCount),
        place(lane: lane, intended: pacer.nextTime, wallTime: wallTime)
      else { break }
      let delay = now - pacer.nextTime
      totals.sendDelayMax = max(totals.sendDelayMax, delay)
      if delay > LoadPlan.lateAfter { totals.lateSends += 1 }
      pacer.advance()
    }
    totals.inFlightMax = max(totals.inFlightMax, inFlightNow)
  }

  private func laneWithRoom(from start: UInt64) -> Int? {
    guard inFlightNow < plan.inFlightMax else { return nil }
    for offset in 0..<lanes.count {
      let index = Int((start &+ UInt64(offset)) % UInt64(lanes.count))
      if lanes[index].inFlight < plan.windowMax, mayPlace(lane: index) { return index }
    }
    return nil
  }

  private func mayPlace(lane index: Int) -> Bool {
    lanes[index].connection.isOpen && orders[lanes[index].shardIndex].hasRoom
  }

  private mutating func place(
    lane index: Int,
    intended: Nanoseconds,
    wallTime: Nanoseconds
  ) -> Bool {
    let shard = lanes[index].shardIndex
    if lanes[index].inFlight == 0 {
      // Whatever this lane sends now comes after everything that was answered so far.
      lanes[index].reached = max(lanes[index].reached, orders[shard].newest)
    }
    guard lanes[index].connection.session.canSubmit(bodyByteCount: 64) else { return false }
    let bid = generator.next(laneIndex: index)
    let isPlaced = lanes[index].place(
      bid,
      auction: auctionIDs[bid.auctionIndex],
      intended: intended,
      wallTime: wallTime,
      isMeasured: totals.isMeasuring
    )
    guard isPlaced else { return false }
    totals.sent += 1
    settle(lane: index)
    return true
  }
}
