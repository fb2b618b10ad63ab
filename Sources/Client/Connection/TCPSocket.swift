internal import CSockets

/// A TCP socket that never blocks; closed when its owner goes.
struct TCPSocket: ~Copyable {
  let descriptor: Int32

  /// What a call came to.
  enum Transfer {
    case bytes(Int)
    case wouldBlock
    case closed
    case failed(errorNumber: Int32)
  }

  /// Starts to connect; nil with the error number when the kernel refuses at once.
  init?(connectingTo endpoint: Endpoint, errorNumber: inout Int32) {
    let result = rostrum_net_connect(endpoint.address, endpoint.port)
    guard result >= 0 else {
      errorNumber = -result
      return nil
    }
    descriptor = result
  }

  deinit { rostrum_net_close(descriptor) }

  /// The error number of the connecting, 0 when the connection stands, nil while it does not yet.
  func connectResult() -> Int32? {
    var set = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let ready = unsafe rostrum_net_poll(&set, 1, 0)
    if ready <= 0 { return nil }
    return -rostrum_net_connect_result(descriptor)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    Self.transfer(
      unsafe rostrum_net_send(descriptor, bytes.baseAddress, UInt32(bytes.count)),
      isRead: false
    )
  }

  func receive(into space: UnsafeMutableRawBufferPointer) -> Transfer {
    Self.transfer(
      unsafe rostrum_net_receive(descriptor, space.baseAddress, UInt32(space.count)),
      isRead: true
    )
  }

  private static func transfer(_ result: Int32, isRead: Bool) -> Transfer {
    if result > 0 { return .bytes(Int(result)) }
    if result == 0 { return isRead ? .closed : .wouldBlock }
    if result == -EAGAIN || result == -EINTR { return .wouldBlock }
    return .failed(errorNumber: -result)
  }
}
