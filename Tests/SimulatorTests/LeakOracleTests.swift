import Primitives
import Testing
import Wire

@testable import Simulator

@Suite struct LeakOracleTests {
  /// The first run at whose end a great amount is hidden.
  private static let seed = (3...20 as ClosedRange<UInt64>).first { seed in
    let run = QuietRun(seed: seed)
    _ = run.scene.run()
    return hiddenAtTheEnd(of: run) != nil
  }

  private let run: QuietRun

  init() throws {
    run = QuietRun(seed: try #require(Self.seed))
    let report = run.scene.run()
    #expect(report.verdict == .passed)
  }

  /// What a new oracle says when a client is told one frame more.
  private func verdict(_ frame: [UInt8], to session: Int) -> String? {
    run.ledger.frames.append(LedgerFrame(session: session, link: 0, time: 0, frame: frame))
    return LeakOracle().check(run.ledger, run.engine)
  }

  private func trader(but account: UInt64 = 0) throws -> Int {
    try #require(
      run.ledger.sessions.firstIndex { $0.role == .trader && $0.account != account })
  }

  @Test func nothingIsWrongWithWhatIsRight() {
    let oracle = LeakOracle()
    #expect(oracle.check(run.ledger, run.engine) == nil)
    #expect(oracle.secretCount > 0)
  }

  @Test func aReplyWithAnothersMaximumIsFound() throws {
    let seen = try #require(
      run.ledger.frames.last { FrameBytes.header($0.frame).templateID == BidAck.templateID })
    let ack = try #require(FrameBytes.decode(seen.frame, as: BidAck.self))
    let text = verdict(seen.frame, to: try trader(but: ack.bidderId))
    #expect(try #require(text).contains("of a bid of account \(ack.bidderId)"))
  }

  @Test func aRowThatShowsMoreThanThePriceIsFound() throws {
    let row = BidEntry(
      auctionId: 1, bidderId: 2_001, amount: 501, priceAfter: 500, leaderAfter: 2_001, time: 0,
      logPosition: 1, kind: 0, flags: 0, rowNumber: 1)
    let text = verdict(FrameBytes.make(row), to: try trader())
    #expect(try #require(text).contains("above the price"))
  }

  @Test func theExposureOfAnotherIsFound() throws {
    let ack = AccountAck(clientRef: 1, accountId: 77, exposure: 5, logPosition: 1, time: 0)
    #expect(verdict(FrameBytes.make(ack), to: try trader()) != nil)
  }

  @Test func aStateHashForATraderIsFound() throws {
    let hash = StateHash(clientRef: 1, logPosition: 1, hash: Digest(1, 2, 3, 4))
    #expect(verdict(FrameBytes.make(hash), to: try trader()) != nil)
  }

  /// A great maximum or reserve that is hidden at the end, in a frame that may not carry it.
  @Test func theBytesOfAHiddenAmountAreFound() throws {
    let after = try #require(Self.hiddenAtTheEnd(of: run))
    let isSellers = LeakOracle.greatAmounts.contains(after.terms.reserve)
    let amount = isSellers ? after.terms.reserve : after.terms.maximum
    let owner = isSellers ? after.state.sellerId : after.terms.leader
    let stranger = try #require(
      run.ledger.sessions.indices.first { session in
        let account = run.ledger.sessions[session].account
        return account != owner && account != after.state.sellerId && account < 3_000
      })
    var price = PriceUpdate(
      auctionId: after.state.auctionId, price: amount, minNext: 0, leaderId: 0, revision: 1,
      logPosition: run.records.last?.position ?? 0, time: 0, endTime: 0, status: 2,
      reserveState: 0, flags: 0, bidCount: 1)
    let text = try #require(verdict(FrameBytes.make(price), to: stranger))
    #expect(text.contains("\(amount), which account"))
    run.ledger.frames.removeLast()
    // The same number less one is nobody's secret.
    price.price = amount - 1
    #expect(verdict(FrameBytes.make(price), to: stranger) == nil)
  }

  private static func hiddenAtTheEnd(
    of run: QuietRun
  ) -> (state: AuctionState, terms: HiddenTerms)? {
    guard let model = run.engine.model else { return nil }
    for id in model.auctionIDs {
      guard let state = model.state(of: id), let terms = model.hidden(of: id) else { continue }
      let great = LeakOracle.greatAmounts
      let isHidden = max(state.price, state.minNext) < great.lowerBound && state.status != 0
      if isHidden, great.contains(terms.reserve) || great.contains(terms.maximum) {
        return (state, terms)
      }
    }
    return nil
  }
}
