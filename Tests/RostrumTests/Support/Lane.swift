import Client
import Foundation
import Primitives
import Wire

/// An answer of the server, copied out of the receive buffer.
struct AnswerFrame {
  let bytes: [UInt8]
  let templateID: UInt16

  init(_ frame: ServerFrame) {
    bytes = Array(UnsafeRawBufferPointer(start: frame.start, count: frame.byteCount))
    templateID = frame.templateID
  }

  func decode<Message: WireMessage>(_ type: Message.Type) -> Message? {
    guard templateID == Message.templateID else { return nil }
    return bytes.withUnsafeBytes { $0.baseAddress.map { Message(frame: $0) } }
  }
}

/// One session of a test: the client library's connection, driven by hand.
final class Lane {
  let account: UInt64
  var connection: ShardConnection
  /// Ends all waiting, because nobody is left who could answer.
  var isGivenUp: () -> Bool = { false }
  /// Gets every event that answers a request with a tag of the caller's own.
  var onEvent: ((SessionEvent) -> Void)?
  /// Messages that answer no request.
  var notices: [AnswerFrame] = []
  private var answers: [UInt64: AnswerFrame] = [:]
  private var nextQuestion = Lane.firstQuestion
  static let firstQuestion: UInt64 = 1 << 60

  init(port: UInt16, configuration: SessionConfiguration) {
    account = configuration.credentials.account
    connection = ShardConnection(
      endpoint: Endpoint(address: 0x7F00_0001, port: port), configuration: configuration)
  }

  /// A session of a server without keys; a broker and operator when asked for.
  convenience init(port: UInt16, account: UInt64, mayActForAnyone: Bool = true) {
    let credentials = Credentials.insecure(
      account: account, roles: mayActForAnyone ? [.broker, .operator] : [])
    self.init(port: port, configuration: SessionConfiguration(credentials: credentials))
  }

  var isOpen: Bool { connection.isOpen }
  var inFlight: Int { connection.session.inFlight }

  /// Connects, sends and takes what came; never waits.
  @discardableResult
  func pump() -> Int {
    let now = SystemTime.monotonic()
    connection.advance(now: now)
    connection.flush(now: now)
    var taken = 0
    repeat { taken += takeEvents(now) } while connection.receive(now: now) > 0
    connection.flush(now: now)
    return taken
  }

  /// Takes what the socket still has of a server that is gone.
  func drainLost() {
    let now = SystemTime.monotonic()
    while connection.descriptor >= 0 {
      _ = connection.receive(now: now)
      takeEvents(now)
    }
  }

  func move(to port: UInt16) {
    connection.move(
      to: Endpoint(address: 0x7F00_0001, port: port), now: SystemTime.monotonic())
  }

  @discardableResult
  private func takeEvents(_ now: Nanoseconds) -> Int {
    var taken = 0
    while let event = connection.session.nextEvent() {
      taken += 1
      connection.note(event, now: now)
      switch event {
      case .answered(let request, let frame) where request.tag >= Lane.firstQuestion:
        answers[request.tag] = AnswerFrame(frame)
      case .notice(let frame): notices.append(AnswerFrame(frame))
      default: onEvent?(event)
      }
    }
    return taken
  }

  func open(seconds: Double = 20) throws {
    try wait(seconds, "session of account \(account) is not open: \(connection.lastFailure)") {
      isOpen
    }
  }

  /// Pumps until something holds.
  func wait(_ seconds: Double, _ what: String, _ condition: () -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while !condition() {
      if pump() == 0 { Lane.waitForSockets([self], milliseconds: 2) }
      guard Date() < deadline, !isGivenUp() else {
        throw TestFailure("after \(seconds) s: \(what)")
      }
    }
  }

  /// Sends a request and waits for its answer, whatever that is.
  func answer(
    seconds: Double = 20, to submit: (inout ClientSession, UInt64) -> UInt64?
  ) throws -> AnswerFrame {
    let tag = nextQuestion
    nextQuestion += 1
    var isSubmitted = false
    try wait(seconds, "no answer (\(connection.lastFailure))") {
      if !isSubmitted { isSubmitted = submit(&connection.session, tag) != nil }
      return answers[tag] != nil
    }
    guard let answer = answers.removeValue(forKey: tag) else { throw TestFailure("no answer") }
    return answer
  }

  /// Sends a request and waits for an answer of one kind; another is a failure.
  func ask<Question: WireMessage, Answer: WireMessage>(
    _ question: Question, for type: Answer.Type
  ) throws -> Answer {
    let frame = try answer { session, tag in session.submit(question, tag: tag) }
    if let found = frame.decode(type) { return found }
    let code = frame.decode(Reject.self).map { " (code \($0.code))" } ?? ""
    throw TestFailure("\(Question.name) was answered by template \(frame.templateID)\(code)")
  }

  /// The code with which a request is refused.
  func refusal<Question: WireMessage>(of question: Question) throws -> UInt16 {
    try ask(question, for: Reject.self).code
  }

  /// Creates an auction.
  func create(_ draft: AuctionDraft) throws -> UInt64 {
    let frame = try answer { session, tag in session.submit(draft, tag: tag) }
    guard let ack = frame.decode(AuctionAck.self) else {
      throw TestFailure("no auction: code \(frame.decode(Reject.self)?.code ?? 0)")
    }
    return ack.auctionId
  }

  func view(_ auction: UInt64) throws -> AuctionState {
    try ask(QueryAuction(clientRef: 0, auctionId: auction), for: AuctionState.self)
  }

  func stateHash() throws -> StateHash {
    try ask(QueryStateHash(clientRef: 0), for: StateHash.self)
  }

  /// Sleeps until one of the lanes has something to do.
  static func waitForSockets(_ lanes: [Lane], milliseconds: Int32) {
    var set: [pollfd] = []
    for lane in lanes where lane.connection.descriptor >= 0 {
      let events = POLLIN | (lane.connection.wantsToWrite ? POLLOUT : 0)
      set.append(pollfd(fd: lane.connection.descriptor, events: Int16(events), revents: 0))
    }
    poll(&set, nfds_t(set.count), milliseconds)
  }
}

/// A bid of an account on an auction, as a request.
func placeBid(
  _ auction: UInt64, by bidder: UInt64, _ amount: Int64, kind: BidKind = .proxy
) -> PlaceBid {
  PlaceBid(
    clientRef: 0, auctionId: auction, bidderId: bidder, amount: amount, ifRevision: 0,
    clientTime: SystemTime.wall(), deviceTag: 0, kind: kind.rawValue, flags: 0, currency: 840)
}

/// An auction that ends in an hour.
func hourLongDraft(startPrice: Int64 = 100, seller: UInt64 = 900) -> AuctionDraft {
  AuctionDraft(
    startPrice: startPrice, endTime: SystemTime.wall() + 3_600 * TimeSpan.second, seller: seller)
}
