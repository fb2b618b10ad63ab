internal import CLinux
public import Kernel
public import Primitives

/// One thread's io_uring: requests in, completions out.
///
/// Owner: the thread that made it; the kernel refuses any other (SINGLE_ISSUER). Completions run
/// only when this thread asks for them (DEFER_TASKRUN).
@safe
public struct KernelRing: RequestRing, ~Copyable {
  let ring: OpaquePointer
  private let receiveMemory: Region
  private let reaped: UnsafeMutablePointer<rl_completion>
  private static let reapedMax = 4_096
  /// How big it is.
  public let sizes: RingSizes

  /// Opens a ring with registered files and receive buffers.
  ///
  /// - Parameters:
  ///   - sizes: How big.
  ///   - memory: Where the receive buffers' memory comes from.
  /// - Throws: `KernelError` when the kernel refuses.
  public init(sizes: RingSizes, memory: MemorySource) throws(KernelError) {
    let receiveMemory = Region(
      byteCount: Int(sizes.receiveBuffers) * Int(sizes.receiveBufferBytes), from: memory)
    var options = rl_ring_options(
      submission_entries: sizes.submissionEntries, completion_entries: sizes.completionEntries,
      file_slots: sizes.connectionSlots + sizes.fixedSlots, socket_slots_first: 0,
      socket_slots: sizes.connectionSlots)
    var errno: Int32 = 0
    guard let ring = unsafe rl_ring_open(&options, &errno) else {
      throw KernelError("io_uring could not be opened", errno: errno)
    }
    let provided = unsafe rl_ring_provide_buffers(
      ring, receiveMemory.base, sizes.receiveBuffers, sizes.receiveBufferBytes)
    if provided < 0 {
      unsafe rl_ring_close(ring)
      throw KernelError("receive buffers could not be registered", errno: -provided)
    }
    unsafe self.ring = ring
    self.sizes = sizes
    self.receiveMemory = receiveMemory
    unsafe reaped = UnsafeMutablePointer<rl_completion>.allocate(capacity: Self.reapedMax)
  }

  deinit {
    unsafe rl_ring_close(ring)
    unsafe reaped.deallocate()
  }

  /// The bytes of a receive buffer.
  ///
  /// - Parameter index: The buffer that a completion named.
  /// - Returns: Its first byte.
  @_noLocks @inline(__always)
  public func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(receiveMemory.base + Int(index) * Int(sizes.receiveBufferBytes))
  }

  /// Registers memory for `write`, in the order of the indices used there.
  ///
  /// - Parameter regions: Address and length in bytes of each.
  /// - Throws: `KernelError` when the kernel refuses.
  public mutating func register(
    buffers regions: [(base: UnsafeMutableRawPointer, byteCount: Int)]
  ) throws(KernelError) {
    let vectors = unsafe regions.map {
      unsafe rl_memory(base: $0.base, length: UInt64($0.byteCount))
    }
    let status = unsafe rl_ring_register_buffers(ring, vectors, UInt32(vectors.count))
    if status < 0 { throw KernelError("log buffers could not be registered", errno: -status) }
  }

  /// Puts an open file in the table of registered files; the descriptor may then be closed.
  ///
  /// - Parameters:
  ///   - descriptor: The file, -1 to empty the place.
  ///   - fixedIndex: Which place behind the connections.
  /// - Throws: `KernelError` when the kernel refuses.
  public mutating func register(
    descriptor: Int32, fixedIndex: UInt32
  ) throws(KernelError) {
    invariant(fixedIndex < sizes.fixedSlots, "a registered file has a place behind the connections")
    let slot = sizes.connectionSlots + fixedIndex
    let status = unsafe rl_ring_register_file(ring, slot, descriptor)
    if status < 0 { throw KernelError("a file could not be registered", errno: -status) }
  }

  /// Submits what is prepared; does not wait.
  ///
  /// - Returns: 0, or the errno of a ring that can no longer be used.
  @_noLocks public mutating func submit() -> Int32 { unsafe -rl_submit(ring) }

  /// Submits what is prepared and sleeps until a completion or for a time.
  ///
  /// - Parameter nanoseconds: The longest sleep.
  /// - Returns: 0, or the errno of a ring that can no longer be used.
  @_noLocks public mutating func submitAndWait(nanoseconds: Nanoseconds) -> Int32 {
    unsafe -rl_submit_and_wait(ring, nanoseconds)
  }

  /// Takes completions out of the ring.
  ///
  /// - Parameter completions: Where to; at most its capacity are taken.
  /// - Complexity: O(number taken).
  @_noLocks public mutating func reap(into completions: inout CompletionBatch) {
    completions.removeAll()
    let most = min(completions.capacity, Self.reapedMax)
    let count = unsafe Int(rl_reap(ring, reaped, UInt32(most)))
    for index in 0..<count { unsafe completions.append(Completion(reaped[index])) }
  }

  /// Gives a receive buffer back to the kernel.
  ///
  /// - Parameter index: The buffer; its bytes must not be touched any more.
  @_noLocks public mutating func returnBuffer(_ index: UInt16) {
    unsafe rl_return_buffer(ring, index)
  }
}

