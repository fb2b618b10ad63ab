import Primitives
import Testing
import Wire

@testable import Simulator

/// What the ledger makes of answers: each fits its question, comes once and in its turn.
@Suite struct LedgerAnswerTests {
  private let ledger = ClientLedger()
  private let session: Int

  init() {
    let name = SessionName(high: 1, low: 2)
    session = ledger.addSession(ClientIdentity(account: 7, role: .trader, session: name))
    ledger.logsOn(link: 1, session: session, wanted: 1)
    see(
      LogonAck(
        sessionIdHigh: 1, sessionIdLow: 2, engineIdHigh: 3, engineIdLow: 4, serverTime: 1,
        nextServerSequence: 1, nextClientSequence: 1, oldestReplayableSequence: 1,
        keepaliveMs: 1_000, maxInFlight: 64, ratePerSecond: 0, burst: 0, schemaVersion: 1, shard: 0,
        shards: 1))
  }

  private func see(_ message: some WireMessage, sequence: UInt64 = 0) {
    ledger.see(FrameBytes.make(message, sequence: sequence), link: 1, time: 2)
  }

  private func ask(_ ref: UInt64, _ question: some WireMessage) {
    ledger.addRequest(
      session: session, sequence: 0, refs: [ref], frame: FrameBytes.make(question), time: 1)
  }

  private func control(_ sequence: UInt64) {
    let message = AccountControl(
      clientRef: 100 + sequence, actorId: 7, accountId: 7, otherId: 8, amount: 0, clientTime: 0,
      action: AccountAction.sellerBlock.rawValue)
    ledger.addRequest(
      session: session, sequence: sequence, refs: [100 + sequence],
      frame: FrameBytes.make(message, sequence: sequence), time: 1)
  }

  private func reject(_ ref: UInt64, template: UInt16) -> Reject {
    Reject(
      clientRef: ref, auctionId: 0, price: Money.absent, minNext: Money.absent, revision: 0,
      logPosition: 0, time: 1, refTemplateId: template, code: 40, retryAfterMicroseconds: 1)
  }

  private func ack(_ sequence: UInt64, position: UInt64) -> AccountAck {
    AccountAck(
      clientRef: 100 + sequence, accountId: 7, exposure: 0, logPosition: position, time: 1)
  }

  private func expect(_ text: String) {
    #expect(ledger.contradictions.count == 1)
    #expect(ledger.contradictions.first?.contains(text) ?? false)
  }

  @Test func anAnswerOfAnotherKindIsFound() {
    ask(5, QueryAuction(clientRef: 5, auctionId: 1))
    see(StateHash(clientRef: 5, logPosition: 1, hash: .zero))
    expect("template \(StateHash.templateID) answers a request of template 122")
  }

  @Test func anAnswerAboutAnotherAuctionIsFound() {
    ask(5, Unsubscribe(clientRef: 5, auctionId: 1))
    see(SubscribeAck(clientRef: 5, auctionId: 2, revision: 0, active: 0))
    expect("about auction 2 and not 1")
  }

  @Test func aSubscriptionTheOtherWayRoundIsFound() {
    ask(5, Unsubscribe(clientRef: 5, auctionId: 1))
    see(SubscribeAck(clientRef: 5, auctionId: 1, revision: 0, active: 1))
    expect("the other way round")
  }

  @Test func aRefusalOfAnotherTemplateIsFound() {
    ask(5, QueryAuction(clientRef: 5, auctionId: 1))
    see(reject(5, template: QueryBids.templateID))
    expect("a refusal of template 123 to a request of template 122")
  }

  @Test func anAnswerThatComesTwiceIsFound() {
    ask(5, QueryStateHash(clientRef: 5))
    for _ in 0..<2 { see(StateHash(clientRef: 5, logPosition: 1, hash: .zero)) }
    expect("was sent 1 times and answered once more")
  }

  @Test func anEndOfTheLogThatNobodyAskedForIsFound() {
    ask(5, QueryLogHead(clientRef: 5))
    for _ in 0..<2 { see(LogHead(logPosition: 1, time: 1, hash: .zero)) }
    expect("which nobody asked for")
  }

  @Test func aRefusalThatIsSentMoreOftenThanTheRequestIsFound() {
    control(1)
    for _ in 0..<2 { see(reject(101, template: AccountControl.templateID)) }
    expect("request 1 was sent 1 times and answered once more")
  }

  @Test func aRefusalThatOvertakesAReplyIsFound() {
    control(1)
    control(2)
    see(reject(102, template: AccountControl.templateID))
    see(ack(1, position: 9), sequence: 1)
    expect("request 1 was decided, and the refusal of request 2, which was sent after it")
  }

  @Test func aRefusalBehindTheReplyBeforeItIsRight() {
    control(1)
    control(2)
    see(ack(1, position: 9), sequence: 1)
    see(reject(102, template: AccountControl.templateID))
    #expect(ledger.contradictions.isEmpty)
    #expect(ledger.highestPosition == 9)
  }

  @Test func aFarewellBeforeTheEndOfTheStreamIsFound() {
    see(EndOfSession(time: 1, lastSequence: 1))
    expect("the connection ends with message 1, and 1 was to come")
  }

  @Test func everyFrameThatNamesARecordCounts() {
    see(LogHead(logPosition: 3, time: 1, hash: .zero))
    #expect(ledger.highestPosition == 3)
    see(
      Outbid(
        auctionId: 1, bidderId: 7, yourMaximum: 1, price: 1, minNext: 2, revision: 1,
        logPosition: 77, time: 1, endTime: 1), sequence: 1)
    #expect(ledger.highestPosition == 77)
  }

  @Test func thePositionOfEachKindIsTheOneThatItSays() {
    let run = QuietRun(seed: 3)
    #expect(run.scene.run().verdict == .passed)
    var kinds: Set<UInt16> = []
    for frame in run.ledger.frames.map(\.frame) {
      guard let position = Self.decodedPosition(frame) else { continue }
      kinds.insert(FrameBytes.header(frame).templateID)
      #expect(FrameBytes.position(frame) == position)
    }
    #expect(kinds.count > 8)
  }

  private static func decodedPosition(_ frame: [UInt8]) -> UInt64? {
    if let one = FrameBytes.decode(frame, as: BidAck.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: Reject.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: Outbid.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AuctionAck.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: RemoveAck.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AccountAck.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AuctionWon.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AuctionState.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: PriceUpdate.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AuctionEnded.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: BidEntry.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: AuctionExtended.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: LogHead.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: StateHash.self) { return one.logPosition }
    if let one = FrameBytes.decode(frame, as: SnapshotTaken.self) { return one.logPosition }
    return nil
  }
}
