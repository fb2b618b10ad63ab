internal import Primitives

/// Where a connection is in its life, as the kernel sees it.
enum SlotState: UInt8 {
  /// Nobody has the place.
  case free
  /// Bytes go both ways.
  case open
  /// Beyond the cap: it is told so and goes.
  case refusing
  /// Shut down; waits until the kernel holds none of its requests.
  case closing
}

/// One place of the table of registered files.
struct ConnectionSlot: BitwiseCopyable {
  var generation: UInt32 = 0
  var state: SlotState = .free
  /// A multishot receive is in the kernel.
  var isReceiving = false
  /// A send is in the kernel.
  var isSending = false
  /// The shutdown was answered.
  var isShutDown = false
  /// The close was asked for.
  var isClosing = false
  /// The gateway has bytes that it has not used up.
  var isFed = false
  /// The place is in the queue of connections with work.
  var isQueued = false
  /// The gateway wants nothing until it says so.
  var isPaused = false
  /// The peer will send nothing more.
  var hasEnded = false
  /// The gateway knows the connection.
  var isKnown = false
  var inputHead = InputBuffers.none
  var inputTail = InputBuffers.none
  var inputCount: UInt32 = 0
}

/// The connections of a shard, by their place in the table of registered files.
@safe
struct ConnectionSlots: ~Copyable {
  private let memory: Region
  private let base: UnsafeMutablePointer<ConnectionSlot>
  let count: Int
  /// Places that are open.
  var openCount = 0

  init(count: Int, memory source: MemorySource) {
    memory = Region(byteCount: count * MemoryLayout<ConnectionSlot>.stride, from: source)
    unsafe base = memory.base.bindMemory(to: ConnectionSlot.self, capacity: count)
    unsafe base.initialize(repeating: ConnectionSlot(), count: count)
    self.count = count
  }

  subscript(_ index: Int) -> ConnectionSlot {
    @_noLocks @inline(__always) unsafeAddress {
      let isInside = index >= 0 && index < count
      invariant(isInside, "a place of the table")
      return unsafe UnsafePointer(base + index)
    }
    @_noLocks @inline(__always) unsafeMutableAddress {
      let isInside = index >= 0 && index < count
      invariant(isInside, "a place of the table")
      return unsafe base + index
    }
  }
}

/// Received buffers that wait to be read, linked in the order they came.
@safe
struct InputBuffers: ~Copyable {
  static let none = UInt32.max
  private let memory: Region
  private let base: UnsafeMutablePointer<(next: UInt32, byteCount: UInt32)>

  init(count: Int, memory source: MemorySource) {
    memory = Region(byteCount: count * 8, from: source)
    unsafe base = memory.base.bindMemory(
      to: (next: UInt32, byteCount: UInt32).self, capacity: count)
  }

  /// Puts a buffer behind the others of its connection.
  @_noLocks
  mutating func append(_ buffer: UInt16, byteCount: Int, to slot: inout ConnectionSlot) {
    unsafe base[Int(buffer)] = (next: Self.none, byteCount: UInt32(byteCount))
    if slot.inputTail == Self.none {
      slot.inputHead = UInt32(buffer)
    } else {
      unsafe base[Int(slot.inputTail)].next = UInt32(buffer)
    }
    slot.inputTail = UInt32(buffer)
    slot.inputCount += 1
  }

  /// The bytes in a connection's first buffer.
  @_noLocks
  func firstByteCount(of slot: ConnectionSlot) -> Int {
    unsafe Int(base[Int(slot.inputHead)].byteCount)
  }

  /// Takes a connection's first buffer away.
  @_noLocks
  mutating func removeFirst(from slot: inout ConnectionSlot) -> UInt16 {
    let buffer = slot.inputHead
    slot.inputHead = unsafe base[Int(buffer)].next
    if slot.inputHead == Self.none { slot.inputTail = Self.none }
    slot.inputCount -= 1
    return UInt16(truncatingIfNeeded: buffer)
  }
}

/// Connections with work to do, each at most once, first come first served.
@safe
struct WorkQueue: ~Copyable {
  private let memory: Region
  private let base: UnsafeMutablePointer<UInt32>
  private let capacity: Int
  private var first = 0
  private(set) var count = 0

  init(capacity: Int, memory source: MemorySource) {
    memory = Region(byteCount: capacity * 4, from: source)
    unsafe base = memory.base.bindMemory(to: UInt32.self, capacity: capacity)
    self.capacity = capacity
  }

  @_noLocks
  mutating func push(_ index: Int) {
    let hasRoom = count < capacity
    invariant(hasRoom, "a connection is queued once")
    var place = first + count
    if place >= capacity { place -= capacity }
    unsafe base[place] = UInt32(truncatingIfNeeded: index)
    count += 1
  }

  @_noLocks
  mutating func pop() -> Int {
    let index = unsafe Int(base[first])
    first = first + 1 == capacity ? 0 : first + 1
    count -= 1
    return index
  }
}
