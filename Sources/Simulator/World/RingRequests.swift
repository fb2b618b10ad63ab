internal import Kernel
internal import Primitives

/// A request on a file, from its preparation to its completion.
struct DiskRequest {
  @safe enum Action {
    case write(UnsafeRawPointer)
    case read(UnsafeMutableRawPointer)
    case sync
  }

  let action: Action
  /// The file; nil when the descriptor is nobody's, or the place is empty.
  let target: OpenFile?
  var byteCount = 0
  var offset: UInt64 = 0
  let token: Token
  /// The flush that begins when all is written.
  var linkedSync: Token?
  /// How far a flush reaches.
  var mark = 0
}

/// The requests on files of one ring.
///
/// Bytes are taken when a write completes and given when a read completes: whoever changes them
/// earlier, or gives their memory back, is found out. When the ring goes, they are forgotten.
final class RingRequests {
  private let world: World
  private let disk: SimulatedDisk
  private let fixedCount: UInt32
  private var fixedFiles: [OpenFile?]
  private var buffers: [(base: UInt, byteCount: Int)] = []
  private var prepared: [DiskRequest] = []
  private var inFlight: [DiskRequest?] = []
  private var freePlaces: [Int] = []

  init(world: World, disk: SimulatedDisk, fixedCount: UInt32) {
    self.world = world
    self.disk = disk
    self.fixedCount = fixedCount
    fixedFiles = Array(repeating: nil, count: Int(fixedCount))
    disk.ring = self
  }

  /// Registers buffers by their index.
  func register(_ buffers: [(base: UInt, byteCount: Int)]) { self.buffers = buffers }

  /// Whether bytes lie within a registered buffer.
  func holds(_ address: UInt, _ byteCount: Int, inBuffer index: UInt32) -> Bool {
    guard Int(index) < buffers.count else { return false }
    let buffer = buffers[Int(index)]
    return address >= buffer.base
      && address + UInt(byteCount) <= buffer.base + UInt(buffer.byteCount)
  }

  /// Puts a file in its place; a listener's or a counter's descriptor is somebody else's.
  ///
  /// - Returns: 0, or EBADF for a descriptor of the disk that is not open.
  func register(descriptor: Int32, fixedIndex: UInt32) -> Int32 {
    invariant(fixedIndex < fixedCount, "a registered file has a place behind the connections")
    let open = disk.openFiles[descriptor]
    if open == nil, descriptor >= SimulatedDisk.descriptorMin { return SimulatedDisk.errnoBadFile }
    fixedFiles[Int(fixedIndex)] = open
    return 0
  }

  func fixedFile(_ index: UInt32) -> OpenFile? { fixedFiles[Int(index)] }

  func file(_ descriptor: Int32) -> OpenFile? { disk.openFiles[descriptor] }

  func prepare(_ request: DiskRequest) { prepared.append(request) }

  /// Hands what is prepared to the disk.
  func submit() {
    for request in prepared { begin(request) }
    prepared.removeAll(keepingCapacity: true)
  }

  private func begin(_ request: DiskRequest) {
    var request = request
    if let target = request.target { request.mark = disk.flushMark(target) }
    let place = freePlaces.popLast() ?? inFlight.count
    if place == inFlight.count { inFlight.append(nil) }
    inFlight[place] = request
    world.scheduleForLife(after: disk.duration(of: request.step)) { [weak self] in
      self?.end(place)
    }
  }

  private func end(_ place: Int) {
    guard let request = inFlight[place] else { return }
    inFlight[place] = nil
    freePlaces.append(place)
    let result = perform(request)
    world.complete(Completion(token: request.token, result: Int32(result)))
    guard let token = request.linkedSync else { return }
    let errnoCancelled: Int32 = 125
    if result == request.byteCount {
      begin(DiskRequest(action: .sync, target: request.target, token: token))
    } else {
      world.complete(Completion(token: token, result: -errnoCancelled))
    }
  }

  private func perform(_ request: DiskRequest) -> Int {
    guard let target = request.target else { return -Int(SimulatedDisk.errnoBadFile) }
    switch request.action {
    case .write(let bytes):
      return unsafe disk.write(
        target, from: bytes, byteCount: request.byteCount, at: request.offset)
    case .read(let bytes):
      return unsafe disk.read(
        target, into: bytes, byteCount: request.byteCount, at: request.offset)
    case .sync: return disk.sync(target, through: request.mark)
    }
  }

  /// The power fails or the process dies: nothing completes any more.
  ///
  /// - Parameter reachesDisk: Whether the bytes of one more write were on their way to the disk.
  func abandon(_ reachesDisk: () -> Bool) {
    for request in inFlight {
      guard let request, let file = request.target?.file else { continue }
      guard case .write(let bytes) = request.action, reachesDisk() else { continue }
      unsafe file.write(bytes, byteCount: request.byteCount, at: request.offset)
    }
    prepared.removeAll()
    inFlight.removeAll()
    freePlaces.removeAll()
  }
}

extension DiskRequest {
  /// What the disk has to do.
  var step: DiskStep {
    switch action {
    case .write: .write
    case .read: .read
    case .sync: target?.file == nil ? .syncFolder : .syncData
    }
  }
}
