public import Primitives
internal import Wire

/// The place of a connection: 0 ..< `connectionsMax`.
public typealias ConnectionIndex = Int

/// Which data folder and shard a gateway speaks for.
public struct EngineIdentity: Equatable, Sendable {
  /// First half of the data folder's name.
  public let engineIdHigh: UInt64
  /// Second half of the data folder's name.
  public let engineIdLow: UInt64
  /// This shard.
  public let shard: ShardID
  /// How many shards there are.
  public let shards: UInt16

  /// Names a shard of a data folder.
  ///
  /// - Parameters:
  ///   - engineIdHigh: First half of the data folder's name.
  ///   - engineIdLow: Second half.
  ///   - shard: This shard.
  ///   - shards: How many shards there are, 1 ... 1,024.
  public init(engineIdHigh: UInt64, engineIdLow: UInt64, shard: ShardID, shards: UInt16) {
    invariant(shards >= 1 && shards <= 1_024, "there are 1 to 1,024 shards")
    invariant(shard.number < shards, "a shard's number is below their count")
    self.engineIdHigh = engineIdHigh
    self.engineIdLow = engineIdLow
    self.shard = shard
    self.shards = shards
  }
}

/// What the log can take: the gateway refuses the rest without a record.
@frozen public enum Admission: Sendable, CaseIterable {
  /// Everything.
  case open
  /// Only what ends auctions: no new bids, auctions or texts (`storageFull`).
  case reserveOnly
  /// Nothing (`storageFull`).
  case stopped
}

/// When a frame may leave.
@frozen public enum ReplyGate: Sendable, CaseIterable {
  /// When the batch that is gathering now is durable: it speaks of state that is not durable yet.
  case batch
  /// At once, but after every earlier frame of its session: it speaks of durable state or of none.
  /// Replay uses it too, since all that is replayed is durable.
  case none

  /// Whether it waits for a batch.
  @inline(__always)
  var isBatch: Bool {
    @_noLocks get {
      switch self {
      case .batch: true
      case .none: false
      }
    }
  }
}

/// A validated request that must be logged and applied.
///
/// The frame stays valid until the connection's next `receive`.
@unsafe
public struct GatewayCommand: BitwiseCopyable {
  /// The session that sent it.
  public let session: SessionHandle
  /// What the session may do.
  public let roles: Roles
  /// The frame, exactly as it came; of any alignment.
  public let frame: UnsafeRawPointer
  /// The bytes of the frame.
  public let byteCount: Int
  /// The number of the request in the client's stream.
  public let clientSequence: UInt64
  /// The template's number.
  public let templateID: UInt16
  /// How many replies it gets: 1, or as many as a mass bid has entries.
  public let replyCount: UInt32

  @_noLocks @inline(__always)
  init(
    session: SessionHandle,
    roles: Roles,
    frame: UnsafeRawPointer,
    header: FrameHeader,
    replyCount: UInt32
  ) {
    unsafe self.session = session
    unsafe self.roles = roles
    unsafe self.frame = frame
    unsafe byteCount = Int(header.frameLength)
    unsafe clientSequence = header.sequence
    unsafe templateID = header.templateID
    unsafe self.replyCount = replyCount
  }
}

/// A validated question that leaves no record.
///
/// The frame stays valid until the connection's next `receive`.
@unsafe
public struct GatewayQuery: BitwiseCopyable {
  /// The session that asks.
  public let session: SessionHandle
  /// What the session may do.
  public let roles: Roles
  /// The frame; of any alignment.
  public let frame: UnsafeRawPointer
  /// The bytes of the frame.
  public let byteCount: Int
  /// The template's number.
  public let templateID: UInt16

  @_noLocks
  init(session: SessionHandle, roles: Roles, frame: UnsafeRawPointer, header: FrameHeader) {
    unsafe self.session = session
    unsafe self.roles = roles
    unsafe self.frame = frame
    unsafe byteCount = Int(header.frameLength)
    unsafe templateID = header.templateID
  }
}

/// What the shard has to do next for a connection.
@unsafe @frozen
public enum GatewayStep: BitwiseCopyable {
  /// Log it, apply it, deliver its replies, then say `applied` (or `refuse` it).
  case command(GatewayCommand)
  /// Answer it with unsequenced frames.
  case query(GatewayQuery)
  /// A logon came: call `logon`.
  case logon
  /// The gateway has an answer of its own to what comes next: apply or refuse the commands that it
  /// gave, so that their replies stand before it, and call `next` again.
  case commandsFirst
  /// The input is used up: its buffer may be given back, and more be received.
  case needInput
  /// The input must wait: receive nothing until the connection is resumed.
  case paused
  /// Receive nothing more: what is left to send goes out, then `takeClosure` names the connection.
  case closing(CloseReason)
}

/// What a logon needs of the shard.
@unsafe @frozen
public enum LogonOutcome: BitwiseCopyable {
  /// The session is known, and bound to the connection.
  case accepted
  /// The session is new: log this SessionOpened frame, then `sessionOpened` and `completeLogon`.
  case openSession(frame: UnsafeRawPointer, byteCount: Int)
  /// The logon is refused: a LogonReject goes out and the connection closes.
  case refused
}

/// Bytes to send; they stay in place until `sent`.
@unsafe
public struct SendOrder: BitwiseCopyable {
  /// The first byte.
  public let bytes: UnsafeRawPointer
  /// How many bytes.
  public let byteCount: Int

  @_noLocks
  init(bytes: UnsafeRawPointer, byteCount: Int) {
    unsafe self.bytes = bytes
    unsafe self.byteCount = byteCount
  }
}
