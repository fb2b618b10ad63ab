import Primitives
import Testing
import Wire

@testable import Engine
@testable import Simulator

/// Equal commands give equal states and frames; one different command gives another state.
@Suite struct DeterminismTests {
  private struct Logged {
    var step: Step
    var time: UInt64
    var session: UInt32
    var roles: Roles
  }

  /// A log of random commands, and what the engine said while it was made.
  private func record(seed: UInt64) -> (log: [Logged], sent: [Sent], hash: Digest) {
    var driver = EngineDriver()
    let model = BookModel(.tiny, beside: driver)
    var steps = RandomSteps(seed: seed)
    var log: [Logged] = []
    var sent: [Sent] = []
    for _ in 0..<400 {
      driver.time += steps.pause()
      let step = steps.next(model)
      let session = UInt32(65_536 + steps.below(4))
      let isOperator = steps.chance(40)
      let roles: Roles = isOperator ? [.operator] : []
      _ = model.apply(step, on: driver, session: session, roles: roles)
      sent += driver.apply(step, session: session, roles: roles)
      log.append(Logged(step: step, time: driver.time, session: session, roles: roles))
    }
    return (log, sent, driver.engine.stateHash())
  }

  private func replay(_ log: [Logged], outboxByteCount: Int) -> (sent: [Sent], hash: Digest) {
    var driver = EngineDriver(outboxByteCount: outboxByteCount)
    var sent: [Sent] = []
    for one in log {
      driver.time = one.time
      sent += driver.apply(one.step, session: one.session, roles: one.roles)
    }
    return (sent, driver.engine.stateHash())
  }

  @Test(arguments: 0..<20) func replayGivesTheSameStateAndFrames(seed: UInt64) {
    let live = record(seed: 500 + seed)
    let replayed = replay(live.log, outboxByteCount: 1 << 20)
    #expect(replayed.hash == live.hash)
    #expect(replayed.sent == live.sent)
  }

  @Test(arguments: 0..<20) func oneMoreBidGivesAnotherState(seed: UInt64) {
    var live = record(seed: 900 + seed)
    var auction = CreateAuction.plain(at: live.log.last?.time ?? 0)
    auction.startPrice = 100
    live.log.append(
      Logged(
        step: .create(auction, []),
        time: live.log.last?.time ?? 0,
        session: 65_536,
        roles: []
      )
    )
    let one = replay(live.log, outboxByteCount: 65_536)
    auction.startPrice = 101
    live.log[live.log.count - 1].step = .create(auction, [])
    let two = replay(live.log, outboxByteCount: 65_536)
    #expect(one.hash != live.hash)
    #expect(one.hash != two.hash)
  }

  @Test func everyPartOfTheStateIsInTheHash() {
    var hashes: Set<Digest> = []
    func add(_ change: (inout EngineDriver) -> Void) {
      var driver = EngineDriver()
      let id = driver.create(.plain())
      #expect(driver.bid(1, 500, on: id) == 0)
      change(&driver)
      #expect(hashes.insert(driver.engine.stateHash()).inserted)
    }
    let id: UInt64 = 1 << 32
    add { _ in }
    add { _ = $0.bid(1, 501, on: id) }
    add { _ = $0.bid(1, 502, on: id) }
    add { _ = $0.apply(.bid(.of(1, 502, on: id)), session: 65_539) }
    add { _ = $0.bid(2, 450, on: id) }
    add { _ = $0.bid(3, 450, on: id) }
    add { _ = $0.control(.of(.block, 2)) }
    add { _ = $0.control(.of(.verify, 2)) }
    add { _ = $0.control(.of(.limitExposure, 2, amount: 9)) }
    add { _ = $0.control(.of(.link, 2, other: 3)) }
    add { _ = $0.control(.of(.sellerBlock, 100, other: 2)) }
    add { _ = $0.apply(.configure(retentionSeconds: 9)) }
    add { _ = $0.update(id, .endTime) { $0.endTime = 2_000_000_000_000_000 } }
    add { _ = $0.cancel(id, by: 5, reason: 1, roles: .operator) }
    add {
      $0.time += 1
      _ = $0.cancel(id, by: 5, reason: 1, roles: .operator)
    }
  }

  @Test func idleAccountsAreNoPartOfTheState() {
    var driver = EngineDriver()
    _ = driver.create(.plain())
    let before = driver.engine.stateHash()
    _ = driver.control(.of(.block, 77))
    _ = driver.control(.of(.unblock, 77))
    _ = driver.control(.of(.link, 77, other: 78))
    _ = driver.control(.of(.unlink, 78))
    #expect(driver.engine.stateHash() == before)
    driver.time += 5
    _ = driver.apply(.tick)
    #expect(driver.engine.stateHash() == before)
  }
}
