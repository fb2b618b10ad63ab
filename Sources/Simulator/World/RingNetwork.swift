public import Kernel

/// The server's side of a simulated network: what a ring hands on to it, and what a machine does.
///
/// Its requests mean the same as those of `RequestRing`, and complete in the world.
public protocol RingNetwork: AnyObject {
  /// A process opens its ring: all connections of the one before are gone.
  ///
  /// - Parameter sizes: How big the ring is; the network has the receive buffers.
  func beginNextLife(sizes: RingSizes)
  /// The power fails: nothing leaves any more, and nothing arrives.
  func powerFailed()
  /// The process has closed its ring or died: its machine ends the connections.
  func ringClosed()

  /// The bytes of a receive buffer.
  ///
  /// - Parameter index: The buffer that a completion named.
  /// - Returns: Its first byte.
  func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer
  /// Takes a receive buffer back.
  ///
  /// - Parameter index: The buffer.
  func returnBuffer(_ index: UInt16)

  /// Accepts connections from now on.
  ///
  /// - Parameter listener: The listener's fixed index.
  func accept(listener: UInt32)
  /// Receives a connection's bytes from now on.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  func receive(connection: UInt32, generation: UInt32)
  /// Stops receiving a connection's bytes.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  func cancelReceive(connection: UInt32, generation: UInt32)
  /// Sends bytes, which stay until the completion.
  ///
  /// - Parameters:
  ///   - bytes: The first.
  ///   - byteCount: How many.
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  func send(_ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32)
  /// Ends both directions of a connection.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  func shutdown(connection: UInt32, generation: UInt32)
  /// Gives a connection's place back.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  func close(connection: UInt32, generation: UInt32)
  /// Waits for another thread's wake-up.
  ///
  /// - Parameters:
  ///   - counter: Eight bytes that stay until the completion.
  ///   - fixedIndex: The counter's fixed index.
  func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32)
}
