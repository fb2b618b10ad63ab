public import Primitives
public import WAL

/// One thread's requests and completions: io_uring in production, a seed's in a simulation.
///
/// Requests are handed over by `submit`; what they name must stay until their completion. See
/// `Token` for what comes back with each.
public protocol RequestRing: ~Copyable {
  /// How big it is.
  var sizes: RingSizes { get }

  /// Submits what is prepared; does not wait.
  ///
  /// - Returns: 0, or the errno of a ring that can no longer be used.
  mutating func submit() -> Int32
  /// Submits what is prepared and sleeps until a completion or for a time.
  ///
  /// - Parameter nanoseconds: The longest sleep.
  /// - Returns: 0, or the errno of a ring that can no longer be used.
  mutating func submitAndWait(nanoseconds: Nanoseconds) -> Int32
  /// Takes completions out of the ring.
  ///
  /// - Parameter completions: Where to; it is emptied first, and at most its capacity are taken.
  mutating func reap(into completions: inout CompletionBatch)

  /// Registers memory for `writeAndSync` and `prepareWrite`, in the order of the indices there.
  ///
  /// - Parameter regions: Address and length in bytes of each.
  /// - Throws: `KernelError` when the kernel refuses.
  mutating func register(
    buffers regions: [(base: UnsafeMutableRawPointer, byteCount: Int)]
  ) throws(KernelError)
  /// Puts an open file in the table of registered files; the descriptor may then be closed.
  ///
  /// - Parameters:
  ///   - descriptor: The file, -1 to empty the place.
  ///   - fixedIndex: Which place behind the connections.
  /// - Throws: `KernelError` when the kernel refuses.
  mutating func register(descriptor: Int32, fixedIndex: UInt32) throws(KernelError)

  /// The bytes of a receive buffer.
  ///
  /// - Parameter index: The buffer that a completion named.
  /// - Returns: Its first byte.
  func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer
  /// Gives a receive buffer back to the kernel.
  ///
  /// - Parameter index: The buffer; its bytes must not be touched any more.
  mutating func returnBuffer(_ index: UInt16)

  /// Accepts connections from now on; each gets a place, which is the completion's result.
  ///
  /// - Parameter listener: The listener's fixed index.
  mutating func accept(listener: UInt32)
  /// Receives a connection's bytes from now on.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  mutating func receive(connection: UInt32, generation: UInt32)
  /// Stops receiving a connection's bytes.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  mutating func cancelReceive(connection: UInt32, generation: UInt32)
  /// Sends bytes.
  ///
  /// - Parameters:
  ///   - bytes: The first.
  ///   - byteCount: How many.
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  mutating func send(
    _ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32)
  /// Ends both directions of a connection, so that its other requests complete.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  mutating func shutdown(connection: UInt32, generation: UInt32)
  /// Gives a connection's place back.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  mutating func close(connection: UInt32, generation: UInt32)
  /// Reads the counter by which another thread wakes this one.
  ///
  /// - Parameters:
  ///   - counter: Eight bytes.
  ///   - fixedIndex: The counter's fixed index.
  mutating func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32)

  /// Writes registered memory to a registered file and, when all of it is written, flushes it.
  ///
  /// A write that fails or falls short cancels the flush.
  ///
  /// - Parameters:
  ///   - bytes: The first byte, within the registered buffer.
  ///   - byteCount: How many, a multiple of 4,096.
  ///   - bufferIndex: Which registered buffer.
  ///   - fixedIndex: Which registered file.
  ///   - offset: Where in the file, in bytes, a multiple of 4,096.
  mutating func writeAndSync(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64)
  /// Writes registered memory to a segment that is being prepared.
  ///
  /// - Parameters:
  ///   - bytes: The first byte, within the registered buffer.
  ///   - byteCount: How many, a multiple of 4,096.
  ///   - bufferIndex: Which registered buffer.
  ///   - fixedIndex: Which registered file.
  ///   - offset: Where in the file, in bytes, a multiple of 4,096.
  mutating func prepareWrite(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64)
  /// Flushes the data of a segment that is being prepared.
  ///
  /// - Parameter fixedIndex: Which registered file.
  mutating func prepareSync(fixedIndex: UInt32)

  /// Writes memory to a file.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: The first byte.
  ///   - byteCount: How many.
  ///   - offset: Where in the file, in bytes.
  ///   - token: What comes back with the completion.
  mutating func write(
    _ file: StorageFile, _ bytes: UnsafeRawPointer, byteCount: Int, offset: UInt64, token: Token)
  /// Reads a part of a file into memory.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - bytes: Where to.
  ///   - byteCount: How many bytes at most.
  ///   - offset: Where in the file, in bytes.
  ///   - token: What comes back with the completion.
  mutating func read(
    _ file: StorageFile, _ bytes: UnsafeMutableRawPointer, byteCount: Int, offset: UInt64,
    token: Token)
  /// Flushes a file, or a folder's names.
  ///
  /// - Parameters:
  ///   - file: The open file or folder.
  ///   - dataOnly: Whether times and the like may be left out; not for a folder.
  ///   - token: What comes back with the completion.
  mutating func sync(_ file: StorageFile, dataOnly: Bool, token: Token)
}
