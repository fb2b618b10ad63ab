import Primitives
import Wire

extension UnsafeRawBufferPointer {
  /// The first byte of bytes that are never none.
  var start: UnsafeRawPointer {
    guard let baseAddress else { preconditionFailure("there are bytes") }
    return baseAddress
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The first byte of bytes that are never none.
  var start: UnsafeMutableRawPointer {
    guard let baseAddress else { preconditionFailure("there are bytes") }
    return baseAddress
  }
}

/// Makes the bytes of a sealed frame.
func frame<M: WireMessage>(_ message: M, sequence: UInt64 = 0, extra: Int = 0) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: M.frameByteCount + extra)
  bytes.withUnsafeMutableBytes {
    message.write(frame: $0.start, byteCount: M.frameByteCount + extra)
    FrameHeader.seal($0.start, sequence: sequence)
  }
  return bytes
}
