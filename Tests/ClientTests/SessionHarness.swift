import Primitives
import Wire

@testable import Client

/// A frame that a session sent.
struct SentFrame: Equatable {
  var template: UInt16
  var sequence: UInt64
  var ref: UInt64
}

/// Plays the server of one session by hand: reads what it sends, hands it frames.
struct SessionHarness: ~Copyable {
  var session: ClientSession
  var now: Nanoseconds = 1_000_000_000
  var nextServerSequence: UInt64 = 1
  var engineID: UInt64 = 77

  init(inFlightMax: Int = 8, requestByteCount: Int = 65_536) {
    var configuration = SessionConfiguration(
      credentials: .insecure(account: 5, roles: [.broker, .operator]),
      continuing: SessionID(high: 1, low: 2)
    )
    configuration.firstRef = 1
    configuration.inFlightMax = inFlightMax
    configuration.requestByteCount = requestByteCount
    session = ClientSession(configuration: configuration)
  }

  /// Everything that the session wants to send now, at most `limit` bytes a "system call".
  mutating func sentFrames(limit: Int = .max) -> [SentFrame] {
    var bytes: [UInt8] = []
    while true {
      let run = session.output()
      if run.count == 0 { break }
      let count = min(run.count, limit)
      bytes += run.prefix(count)
      session.sent(byteCount: count, now: now)
    }
    return Self.frames(bytes)
  }

  /// Takes so many bytes of what the session wants to send, and loses them.
  mutating func losePart(_ byteCount: Int) {
    var left = byteCount
    while left > 0 {
      let run = session.output()
      if run.count == 0 { return }
      let count = min(run.count, left)
      session.sent(byteCount: count, now: now)
      left -= count
    }
  }

  static func frames(_ bytes: [UInt8]) -> [SentFrame] {
    var frames: [SentFrame] = []
    bytes.withUnsafeBytes { raw in
      var offset = 0
      while offset < raw.count {
        guard let start = raw.baseAddress.map({ $0 + offset }) else { return }
        let header = FrameHeader(frame: start)
        precondition(FrameHeader.verify(start, byteCount: Int(header.frameLength)))
        let ref = header.frameLength >= 32 ? LittleEndian.uint64(start, at: 24) : 0
        frames.append(
          SentFrame(template: header.templateID, sequence: header.sequence, ref: ref)
        )
        offset += Int(header.frameLength)
      }
    }
    return frames
  }

  mutating func connect() {
    session.connected(now: now, wallTime: 1)
    _ = sentFrames()
  }

  /// Gives the session a frame; `isSequenced` numbers it as the recoverable stream does.
  mutating func give<Message: WireMessage>(_ message: Message, isSequenced: Bool = false) {
    var sequence: UInt64 = 0
    if isSequenced {
      sequence = nextServerSequence
      nextServerSequence += 1
    }
    give(message, sequence: sequence)
  }

  mutating func give<Message: WireMessage>(_ message: Message, sequence: UInt64) {
    let space = session.inputSpace()
    guard let base = space.baseAddress else { return }
    message.write(frame: base)
    FrameHeader.seal(base, sequence: sequence)
    session.received(byteCount: Message.frameByteCount, now: now)
  }

  mutating func give(bytes: [UInt8]) {
    session.inputSpace().copyBytes(from: bytes)
    session.received(byteCount: bytes.count, now: now)
  }

  /// Answers the log-on.
  mutating func acknowledgeLogon(
    nextClientSequence: UInt64 = 1,
    oldestReplayable: UInt64 = 1,
    maxInFlight: UInt32 = 1_024
  ) {
    give(
      LogonAck(
        sessionIdHigh: 1,
        sessionIdLow: 2,
        engineIdHigh: engineID,
        engineIdLow: 0,
        serverTime: 9,
        nextServerSequence: nextServerSequence,
        nextClientSequence: nextClientSequence,
        oldestReplayableSequence: oldestReplayable,
        keepaliveMs: 1_000,
        maxInFlight: maxInFlight,
        ratePerSecond: 0,
        burst: 0,
        schemaVersion: 1,
        shard: 0,
        shards: 1
      )
    )
  }

  /// A session that is open, nothing sent yet.
  static func opened(inFlightMax: Int = 8, requestByteCount: Int = 65_536) -> SessionHarness {
    var harness = SessionHarness(inFlightMax: inFlightMax, requestByteCount: requestByteCount)
    harness.connect()
    harness.acknowledgeLogon()
    _ = harness.events()
    return harness
  }

  mutating func events() -> [String] {
    var events: [String] = []
    while let event = session.nextEvent() { events.append(Self.text(event)) }
    return events
  }

  static func text(_ event: SessionEvent) -> String {
    switch event {
    case .opened: "opened"
    case .answered(let request, let frame): "answered \(request.ref) by \(frame.templateID)"
    case .notApplied(let request): "notApplied \(request.ref)"
    case .answerLost(let request): "answerLost \(request.ref)"
    case .notice(let frame): "notice \(frame.templateID)"
    case .ended(let reason): "ended \(reason)"
    }
  }

  mutating func bid(_ amount: Int64 = 100) -> UInt64? {
    session.submit(
      PlaceBid(
        clientRef: 0,
        auctionId: 9,
        bidderId: 5,
        amount: amount,
        ifRevision: 0,
        clientTime: 0,
        deviceTag: 0,
        kind: 0,
        flags: 0,
        currency: 840
      )
    )
  }

  static func bidAck(ref: UInt64, position: UInt64 = 1) -> BidAck {
    BidAck(
      clientRef: ref,
      auctionId: 9,
      bidderId: 5,
      bidId: position,
      yourMaximum: 100,
      price: 100,
      minNext: 125,
      leaderId: 5,
      revision: 1,
      logPosition: position,
      acceptedTime: 1,
      endTime: 2,
      outcome: 0,
      reserveState: 0,
      status: 2,
      flags: 0,
      bidCount: 1
    )
  }

  static func reject(ref: UInt64, code: RejectCode, position: UInt64 = 0) -> Reject {
    Reject(
      clientRef: ref,
      auctionId: 9,
      price: 1,
      minNext: 2,
      revision: 3,
      logPosition: position,
      time: 4,
      refTemplateId: 100,
      code: code.rawValue,
      retryAfterMicroseconds: 0
    )
  }

  static let outbid = Outbid(
    auctionId: 9,
    bidderId: 5,
    yourMaximum: 1,
    price: 2,
    minNext: 3,
    revision: 4,
    logPosition: 5,
    time: 6,
    endTime: 7
  )
}
