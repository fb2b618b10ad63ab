public import Primitives

/// One record of the log on its way into the engine: a frame with what the shard added to it.
///
/// The frame has passed the session's gate: its length, template, groups and enum values are those
/// of the schema, and its sender may act for the account it names.
@safe
public struct Command: BitwiseCopyable {
  /// The record's place in the shard's log, from 1.
  public let position: UInt64
  /// The time that the shard stamped on it, never earlier than the stamp before.
  public let time: Nanoseconds
  /// Who sent it; `.none` for the server itself.
  public let session: SessionHandle
  /// What the sender may do.
  public let roles: Roles
  /// The frame's first byte; it must stay in place until `apply` (and `resume`) is through.
  public let frame: UnsafeRawPointer

  /// Makes a command of its parts.
  ///
  /// - Parameters:
  ///   - position: The record's place in the shard's log, from 1.
  ///   - time: The stamped time in nanoseconds since the Unix epoch.
  ///   - session: Who sent it.
  ///   - roles: What the sender may do.
  ///   - frame: The frame's first byte.
  @inlinable @inline(always) @_noLocks
  public init(
    position: UInt64,
    time: Nanoseconds,
    session: SessionHandle,
    roles: Roles,
    frame: UnsafeRawPointer
  ) {
    self.position = position
    self.time = time
    self.session = session
    self.roles = roles
    unsafe self.frame = frame
  }
}

extension Roles {
  /// Whether the sender is an operator. (`Roles.operator` is a global of another module, whose
  /// first access would take a lock.)
  @inline(always) var mayOperate: Bool { rawValue & 2 != 0 }
}

/// What every reply to a command and every event that it causes has in common.
struct Stamp: BitwiseCopyable {
  let position: UInt64
  let time: Nanoseconds
  let session: SessionHandle
  let roles: Roles
}
