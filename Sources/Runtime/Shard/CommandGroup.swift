internal import Gateway
internal import Primitives

/// A few commands read ahead, so that the memory they will touch is asked for together.
///
/// A random auction is one miss of the cache; sixteen at a time cost hardly more than one.
@safe
struct CommandGroup: ~Copyable {
  static let capacity = 16
  private let memory: Region
  private let base: UnsafeMutablePointer<GatewayCommand>
  private(set) var count = 0
  /// Groups that were carried out so far.
  private var doneCount: UInt64 = 0
  /// When the first command of a timed group was asked for.
  var askedTime: Nanoseconds = 0
  /// Bytes of their frames and of what the log adds to each.
  private(set) var recordBytes = 0

  init(memory source: MemorySource) {
    memory = Region(
      byteCount: unsafe Self.capacity * MemoryLayout<GatewayCommand>.stride, from: source)
    unsafe base = memory.base.bindMemory(to: GatewayCommand.self, capacity: Self.capacity)
  }

  @_noLocks @inline(__always)
  mutating func append(_ command: GatewayCommand) {
    unsafe (base + count).initialize(to: command)
    unsafe recordBytes += command.byteCount + 16
    count += 1
  }

  @_noLocks @inline(__always)
  subscript(_ index: Int) -> GatewayCommand { unsafe base[index] }

  /// Whether the stages of this group's commands are timed: one group in sixty-four, so that
  /// looking at the clock costs less than a hundredth.
  var isTimed: Bool { @_noLocks @inline(__always) get { doneCount & 63 == 0 } }

  @_noLocks @inline(__always)
  mutating func removeAll() {
    if count > 0 { doneCount &+= 1 }
    count = 0
    recordBytes = 0
  }
}
