internal import CSockets
public import Primitives

/// An IPv4 address and a port.
public struct Endpoint: Equatable, Sendable, CustomStringConvertible {
  /// The address, most significant byte first.
  public let address: UInt32
  /// The TCP port.
  public let port: UInt16

  /// Names a server.
  ///
  /// - Parameters:
  ///   - address: The address, most significant byte first.
  ///   - port: The TCP port.
  public init(address: UInt32, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Looks `HOST:PORT` up; this may ask the system's name service and wait for it.
  ///
  /// - Parameter text: A host name or an IPv4 address, a colon and a port.
  /// - Throws: What cannot be understood or found.
  public init(parsing text: String) throws(ClientError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else {
      throw .invalidEndpoint("`\(text)` is not HOST:PORT, for example 127.0.0.1:7400")
    }
    var address: UInt32 = 0
    let failure = unsafe rostrum_net_resolve(String(parts[0]), &address)
    guard failure == 0 else {
      let reason = unsafe String(cString: rostrum_net_resolve_error(failure))
      throw .invalidEndpoint("the host `\(parts[0])` is not found (\(reason))")
    }
    self.init(address: address, port: port)
  }

  /// `A.B.C.D:PORT`.
  public var description: String {
    let bytes = [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xFF) }
    return bytes.joined(separator: ".") + ":\(port)"
  }
}

/// The system's clocks.
public enum SystemTime {
  /// A time that never steps backwards, in nanoseconds since some moment.
  public static func monotonic() -> Nanoseconds { rostrum_net_monotonic_ns() }
  /// Nanoseconds since the Unix epoch, UTC.
  public static func wall() -> Nanoseconds { rostrum_net_wall_ns() }
}
