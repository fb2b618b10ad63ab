/// A message of the schema: fixed fields, read from and written to a frame's body.
public protocol WireMessage: Equatable, Sendable, BitwiseCopyable {
  /// The message's number on the wire.
  static var templateID: UInt16 { get }
  /// The bytes of the fixed part.
  static var blockLength: Int { get }
  /// The message's name in the schema.
  static var name: StaticString { get }
  /// What a check of a frame needs to know.
  static var facts: MessageFacts { get }
  /// Reads the message.
  ///
  /// - Parameter body: The first byte after the header; at least `blockLength` bytes.
  init(body: UnsafeRawPointer)
  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes.
  func write(body: UnsafeMutableRawPointer)
}

extension WireMessage {
  /// The bytes of a frame of this message without repeating groups.
  @inlinable public static var frameByteCount: Int { FrameHeader.byteCount + blockLength }

  /// Reads the message of a frame that the validator has passed.
  ///
  /// - Parameter frame: The frame's first byte.
  @inlinable @inline(__always)
  public init(frame: UnsafeRawPointer) {
    unsafe self.init(body: frame + FrameHeader.byteCount)
  }

  /// Writes a frame of a message without repeating groups; `FrameHeader.seal` makes it complete.
  ///
  /// - Parameter frame: Where to; `frameByteCount` bytes.
  @inlinable @inline(__always)
  public func write(frame: UnsafeMutableRawPointer) {
    unsafe write(frame: frame, byteCount: Self.frameByteCount)
  }

  /// Writes the header and the fixed part of a frame whose groups the caller writes.
  ///
  /// - Parameters:
  ///   - frame: Where to; `byteCount` bytes.
  ///   - byteCount: The bytes of the whole frame, a multiple of 8.
  @inlinable @inline(__always)
  public func write(frame: UnsafeMutableRawPointer, byteCount: Int) {
    unsafe FrameHeader.begin(
      frame,
      byteCount: byteCount,
      templateID: Self.templateID,
      blockLength: Self.blockLength
    )
    unsafe write(body: frame + FrameHeader.byteCount)
  }
}

/// An entry of a repeating group.
public protocol GroupEntry: Equatable, Sendable, BitwiseCopyable {
  /// The bytes of an entry.
  static var entryLength: Int { get }
  /// The most entries of a frame.
  static var entryCountMax: Int { get }
  /// Reads the entry.
  ///
  /// - Parameter body: The entry's first byte; at least `entryLength` bytes.
  init(body: UnsafeRawPointer)
  /// Writes the entry, its padding as zero.
  ///
  /// - Parameter body: Where to; `entryLength` bytes.
  func write(body: UnsafeMutableRawPointer)
}
