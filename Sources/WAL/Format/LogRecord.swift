public import Primitives

/// One record of the log: who sent which frame when; valid while the visitor looks at it.
@safe
public struct LogRecord: BitwiseCopyable {
  /// The record's number over the whole log, from 1.
  public let position: UInt64
  /// When the shard stamped it, in nanoseconds since the Unix epoch.
  public let time: UInt64
  /// The session that sent it; none for the server itself.
  public let session: SessionHandle
  /// What the sender may do beyond acting for its own account.
  public let roles: Roles
  /// The frame, as it came.
  public let frame: UnsafeRawPointer
  /// The bytes of the frame.
  public let byteCount: Int

  /// Reads the record at an address.
  init(position: UInt64, record: UnsafeRawPointer, byteCount: Int) {
    self.position = position
    time = unsafe record.word64(at: 0)
    session = unsafe SessionHandle(raw: record.word32(at: 8))
    roles = unsafe Roles(rawValue: record.word32(at: 12))
    unsafe frame = record + LogFormat.recordPrefixByteCount
    self.byteCount = byteCount
  }

  /// The bytes of the frame of a record, or nil if no frame of that length can stand there.
  static func frameByteCount(_ record: UnsafeRawPointer, remaining: Int) -> Int? {
    let prefix = LogFormat.recordPrefixByteCount
    guard remaining >= prefix + LogLimits.frameByteCountMin else { return nil }
    let byteCount = unsafe Int(record.word32(at: prefix))
    guard byteCount % 8 == 0, byteCount >= LogLimits.frameByteCountMin,
      byteCount <= LogLimits.frameByteCountMax, prefix + byteCount <= remaining
    else { return nil }
    return byteCount
  }
}
