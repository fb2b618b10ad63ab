import Primitives
import Testing
import Wire

@testable import Simulator

/// Public frames that are missing, doubled, out of order or nobody's.
@Suite struct SubscriberOracleTests {
  private let run: QuietRun
  /// An update that a subscriber got and that others follow on its connection.
  private let place: Int

  init() throws {
    run = QuietRun(seed: 3)
    #expect(run.scene.run().verdict == .passed)
    let ledger = run.ledger
    place = try #require(
      ledger.frames.firstIndex {
        ledger.sessions[$0.session].role == .trader
          && FrameBytes.header($0.frame).templateID == PriceUpdate.templateID
      })
  }

  private func verdict() -> String? {
    var oracle = SubscriberOracle()
    return oracle.check(run.ledger, run.engine)
  }

  private func next(after place: Int) throws -> Int {
    let link = run.ledger.frames[place].link
    return try #require(
      run.ledger.frames.indices.first {
        $0 > place && run.ledger.frames[$0].link == link
          && FrameBytes.header(run.ledger.frames[$0].frame).templateID == PriceUpdate.templateID
      })
  }

  @Test func nothingIsWrongWithWhatIsRight() {
    var oracle = SubscriberOracle()
    #expect(oracle.check(run.ledger, run.engine) == nil)
    #expect(oracle.comparedCount > 50)
  }

  @Test func anUpdateThatIsMissingIsFound() throws {
    run.ledger.frames.remove(at: place)
    let text = try #require(verdict())
    #expect(text.contains("nothing yet of record") || text.contains("before it"))
  }

  @Test func anUpdateThatComesTwiceIsFound() throws {
    run.ledger.frames.insert(run.ledger.frames[place], at: try next(after: place) + 1)
    #expect(try #require(verdict()).contains("again"))
  }

  @Test func updatesInTheWrongOrderAreFound() throws {
    run.ledger.frames.swapAt(place, try next(after: place))
    #expect(verdict() != nil)
  }

  @Test func anUpdateThatNobodySubscribedIsFound() throws {
    let seen = run.ledger.frames[place]
    let logon = try #require(run.ledger.frames.firstIndex { $0.link == seen.link })
    run.ledger.frames.insert(seen, at: logon + 1)
    #expect(try #require(verdict()).contains("that is not subscribed"))
  }

  @Test func anUpdateBehindTheEndOfASubscriptionIsFound() throws {
    let seen = run.ledger.frames[place]
    let auction = try #require(FrameBytes.decode(seen.frame, as: PriceUpdate.self)).auctionId
    for key in [auction, 0] {
      let over = SubscribeAck(clientRef: 1, auctionId: key, revision: 0, active: 0)
      run.ledger.frames.insert(seen.changed(to: FrameBytes.make(over)), at: place)
    }
    #expect(try #require(verdict()).contains("that is not subscribed"))
  }

  @Test func aViewThatNobodyAskedForIsFound() throws {
    let seen = run.ledger.frames[place]
    let auction = try #require(FrameBytes.decode(seen.frame, as: PriceUpdate.self)).auctionId
    let effects = run.engine.effects.last { $0.auctions.contains { $0.auction == auction } }
    var state = try #require(effects?.auctions.first { $0.auction == auction }?.state)
    state.logPosition += 1
    run.ledger.frames.insert(seen.changed(to: FrameBytes.make(state)), at: place + 1)
    #expect(try #require(verdict()).contains("that was not asked for"))
  }

  @Test func aPageWithAnotherCountIsFound() throws {
    let wrong = run.ledger.frames.indices.filter { index in
      let seen = run.ledger.frames[index]
      guard var end = FrameBytes.decode(seen.frame, as: BidsEnd.self) else { return false }
      end.givenCount += 1
      run.ledger.frames[index] = seen.changed(to: FrameBytes.make(end))
      defer { run.ledger.frames[index] = seen }
      return verdict()?.contains("the end of a page of \(end.givenCount) frames") ?? false
    }
    #expect(!wrong.isEmpty)
  }

  @Test func aSlowReaderMayMissUpdates() throws {
    let seen = run.ledger.frames[place]
    let rest = FrameBytes.make(Heartbeat(nextSequence: 1, time: 1))
    let many = Array(repeating: seen.changed(to: rest), count: 1_000)
    run.ledger.frames.replaceSubrange(place...place, with: many)
    #expect(verdict() == nil)
  }
}
