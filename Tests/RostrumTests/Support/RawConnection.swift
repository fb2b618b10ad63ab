import Foundation
import Primitives
import Wire

/// The bytes of a sealed frame.
func frameBytes<Message: WireMessage>(_ message: Message, sequence: UInt64 = 0) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: Message.frameByteCount)
  bytes.withUnsafeMutableBytes { buffer in
    guard let base = buffer.baseAddress else { return }
    message.write(frame: base)
    FrameHeader.seal(base, sequence: sequence)
  }
  return bytes
}

/// Seals a frame again after a change.
func resealed(_ bytes: [UInt8]) -> [UInt8] {
  var copy = bytes
  copy.withUnsafeMutableBytes { buffer in
    guard let base = buffer.baseAddress else { return }
    FrameHeader.seal(base, sequence: FrameHeader(frame: base).sequence)
  }
  return copy
}

/// The log-on of a session of a server without keys.
func insecureLogon(account: UInt64, session: UInt64, keepaliveMs: UInt32 = 1_000) -> Logon {
  Logon(
    sessionIdHigh: 0x5EED, sessionIdLow: session, accountId: account, apiKeyId: 0,
    authTag: .zero, clientTime: UInt64(Date().timeIntervalSince1970 * 1e9), nextServerSequence: 1,
    nextClientSequence: 1, keepaliveMs: keepaliveMs, minVersion: 1, maxVersion: Schema.version,
    flags: 0)
}

/// A TCP connection that sends whatever a test wants it to.
final class RawConnection {
  let descriptor: Int32
  private var received: [UInt8] = []
  /// The peer has closed, in order or not.
  private(set) var isEnded = false

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("no socket: errno \(errno)") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let reason = errno
      close(descriptor)
      throw TestFailure("no connection: errno \(reason)")
    }
  }

  deinit { close(descriptor) }

  /// Sends bytes; false when the peer is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads what comes within a time; false at its end or that of the stream.
  private func readMore(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else {
      isEnded = true
      return false
    }
    received += buffer[..<count]
    return true
  }

  /// The next frame, or nil when none comes in time.
  func nextFrame(milliseconds: Int32 = 5_000) -> [UInt8]? {
    while true {
      if received.count >= 24 {
        let length = received.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        if received.count >= length {
          let frame = Array(received[..<length])
          received.removeFirst(length)
          return frame
        }
      }
      guard readMore(milliseconds: milliseconds) else { return nil }
    }
  }

  /// The next frame of a kind, or nil; others are passed over.
  func next<Message: WireMessage>(
    _ type: Message.Type, milliseconds: Int32 = 5_000
  ) -> Message? {
    while let frame = nextFrame(milliseconds: milliseconds) {
      let message: Message? = frame.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress,
          FrameHeader(frame: base).templateID == Message.templateID
        else { return nil }
        return Message(frame: base)
      }
      if let message { return message }
    }
    return nil
  }

  /// Whether the peer closes in time; what it still sends is passed over.
  func isClosed(milliseconds: Int32 = 10_000) -> Bool {
    while readMore(milliseconds: milliseconds) { received = [] }
    return isEnded
  }
}
