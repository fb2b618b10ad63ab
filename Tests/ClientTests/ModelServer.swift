import Primitives
import Wire

@testable import Client

/// The server's side of a session as the protocol describes it, in a few lines: numbers are applied
/// once, replies are kept and sent again, what was refused without a record is not applied.
struct ModelServer {
  private(set) var appliedCount: [UInt64: Int] = [:]
  private(set) var refusedCount = 0
  private var highest: UInt64 = 0
  private var applied: Set<UInt64> = []
  /// The recoverable stream: the refs that its replies answer.
  private var replies: [UInt64] = []
  private var input: [UInt8] = []
  private var output: [UInt8] = []

  mutating func connected() {
    input = []
    output = []
  }

  /// One round: takes what the session sends, answers; a broken connection loses a part each way.
  mutating func exchange(
    _ harness: inout SessionHarness, _ generator: inout SeededGenerator, breaks: Bool
  ) {
    var sent: [UInt8] = []
    while true {
      let run = harness.session.output()
      if run.count == 0 { break }
      let count = 1 + Int(generator.below(UInt64(run.count)))
      sent += run.prefix(count)
      harness.session.sent(byteCount: count, now: 1)
      if breaks, generator.below(4) == 0 { break }
    }
    if breaks { sent.removeLast(Int(generator.below(UInt64(sent.count + 1)))) }
    input += sent
    takeFrames(&generator)
    var given = output
    output = []
    if breaks { given.removeLast(Int(generator.below(UInt64(given.count + 1)))) }
    if !given.isEmpty { harness.give(bytes: given) }
  }

  static func outcomeRef(_ event: SessionEvent) -> UInt64? {
    switch event {
    case .answered(let request, _), .notApplied(let request), .answerLost(let request):
      request.ref
    default: nil
    }
  }

  private mutating func takeFrames(_ generator: inout SeededGenerator) {
    while input.count >= 24 {
      let length = input.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
      guard input.count >= length else { return }
      let frame = Array(input.prefix(length))
      input.removeFirst(length)
      frame.withUnsafeBytes { raw in
        guard let base = raw.baseAddress else { return }
        take(base, &generator)
      }
    }
  }

  private mutating func take(_ frame: UnsafeRawPointer, _ generator: inout SeededGenerator) {
    let header = FrameHeader(frame: frame)
    if header.templateID == Logon.templateID { return logOn(Logon(frame: frame)) }
    guard header.templateID == PlaceBid.templateID else { return }
    let sequence = header.sequence
    let ref = PlaceBid(frame: frame).clientRef
    if sequence <= highest {
      if !applied.contains(sequence) { send(NotApplied(fromClientSequence: sequence, count: 1)) }
      return
    }
    if sequence > highest + 1 {
      send(NotApplied(fromClientSequence: highest + 1, count: sequence - highest - 1))
    }
    highest = sequence
    if generator.below(7) == 0 {
      refusedCount += 1
      return send(SessionHarness.reject(ref: ref, code: .throttled))
    }
    applied.insert(sequence)
    appliedCount[ref, default: 0] += 1
    replies.append(ref)
    send(SessionHarness.bidAck(ref: ref), sequence: UInt64(replies.count))
  }

  private mutating func logOn(_ logon: Logon) {
    send(
      LogonAck(
        sessionIdHigh: logon.sessionIdHigh, sessionIdLow: logon.sessionIdLow, engineIdHigh: 5,
        engineIdLow: 6, serverTime: 1, nextServerSequence: UInt64(replies.count) + 1,
        nextClientSequence: highest + 1, oldestReplayableSequence: 1, keepaliveMs: 1_000,
        maxInFlight: 1_024, ratePerSecond: 0, burst: 0, schemaVersion: 1, shard: 0, shards: 1))
    for (index, ref) in replies.enumerated() where index + 1 >= Int(logon.nextServerSequence) {
      send(SessionHarness.bidAck(ref: ref), sequence: UInt64(index + 1))
    }
  }

  private mutating func send<Message: WireMessage>(_ message: Message, sequence: UInt64 = 0) {
    var frame = [UInt8](repeating: 0, count: Message.frameByteCount)
    frame.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      message.write(frame: base)
      FrameHeader.seal(base, sequence: sequence)
    }
    output += frame
  }
}
