// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// The session is not open; the connection closes.
///
/// Sent by the server.
public struct LogonReject: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 3 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 32 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "LogonReject" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// First half of the session's 128-bit name.
  public var sessionIdHigh: UInt64
  /// Second half.
  public var sessionIdLow: UInt64
  /// The server's clock.
  public var serverTime: UInt64
  /// A reject code.
  public var code: UInt16
  /// Least version the server understands.
  public var minVersion: UInt16
  /// Greatest.
  public var maxVersion: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - sessionIdHigh: First half of the session's 128-bit name.
  ///   - sessionIdLow: Second half.
  ///   - serverTime: The server's clock.
  ///   - code: A reject code.
  ///   - minVersion: Least version the server understands.
  ///   - maxVersion: Greatest.
  @inlinable @_noLocks
  public init(
    sessionIdHigh: UInt64,
    sessionIdLow: UInt64,
    serverTime: UInt64,
    code: UInt16,
    minVersion: UInt16,
    maxVersion: UInt16
  ) {
    self.sessionIdHigh = sessionIdHigh
    self.sessionIdLow = sessionIdLow
    self.serverTime = serverTime
    self.code = code
    self.minVersion = minVersion
    self.maxVersion = maxVersion
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe sessionIdHigh = LittleEndian.uint64(body, at: 0)
    unsafe sessionIdLow = LittleEndian.uint64(body, at: 8)
    unsafe serverTime = LittleEndian.uint64(body, at: 16)
    unsafe code = LittleEndian.uint16(body, at: 24)
    unsafe minVersion = LittleEndian.uint16(body, at: 26)
    unsafe maxVersion = LittleEndian.uint16(body, at: 28)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(sessionIdHigh, body, at: 0)
    unsafe LittleEndian.store(sessionIdLow, body, at: 8)
    unsafe LittleEndian.store(serverTime, body, at: 16)
    unsafe LittleEndian.store(code, body, at: 24)
    unsafe LittleEndian.store(minVersion, body, at: 26)
    unsafe LittleEndian.store(maxVersion, body, at: 28)
    unsafe LittleEndian.store(UInt16(0), body, at: 30)
  }
}

extension LogonReject {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("sessionIdHigh", at: 0, .uint64),
        FieldLayout("sessionIdLow", at: 8, .uint64),
        FieldLayout("serverTime", at: 16, .time),
        FieldLayout("code", at: 24, .code),
        FieldLayout("minVersion", at: 26, .uint16),
        FieldLayout("maxVersion", at: 28, .uint16),
      ]
    )
  }
}
