import Client
import Foundation
import Primitives
import Wire

/// A session that fills the log: it creates auctions with long texts, and remembers each outcome.
final class FillingLane {
  let lane: Lane
  private(set) var sentCount = 0
  /// The auctions that were created.
  private(set) var created: [UInt64] = []
  /// How often each code of a refusal came.
  private(set) var refusals: [UInt16: Int] = [:]
  /// Neither created nor refused by a rule.
  private(set) var otherOutcomes: [String] = []
  private static let window = 400
  private static let text = String(repeating: "A text that takes its room. ", count: 144)

  init(port: UInt16, account: UInt64) {
    var configuration = SessionConfiguration(
      credentials: .insecure(account: account, roles: [.broker, .operator]))
    configuration.requestByteCount = 4 << 20
    lane = Lane(port: port, configuration: configuration)
    lane.onEvent = { [unowned self] event in take(event) }
  }

  /// Fills the window and takes what came.
  func pump() {
    while lane.inFlight < Self.window {
      var draft = hourLongDraft(seller: lane.account)
      draft.text = Self.text
      guard lane.connection.session.submit(draft, tag: UInt64(sentCount)) != nil else { break }
      sentCount += 1
    }
    lane.pump()
  }

  /// Takes answers until all requests have theirs.
  func settle() throws {
    try lane.wait(30, "unanswered: \(lane.inFlight)") { lane.isOpen && lane.inFlight == 0 }
  }

  /// Fills the log until a request is refused with a code.
  func fill(until code: RejectCode, seconds: Double) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    let before = refusals[code.rawValue, default: 0]
    while refusals[code.rawValue, default: 0] == before {
      guard Date() < deadline else {
        throw TestFailure("after \(seconds) s and \(created.count) texts: \(refusals)")
      }
      pump()
      if lane.inFlight >= Self.window { Lane.waitForSockets([lane], milliseconds: 1) }
    }
    try settle()
  }

  private func take(_ event: SessionEvent) {
    switch event {
    case .answered(_, let frame):
      if let ack = frame.decode(as: AuctionAck.self) {
        created.append(ack.auctionId)
      } else if let reject = frame.decode(as: Reject.self) {
        refusals[reject.code, default: 0] += 1
      } else {
        otherOutcomes.append("template \(frame.templateID)")
      }
    case .notApplied: otherOutcomes.append("not applied")
    case .answerLost: otherOutcomes.append("answer lost")
    case .opened, .notice, .ended: break
    }
  }
}
