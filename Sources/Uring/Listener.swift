internal import CLinux
public import Kernel

/// A listening TCP socket.
public struct Listener: ~Copyable {
  /// The socket's own number; it must outlive a ring that has it registered.
  public let descriptor: Int32
  /// The port it listens on.
  public let port: UInt16

  /// Listens.
  ///
  /// - Parameters:
  ///   - address: IPv4, most significant byte first; 0 = every address of the machine.
  ///   - port: The port; 0 = any free one.
  /// - Throws: `KernelError` when the address cannot be had.
  public init(address: UInt32, port: UInt16) throws(KernelError) {
    let descriptor = rl_listen(address.bigEndian, port, 1024)
    if descriptor < 0 { throw KernelError("cannot listen on port \(port)", errno: -descriptor) }
    let actual = rl_local_port(descriptor)
    if actual < 0 { throw KernelError("cannot read the port", errno: -actual) }
    self.descriptor = descriptor
    self.port = UInt16(actual)
  }

  deinit { _ = rl_close(descriptor) }
}

/// A counter by which another thread wakes a shard that sleeps in the kernel.
public struct WakeUp: ~Copyable, Sendable {
  /// The counter's own number; it must outlive a ring that has it registered.
  public let descriptor: Int32

  /// Makes a counter.
  ///
  /// - Throws: `KernelError` when there are no descriptors left.
  public init() throws(KernelError) {
    descriptor = rl_eventfd()
    if descriptor < 0 { throw KernelError("cannot make a wake-up", errno: -descriptor) }
  }

  deinit { _ = rl_close(descriptor) }

  /// Wakes the shard; from any thread.
  public func signal() { _ = rl_eventfd_add(descriptor) }
}
