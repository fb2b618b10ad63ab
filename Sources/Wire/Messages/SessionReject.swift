// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// A frame could not be taken; where the stream can't be trusted the connection closes.
///
/// Sent by the server.
public struct SessionReject: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 11 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "SessionReject" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .server)
    }
  }

  /// The sequence of the frame it answers.
  public var refSequence: UInt64
  /// The template of the frame it answers.
  public var refTemplateId: UInt16
  /// A reject code.
  public var code: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - refSequence: The sequence of the frame it answers.
  ///   - refTemplateId: The template of the frame it answers.
  ///   - code: A reject code.
  @inlinable @_noLocks
  public init(refSequence: UInt64, refTemplateId: UInt16, code: UInt16) {
    self.refSequence = refSequence
    self.refTemplateId = refTemplateId
    self.code = code
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe refSequence = LittleEndian.uint64(body, at: 0)
    unsafe refTemplateId = LittleEndian.uint16(body, at: 8)
    unsafe code = LittleEndian.uint16(body, at: 10)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(refSequence, body, at: 0)
    unsafe LittleEndian.store(refTemplateId, body, at: 8)
    unsafe LittleEndian.store(code, body, at: 10)
    unsafe LittleEndian.store(UInt32(0), body, at: 12)
  }
}

extension SessionReject {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("refSequence", at: 0, .uint64),
        FieldLayout("refTemplateId", at: 8, .uint16),
        FieldLayout("code", at: 10, .code),
      ]
    )
  }
}
