public import Primitives

/// The 24 bytes in front of every body: frame length, checksum, sequence, SBE message header.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | frameLength: bytes of the whole frame |
/// | 4 | 4 | crc32c: over bytes 8 to the frame's end |
/// | 8 | 8 | sequence |
/// | 16 | 2 | blockLength |
/// | 18 | 2 | templateId |
/// | 20 | 2 | schemaId |
/// | 22 | 2 | version |
public struct FrameHeader: Equatable, Sendable, BitwiseCopyable {
  /// The bytes of the header, and so the offset of the body.
  @inlinable public static var byteCount: Int { @_noLocks get { 24 } }

  /// The bytes of the whole frame.
  public var frameLength: UInt32
  /// CRC-32C over bytes 8 to the frame's end.
  public var checksum: UInt32
  /// The frame's number in its sender's stream; 0 = not numbered.
  public var sequence: UInt64
  /// The bytes of the fixed part.
  public var blockLength: UInt16
  /// The message's number.
  public var templateID: UInt16
  /// The schema's number.
  public var schemaID: UInt16
  /// The schema's version.
  public var version: UInt16

  /// Reads a header.
  ///
  /// - Parameter frame: The frame's first byte; at least 24 bytes, of any alignment.
  @inlinable @inline(__always) @_noLocks
  public init(frame: UnsafeRawPointer) {
    unsafe frameLength = LittleEndian.uint32(frame, at: 0)
    unsafe checksum = LittleEndian.uint32(frame, at: 4)
    unsafe sequence = LittleEndian.uint64(frame, at: 8)
    unsafe blockLength = LittleEndian.uint16(frame, at: 16)
    unsafe templateID = LittleEndian.uint16(frame, at: 18)
    unsafe schemaID = LittleEndian.uint16(frame, at: 20)
    unsafe version = LittleEndian.uint16(frame, at: 22)
  }

  /// Makes the header of a frame that is not sealed: sequence and checksum are zero.
  ///
  /// - Parameters:
  ///   - frameLength: The bytes of the whole frame.
  ///   - templateID: The message's number.
  ///   - blockLength: The bytes of the fixed part.
  @inlinable @_noLocks
  public init(frameLength: Int, templateID: UInt16, blockLength: Int) {
    self.frameLength = UInt32(truncatingIfNeeded: frameLength)
    checksum = 0
    sequence = 0
    self.blockLength = UInt16(truncatingIfNeeded: blockLength)
    self.templateID = templateID
    schemaID = Schema.id
    version = Schema.version
  }

  /// Writes the header.
  ///
  /// - Parameter frame: The frame's first byte; at least 24 bytes.
  @inlinable @inline(__always) @_noLocks
  public func write(frame: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(frameLength, frame, at: 0)
    unsafe LittleEndian.store(checksum, frame, at: 4)
    unsafe LittleEndian.store(sequence, frame, at: 8)
    unsafe LittleEndian.store(blockLength, frame, at: 16)
    unsafe LittleEndian.store(templateID, frame, at: 18)
    unsafe LittleEndian.store(schemaID, frame, at: 20)
    unsafe LittleEndian.store(version, frame, at: 22)
  }
}

extension FrameHeader {
  /// Writes the header of a frame that is not sealed: sequence and checksum are zero.
  ///
  /// - Parameters:
  ///   - frame: Where to; at least 24 bytes.
  ///   - byteCount: The bytes of the whole frame, a multiple of 8.
  ///   - templateID: The message's number.
  ///   - blockLength: The bytes of the fixed part.
  @inlinable @inline(__always) @_noLocks
  public static func begin(
    _ frame: UnsafeMutableRawPointer,
    byteCount: Int,
    templateID: UInt16,
    blockLength: Int
  ) {
    let header = FrameHeader(
      frameLength: byteCount,
      templateID: templateID,
      blockLength: blockLength
    )
    unsafe header.write(frame: frame)
  }

  /// Completes a frame: sets its sequence, then the checksum over everything after it.
  ///
  /// - Parameters:
  ///   - frame: The frame's first byte; its length stands in its first four bytes.
  ///   - sequence: The number in the sender's stream; 0 = not numbered.
  @inlinable @_noLocks
  public static func seal(_ frame: UnsafeMutableRawPointer, sequence: UInt64) {
    unsafe LittleEndian.store(sequence, frame, at: 8)
    let sum = unsafe checksum(of: frame, byteCount: Int(LittleEndian.uint32(frame, at: 0)))
    unsafe LittleEndian.store(sum, frame, at: 4)
  }

  /// The checksum that a frame should carry.
  ///
  /// - Parameters:
  ///   - frame: The frame's first byte.
  ///   - byteCount: The bytes of the whole frame, at least 24.
  /// - Returns: CRC-32C over bytes 8 to the end.
  @inlinable @_noLocks
  public static func checksum(of frame: UnsafeRawPointer, byteCount: Int) -> UInt32 {
    unsafe CRC32C.checksum(frame + 8, byteCount: byteCount - 8)
  }

  /// Whether a frame carries its own length and the right checksum.
  ///
  /// - Parameters:
  ///   - frame: The frame's first byte.
  ///   - byteCount: The bytes of the whole frame, at least 24.
  /// - Returns: Whether the frame came whole.
  @inlinable @_noLocks
  public static func verify(_ frame: UnsafeRawPointer, byteCount: Int) -> Bool {
    unsafe byteCount >= FrameHeader.byteCount
      && LittleEndian.uint32(frame, at: 0) == UInt32(truncatingIfNeeded: byteCount)
      && LittleEndian.uint32(frame, at: 4) == checksum(of: frame, byteCount: byteCount)
  }

  /// Where the first repeating group of a frame starts: after the block, whatever its length.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The first byte after the block.
  @inlinable @inline(__always) @_noLocks
  public static func firstGroup(of frame: UnsafeRawPointer) -> UnsafeRawPointer {
    unsafe frame + byteCount + Int(LittleEndian.uint16(frame, at: 16))
  }
}
