public import Kernel
internal import Primitives

/// A network on which nobody is: for shards that are only opened, and for tests of disks.
public final class SilentNetwork: RingNetwork {
  /// Makes one.
  public init() {}

  /// See `RingNetwork`.
  public func beginNextLife(sizes: RingSizes) {}
  /// See `RingNetwork`.
  public func powerFailed() {}
  /// See `RingNetwork`.
  public func ringClosed() {}

  /// See `RingNetwork`; nothing is ever received.
  public func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer {
    invariant(false, "nothing was received from a silent network")
    return unsafe UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
  }

  /// See `RingNetwork`.
  public func returnBuffer(_ index: UInt16) {}
  /// See `RingNetwork`; nobody ever connects.
  public func accept(listener: UInt32) {}
  /// See `RingNetwork`.
  public func receive(connection: UInt32, generation: UInt32) {}
  /// See `RingNetwork`.
  public func cancelReceive(connection: UInt32, generation: UInt32) {}
  /// See `RingNetwork`.
  public func send(
    _ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32
  ) {}
  /// See `RingNetwork`.
  public func shutdown(connection: UInt32, generation: UInt32) {}
  /// See `RingNetwork`.
  public func close(connection: UInt32, generation: UInt32) {}
  /// See `RingNetwork`; nobody ever wakes anybody.
  public func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32) {}
}
