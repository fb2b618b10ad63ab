public import Kernel
public import Primitives
public import WAL

/// A ring whose requests complete in a simulated world, each after a time of its own.
public struct SimulatedRing: RequestRing, ~Copyable {
  private let world: World
  private let network: any RingNetwork
  private let requests: RingRequests
  /// How big it is.
  public let sizes: RingSizes

  init(world: World, disk: SimulatedDisk, network: any RingNetwork, sizes: RingSizes) {
    self.world = world
    self.network = network
    self.sizes = sizes
    requests = RingRequests(world: world, disk: disk, fixedCount: sizes.fixedSlots)
  }

  deinit { network.ringClosed() }

  /// See `RequestRing`; a microsecond passes, up to 50 while nothing completes.
  public mutating func submit() -> Int32 {
    if world.isPowerOff { return SimulatedDisk.errnoInputOutput }
    requests.submit()
    world.pass(TimeSpan.microsecond, stopsAtCompletion: false)
    world.pass(49 * TimeSpan.microsecond, stopsAtCompletion: true)
    return world.isPowerOff ? SimulatedDisk.errnoInputOutput : 0
  }

  /// See `RequestRing`.
  public mutating func submitAndWait(nanoseconds: Nanoseconds) -> Int32 {
    if world.isPowerOff { return SimulatedDisk.errnoInputOutput }
    requests.submit()
    world.pass(TimeSpan.microsecond, stopsAtCompletion: false)
    world.pass(nanoseconds, stopsAtCompletion: true)
    return world.isPowerOff ? SimulatedDisk.errnoInputOutput : 0
  }

  /// See `RequestRing`.
  public mutating func reap(into completions: inout CompletionBatch) {
    completions.removeAll()
    if world.isPowerOff { return }
    while !completions.isFull, let completion = world.takeCompletion() {
      completions.append(completion)
    }
  }

  /// See `RequestRing`.
  public mutating func register(
    buffers regions: [(base: UnsafeMutableRawPointer, byteCount: Int)]
  ) throws(KernelError) {
    let buffers = unsafe regions.map {
      unsafe (base: UInt(bitPattern: $0.base), byteCount: $0.byteCount)
    }
    requests.register(buffers)
  }

  /// See `RequestRing`.
  public mutating func register(
    descriptor: Int32, fixedIndex: UInt32
  ) throws(KernelError) {
    let errno = requests.register(descriptor: descriptor, fixedIndex: fixedIndex)
    if errno != 0 {
      throw KernelError("a file could not be registered", errno: errno, reason: "not open")
    }
  }
}

// The network's part.
extension SimulatedRing {
  /// See `RequestRing`.
  public func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer {
    unsafe network.receiveBuffer(index)
  }

  /// See `RequestRing`.
  public mutating func returnBuffer(_ index: UInt16) { network.returnBuffer(index) }

  /// See `RequestRing`.
  public mutating func accept(listener: UInt32) { network.accept(listener: listener) }

  /// See `RequestRing`.
  public mutating func receive(connection: UInt32, generation: UInt32) {
    network.receive(connection: connection, generation: generation)
  }

  /// See `RequestRing`.
  public mutating func cancelReceive(connection: UInt32, generation: UInt32) {
    network.cancelReceive(connection: connection, generation: generation)
  }

  /// See `RequestRing`.
  public mutating func send(
    _ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32
  ) {
    unsafe network.send(
      bytes, byteCount: byteCount, connection: connection, generation: generation)
  }

  /// See `RequestRing`.
  public mutating func shutdown(connection: UInt32, generation: UInt32) {
    network.shutdown(connection: connection, generation: generation)
  }

  /// See `RequestRing`.
  public mutating func close(connection: UInt32, generation: UInt32) {
    network.close(connection: connection, generation: generation)
  }

  /// See `RequestRing`.
  public mutating func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32) {
    unsafe network.awaitWake(counter: counter, fixedIndex: fixedIndex)
  }
}

// The disk's part.
extension SimulatedRing {
  /// See `RequestRing`.
  public mutating func writeAndSync(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64
  ) {
    unsafe writeRegistered(
      bytes, byteCount, bufferIndex, fixedIndex, offset, token: Token(.logWrite),
      linkedSync: Token(.logSync))
  }

  /// See `RequestRing`.
  public mutating func prepareWrite(
    _ bytes: UnsafeRawPointer, byteCount: Int, bufferIndex: UInt32, fixedIndex: UInt32,
    offset: UInt64
  ) {
    unsafe writeRegistered(
      bytes, byteCount, bufferIndex, fixedIndex, offset, token: Token(.prepareWrite))
  }

  private mutating func writeRegistered(
    _ bytes: UnsafeRawPointer, _ byteCount: Int, _ bufferIndex: UInt32, _ fixedIndex: UInt32,
    _ offset: UInt64, token: Token, linkedSync: Token? = nil
  ) {
    let isInside = requests.holds(UInt(bitPattern: bytes), byteCount, inBuffer: bufferIndex)
    invariant(isInside, "what is written lies in its registered buffer")
    requests.prepare(
      unsafe DiskRequest(
        action: .write(bytes), target: requests.fixedFile(fixedIndex), byteCount: byteCount,
        offset: offset, token: token, linkedSync: linkedSync))
  }

  /// See `RequestRing`.
  public mutating func prepareSync(fixedIndex: UInt32) {
    requests.prepare(
      DiskRequest(
        action: .sync, target: requests.fixedFile(fixedIndex), token: Token(.prepareSync)))
  }

  /// See `RequestRing`.
  public mutating func write(
    _ file: StorageFile, _ bytes: UnsafeRawPointer, byteCount: Int, offset: UInt64, token: Token
  ) {
    requests.prepare(
      unsafe DiskRequest(
        action: .write(bytes), target: requests.file(file.id), byteCount: byteCount,
        offset: offset, token: token))
  }

  /// See `RequestRing`.
  public mutating func read(
    _ file: StorageFile, _ bytes: UnsafeMutableRawPointer, byteCount: Int, offset: UInt64,
    token: Token
  ) {
    requests.prepare(
      unsafe DiskRequest(
        action: .read(bytes), target: requests.file(file.id), byteCount: byteCount,
        offset: offset, token: token))
  }

  /// See `RequestRing`; what counts besides a file's data is its length, which is always flushed.
  public mutating func sync(_ file: StorageFile, dataOnly: Bool, token: Token) {
    requests.prepare(
      DiskRequest(action: .sync, target: requests.file(file.id), token: token))
  }
}