extension KernelRing {
  private func slot(fixed index: UInt32) -> UInt32 { sizes.connectionSlots + index }

  private func prepared(_ status: Int32) {
    invariant(status == 0, "the submission queue takes a request after it was handed over")
  }

  /// Accepts connections from now on; each gets a place in the table of registered files.
  ///
  /// - Parameter listener: The listener's fixed index.
  @_noLocks public mutating func accept(listener: UInt32) {
    prepared(unsafe rl_accept(ring, slot(fixed: listener), Token(.accept).raw))
  }

  /// Receives a connection's bytes from now on.
  ///
  /// - Parameters:
  ///   - connection: Its place in the table.
  ///   - generation: Which user of that place.
  @_noLocks public mutating func receive(connection: UInt32, generation: UInt32) {
    let token = Token(.receive, index: connection, generation: generation)
    prepared(unsafe rl_receive(ring, connection, token.raw))
  }

  /// Stops receiving a connection's bytes.
  ///
  /// - Parameters:
  ///   - connection: Its place in the table.
  ///   - generation: Which user of that place.
  @_noLocks public mutating func cancelReceive(connection: UInt32, generation: UInt32) {
    let victim = Token(.receive, index: connection, generation: generation)
    let token = Token(.cancel, index: connection, generation: generation)
    prepared(unsafe rl_cancel(ring, victim.raw, token.raw))
  }

  /// Sends bytes; they must stay until the completion.
  ///
  /// - Parameters:
  ///   - bytes: The first.
  ///   - byteCount: How many.
  ///   - connection: Its place in the table.
  ///   - generation: Which user of that place.
  @_noLocks public mutating func send(
    _ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32
  ) {
    let token = Token(.send, index: connection, generation: generation)
    prepared(unsafe rl_send(ring, connection, bytes, UInt32(byteCount), token.raw))
  }

  /// Ends both directions of a connection, so that its other requests complete.
  ///
  /// - Parameters:
  ///   - connection: Its place in the table.
  ///   - generation: Which user of that place.
  @_noLocks public mutating func shutdown(connection: UInt32, generation: UInt32) {
    let token = Token(.shutdown, index: connection, generation: generation)
    prepared(unsafe rl_shutdown(ring, connection, token.raw))
  }

  /// Gives a connection's place back.
  ///
  /// - Parameters:
  ///   - connection: Its place in the table.
  ///   - generation: Which user of that place.
  @_noLocks public mutating func close(connection: UInt32, generation: UInt32) {
    let token = Token(.close, index: connection, generation: generation)
    prepared(unsafe rl_close_slot(ring, connection, token.raw))
  }

  /// Reads the counter by which another thread wakes this one.
  ///
  /// - Parameters:
  ///   - counter: Eight bytes that stay until the completion.
  ///   - fixedIndex: The counter's fixed index.
  @_noLocks public mutating func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32) {
    prepared(unsafe rl_read(ring, slot(fixed: fixedIndex), counter, 8, Token(.wake).raw))
  }

  /// Writes registered memory to a file and, when that is done, flushes the file's data.
  ///
  /// - Parameters:
  ///   - bytes: The first byte, within the registered buffer.
  ///   - byteCount: How many, a multiple of 4,096.
  ///   - bufferIndex: Which registered buffer.
  ///   - fixedIndex: Which registered file.
  ///   - offset: Where in the file, in bytes, a multiple of 4,096.
  @_noLocks public mutating func writeAndSync(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64
  ) {
    let file = slot(fixed: fixedIndex)
    prepared(
      unsafe rl_write_and_sync(
        ring, file, bufferIndex, bytes, UInt32(byteCount), offset, Token(.logWrite).raw,
        Token(.logSync).raw))
  }

  /// Writes registered memory to a segment that is being prepared.
  ///
  /// - Parameters:
  ///   - bytes: The first byte, within the registered buffer.
  ///   - byteCount: How many, a multiple of 4,096.
  ///   - bufferIndex: Which registered buffer.
  ///   - fixedIndex: Which registered file.
  ///   - offset: Where in the file, in bytes, a multiple of 4,096.
  @_noLocks public mutating func prepareWrite(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64
  ) {
    let file = slot(fixed: fixedIndex)
    prepared(
      unsafe rl_write(
        ring, file, bufferIndex, bytes, UInt32(byteCount), offset, Token(.prepareWrite).raw))
  }

  /// Flushes the data of a segment that is being prepared.
  ///
  /// - Parameter fixedIndex: Which registered file.
  @_noLocks public mutating func prepareSync(fixedIndex: UInt32) {
    prepared(unsafe rl_sync(ring, slot(fixed: fixedIndex), Token(.prepareSync).raw))
  }
}

extension Completion {
  @inline(__always) @_noLocks
  fileprivate init(_ raw: rl_completion) {
    self.init(
      token: Token(raw: raw.token), result: raw.result, hasMore: raw.has_more != 0,
      bufferIndex: raw.has_buffer != 0 ? raw.buffer : nil)
  }
}
