public import Primitives
internal import Wire

/// What became of a request, as far as its client was told.
public enum LedgerOutcome: Equatable, Sendable {
  /// Nothing was told yet: it may stand or not.
  case open
  /// Decided by the rules and durable, at this position of the log.
  case decided(position: UInt64)
  /// Refused by the session, with this code; no record was left.
  case refused(code: UInt16)
  /// Not applied, and never will be under its number.
  case notApplied
  /// A question whose answer came.
  case answered
  /// One whose answer was lost with its connection, and that the server keeps no more.
  case lost
}

/// A frame that answers a part of a request.
public struct LedgerReply: Equatable, Sendable {
  /// When it was first seen, in nanoseconds since the Unix epoch.
  public let time: Nanoseconds
  /// Its number in the session's private stream.
  public let serverSequence: UInt64
  /// The position that it names.
  public let position: UInt64
  /// Its bytes.
  public let frame: [UInt8]
}

/// One request of a client, with everything that it was told about it.
public struct LedgerRequest: Sendable {
  /// Which session of the ledger.
  public let session: Int
  /// Its number; 0 for a question, which leaves no record.
  public let sequence: UInt64
  /// The client's own numbers, one a reply: one, or as many as a mass bid has entries.
  public let refs: [UInt64]
  /// Which message.
  public let templateID: UInt16
  /// Its bytes, the same whenever it is sent.
  public let frame: [UInt8]
  /// When it was first sent, in nanoseconds since the Unix epoch.
  public let time: Nanoseconds
  /// The connection on which it was first sent; 0 = none.
  public internal(set) var link: UInt64 = 0
  /// How often it was sent.
  public internal(set) var sendCount = 0
  /// How often it was answered, or refused, without a record.
  public internal(set) var answerCount = 0
  /// The most replies that its session waited for when it was sent, its own among them.
  public internal(set) var openCountMax = 0
  /// What became of it.
  public internal(set) var outcome = LedgerOutcome.open
  /// The replies with a record, one a part; nil where none was seen yet.
  public internal(set) var replies: [LedgerReply?]

  /// Whether nothing certain was told yet.
  public var isOpen: Bool { outcome == .open }
}

/// One session, with its private stream as far as it was seen.
public struct LedgerSession: Sendable {
  /// Its name.
  public let name: SessionName
  /// Its account.
  public let account: UInt64
  /// What it may do.
  public let role: ClientRole
  /// The first sighting of each frame of the private stream, by its number.
  public internal(set) var stream: [UInt64: [UInt8]] = [:]
  /// The greatest number of the private stream that was seen.
  public internal(set) var highestSeen: UInt64 = 0
  /// The greatest number of a request that was told to be decided.
  public internal(set) var highestDecided: UInt64 = 0
  /// Frames of the private stream that were seen again, the same as before.
  public internal(set) var replayCount = 0
  /// Log-ons that the server took.
  public internal(set) var logonCount = 0
  /// Numbers that the server no longer kept when they were asked for.
  public internal(set) var forgotten: [Range<UInt64>] = []
  /// Whether replies were given up that the server may still have been about to send.
  public internal(set) var hasLostReplies = false
  /// Whether the newest connection ended in order, with everything sent before.
  public internal(set) var hasEndedInOrder = false
}

/// A frame as a client saw it.
public struct LedgerFrame: Sendable {
  /// Which session of the ledger.
  public let session: Int
  /// The number of the connection.
  public let link: UInt64
  /// When, in nanoseconds since the Unix epoch.
  public let time: Nanoseconds
  /// Its bytes.
  public let frame: [UInt8]
}

/// What a log-on of one connection has established.
struct LedgerLink {
  let number: UInt64
  let session: Int
  /// What the log-on asked for.
  let wanted: UInt64
  var isLoggedOn = false
  /// How many shards the server has.
  var shardCount: UInt16 = 1
  /// The number that the next frame of the private stream must have.
  var expected: UInt64 = 0
  /// The frames that are being sent again on request.
  var resending: Range<UInt64> = 0..<0
  /// A newer connection of the session has taken over: refusals on this one bind nobody.
  var isSuperseded = false
  /// Questions for the end of the log that are not answered; their answers name none.
  var openLogHeadCount = 0
  /// Which requests were sent on it, and as the how manieth each was first.
  private var places: [Int: Int] = [:]

  init(number: UInt64, session: Int, wanted: UInt64) {
    self.number = number
    self.session = session
    self.wanted = wanted
  }

  mutating func sends(_ request: Int, _ templateID: UInt16) {
    if templateID == QueryLogHead.templateID { openLogHeadCount += 1 }
    if places[request] == nil { places[request] = places.count }
  }

  /// Whether a request was sent on it before another one.
  func sent(_ request: Int, before other: Int) -> Bool {
    guard let first = places[request], let second = places[other] else { return false }
    return first < second
  }
}
