public import Primitives
public import Wire

/// One session with one shard, as a pure state machine: bytes in, bytes and events out.
///
/// It numbers requests, keeps each one until its outcome is known, sends the unanswered ones again
/// after a lost connection and drops what it has seen before, so that each request has exactly one
/// outcome and no bid is placed twice. It does no input or output, reads no clock and starts no
/// thread: whoever owns it moves the bytes and passes the times. All calls from one thread.
///
/// A lost connection cancels nothing: a request that was sent may stand. The session therefore
/// keeps its number and sends the same frame again; the server applies a number once.
@safe
public struct ClientSession: ~Copyable {
  /// What the session is made of.
  public let configuration: SessionConfiguration
  /// Where the session stands.
  public internal(set) var state = SessionState.disconnected
  /// What the server said at the last log-on.
  public internal(set) var terms = SessionTerms()
  /// What the session has counted.
  public internal(set) var counters = SessionCounters()
  var store: RequestStore
  var input: ReceiveBuffer
  var control: ControlBuffer
  /// The sequence of the next logged request.
  var nextClientSequence: UInt64 = 1
  /// The next server sequence that was not seen yet.
  var nextServerSequence: UInt64 = 1
  /// The highest sequence that the server is known to have logged.
  var highestLogged: UInt64 = 0
  var sweep: OutcomeSweep?
  /// The question whose answer tells that lost answers will not come any more; 0 = none.
  var lossMarkerRef: UInt64 = 0
  var hasLoggedOnBefore = false
  var lastSent: Nanoseconds = 0
  var lastReceived: Nanoseconds = 0
  private let inFlightMax: Int
  private let inPlace = InPlace()

  /// Makes a session that has not connected yet; all its memory is taken here.
  ///
  /// - Parameters:
  ///   - configuration: What the session is made of.
  ///   - memory: Where the memory comes from.
  public init(configuration: SessionConfiguration, memory: MemorySource = .heap) {
    let most = configuration.inFlightMax
    let isWithin = most >= 1 && most <= SessionConfiguration.inFlightLimit
    invariant(
      isWithin,
      "the server remembers 1,024 sequences: more in flight could be applied twice"
    )
    self.configuration = configuration
    inFlightMax = most
    store = RequestStore(
      slotCount: inFlightMax + 1,
      byteCount: max(configuration.requestByteCount, Schema.frameByteCountMax),
      firstRef: configuration.firstRef,
      memory: memory
    )
    input = ReceiveBuffer(
      byteCount: max(configuration.receiveByteCount, 2 * Schema.frameByteCountMax),
      memory: memory
    )
    control = ControlBuffer(memory: memory)
  }

  /// How many requests have no outcome yet.
  public var inFlight: Int { store.waitingCount }
  /// The number that the next request gets.
  public var nextRef: UInt64 { store.next }
  /// Whether the socket has taken everything that may be sent now.
  public var isFlushed: Bool {
    control.isEmpty && (state != .open || store.isSent)
  }
}

/// What a session has counted since it was made.
public struct SessionCounters: Equatable, Sendable {
  /// Log-ons that the server took.
  public var logonCount: UInt64 = 0
  /// Frames of the server that had been seen before.
  public var duplicateCount: UInt64 = 0
  /// Answers to requests that already had an outcome.
  public var strayCount: UInt64 = 0
  /// Frames of the recoverable stream that the server no longer had.
  public var missedCount: UInt64 = 0
  /// Requests that were sent again after a lost connection.
  public var resentCount: UInt64 = 0
  /// Requests that the server said it had not applied.
  public var notAppliedCount: UInt64 = 0
  /// Requests whose answers are no longer kept.
  public var answerLostCount: UInt64 = 0
}

extension ClientSession {
  /// Whether a request of this size can be taken now.
  ///
  /// - Parameter bodyByteCount: Bytes after the frame's header.
  /// - Returns: Whether there is room.
  public func canSubmit(bodyByteCount: Int) -> Bool {
    unsafe beginRequest(byteCount: FrameHeader.byteCount + bodyByteCount) != nil
  }

  /// Takes a request without repeating groups; it is sent as soon as the session is open.
  ///
  /// - Parameters:
  ///   - message: The request; its `clientRef` is set by the session.
  ///   - tag: What comes back with the outcome.
  /// - Returns: The request's number, or nil when too many are unanswered: take outcomes first.
  @inlinable
  public mutating func submit<Message: WireMessage>(_ message: Message, tag: UInt64 = 0) -> UInt64?
  {
    guard let frame = unsafe beginRequest(byteCount: Message.frameByteCount) else { return nil }
    unsafe message.write(frame: frame)
    return endRequest(byteCount: Message.frameByteCount, template: Message.templateID, tag: tag)
  }

  /// Gives the place of a frame that the caller writes and hands over with `endRequest`.
  ///
  /// - Parameter byteCount: The whole frame, a multiple of 8.
  /// - Returns: Where to write, or nil when too many requests are unanswered.
  public func beginRequest(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard store.span < min(inFlightMax, terms.inFlightMax) else { return nil }
    return unsafe store.place(byteCount: byteCount)
  }

  /// Takes the frame written at the place of `beginRequest`: numbers and seals it.
  ///
  /// - Parameters:
  ///   - byteCount: The whole frame, as given to `beginRequest`.
  ///   - template: The message's number.
  ///   - tag: What comes back with the outcome.
  /// - Returns: The request's number.
  public mutating func endRequest(byteCount: Int, template: UInt16, tag: UInt64) -> UInt64 {
    take(byteCount: byteCount, template: template, tag: tag, isInternal: false)
  }

  mutating func take(byteCount: Int, template: UInt16, tag: UInt64, isInternal: Bool) -> UInt64 {
    guard let frame = unsafe store.place(byteCount: byteCount) else {
      invariant(false, "a request is only taken where it had a place")
      return 0
    }
    var sequence: UInt64 = 0
    if Self.isLogged(template: template) {
      sequence = nextClientSequence
      nextClientSequence += 1
    }
    let ref = store.next
    unsafe LittleEndian.store(ref, frame, at: FrameHeader.byteCount)
    unsafe FrameHeader.seal(frame, sequence: sequence)
    store.append(
      byteCount: byteCount,
      template: template,
      sequence: sequence,
      tag: tag,
      isInternal: isInternal
    )
    return ref
  }

  /// Whether a request leaves a record in the server's log, and so is numbered.
  static func isLogged(template: UInt16) -> Bool {
    switch template {
    case 100...103, 110...112, 130, 140: true
    default: false
    }
  }
}
