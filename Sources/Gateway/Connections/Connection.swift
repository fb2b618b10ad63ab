internal import Primitives

/// Where a connection is in its life.
enum ConnectionState: UInt8 {
  /// Nobody is connected.
  case free
  /// Connected; a Logon must come.
  case awaitingLogon
  /// A Logon was read and waits for `logon`.
  case logonRead
  /// The logon is good; its SessionOpened record is being logged.
  case openingSession
  /// A session's.
  case bound
  /// What is left is being sent; nothing is read.
  case closing
  /// Everything is sent or given up: named by `takeClosure`.
  case closed

  /// Compares the numbers: without the standard library's generic comparison.
  @_noLocks @inline(__always)
  static func == (one: ConnectionState, other: ConnectionState) -> Bool {
    one.rawValue == other.rawValue
  }
  /// Compares the numbers.
  @_noLocks @inline(__always)
  static func != (one: ConnectionState, other: ConnectionState) -> Bool {
    one.rawValue != other.rawValue
  }

  /// Whether frames are still read.
  @inline(__always)
  var isReading: Bool { @_noLocks get { rawValue < ConnectionState.closing.rawValue } }
}

/// What a good logon asked for, until its session is bound.
struct LogonRequest: BitwiseCopyable {
  var sessionIdHigh: UInt64 = 0
  var sessionIdLow: UInt64 = 0
  var accountId: UInt64 = 0
  var apiKeyId: UInt64 = 0
  var nextServerSequence: UInt64 = 0
  var keepaliveMs: UInt32 = 0
  var roles = Roles(rawValue: 0)
}

/// What is being sent on a connection: one send at a time, out of memory of its own.
///
/// Frames are copied here when they may leave, so that the kernel never reads a replay ring: a ring
/// may be overwritten whatever a slow socket is doing.
struct SendState: BitwiseCopyable {
  /// The bytes of the buffer that are to be sent.
  var byteCount = 0
  /// The bytes of them that were sent.
  var sentCount = 0
  /// Whether the kernel has an order.
  var isInFlight = false
  /// When the order was given.
  var startedAt: Nanoseconds = 0
}

/// One connection: its input, its answers, its send.
@safe
struct Connection: BitwiseCopyable {
  /// Which log-on of this run bound it, from 1; 0 = none did yet.
  var binding: UInt64 = 0
  /// Where it is in its life.
  var state = ConnectionState.free
  /// Why it closes.
  var closeReason = CloseReason.none
  /// Whether its session had too much unsent when it was paused.
  var isBackedUp = false
  /// Whether its input waits, for whatever reason: its peer is not silent then.
  var isPaused = false
  /// The place of its session; meaningful while bound or closing.
  var session: UInt32 = SessionTable.none
  /// What its session may do.
  var roles = Roles(rawValue: 0)
  /// The account that its session acts for.
  var accountId: UInt64 = 0
  /// Input.
  var reader: FrameReader
  /// Unsequenced frames that wait.
  var answers: AnswerQueue
  /// The send in flight.
  var send = SendState()
  /// The bytes of the frames that go ahead of all others.
  var directCount = 0
  /// The number of the batch that must be durable before anything is sent.
  var heldForBatch: UInt64 = 0
  /// When it was opened, or when it began to close.
  var sinceTime: Nanoseconds = 0
  /// When the last frame came.
  var lastReceived: Nanoseconds = 0
  /// When something was last sent.
  var lastSent: Nanoseconds = 0
  /// How long the peer may be silent.
  var silenceNs: Nanoseconds = 0
  /// What its logon asked for.
  var request = LogonRequest()

  /// Whether nothing waits to be sent.
  @inline(__always)
  var isDrained: Bool {
    @_noLocks get {
      directCount == 0 && answers.isEmpty && send.sentCount == send.byteCount
    }
  }
}

/// All connections of a shard, with their memory.
@safe
struct ConnectionTable: ~Copyable {
  /// How many there are.
  let count: Int
  private let limits: GatewayLimits
  private let slots: Region
  private let readers: Region
  private let answers: Region
  private let sends: Region
  private let directs: Region

  /// Takes memory for all connections.
  ///
  /// - Parameters:
  ///   - limits: How many, and how much each.
  ///   - memory: Where from; big parts are touched when they are used.
  init(limits: GatewayLimits, memory: MemorySource) {
    count = limits.connectionsMax
    self.limits = limits
    slots = Region(
      byteCount: count * MemoryLayout<Connection>.stride,
      alignment: 64,
      from: memory
    )
    readers = Region(byteCount: count * 2 * limits.frameBytesMax, from: memory)
    answers = Region(byteCount: count * limits.answerQueueBytes, from: memory)
    sends = Region(byteCount: count * limits.sendBufferBytes, from: memory)
    directs = Region(byteCount: count * GatewayLimits.directBytesMax, from: memory)
    for index in 0..<count { reset(index) }
  }

  /// A connection, in place.
  ///
  /// - Parameter index: Which one.
  subscript(_ index: ConnectionIndex) -> Connection {
    @_noLocks @inline(__always) unsafeAddress { unsafe UnsafePointer(address(index)) }
    @_noLocks @inline(__always) nonmutating unsafeMutableAddress { unsafe address(index) }
  }

  /// Where a connection's bytes to send stand.
  ///
  /// - Parameter index: Which one.
  /// - Returns: The first byte.
  @_noLocks @inline(__always)
  func sendBuffer(_ index: ConnectionIndex) -> UnsafeMutableRawPointer {
    unsafe sends.base + index * limits.sendBufferBytes
  }

  /// Where the frames stand that go ahead of all others.
  ///
  /// - Parameter index: Which one.
  /// - Returns: The first byte.
  @_noLocks @inline(__always)
  func directBuffer(_ index: ConnectionIndex) -> UnsafeMutableRawPointer {
    unsafe directs.base + index * GatewayLimits.directBytesMax
  }

  /// Makes a connection free, with nothing of the last one left.
  ///
  /// - Parameter index: Which one.
  @_noLocks
  func reset(_ index: ConnectionIndex) {
    let reader = unsafe FrameReader(
      memory: readers.base + index * 2 * limits.frameBytesMax,
      halfBytes: limits.frameBytesMax
    )
    let queue = unsafe AnswerQueue(
      memory: answers.base + index * limits.answerQueueBytes,
      byteCount: limits.answerQueueBytes
    )
    unsafe address(index).initialize(to: Connection(reader: reader, answers: queue))
  }

  @_noLocks @inline(__always)
  private func address(_ index: ConnectionIndex) -> UnsafeMutablePointer<Connection> {
    let isThere = UInt(bitPattern: index) < UInt(bitPattern: count)
    invariant(isThere, "a connection's index is below their count")
    return unsafe slots.base.assumingMemoryBound(to: Connection.self) + index
  }
}
