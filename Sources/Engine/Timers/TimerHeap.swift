internal import Primitives

/// When each auction's next change of state is due: a heap of four children a node, by
/// (due time, auction id).
///
/// An auction has exactly one timer: its start, then its end, then the moment it is forgotten.
/// A heap keeps the exact order of the rules by itself and knows the next due time at once; its
/// nodes are 16 bytes, four siblings share a cache line. An end that soft close moves later costs
/// nothing here: the timer stays and moves when it comes to the top (`hold` in `Engine+Timers`).
@safe
struct TimerHeap: ~Copyable {
  struct Timer: BitwiseCopyable {
    var due: Nanoseconds
    var auction: UInt64

    @inline(always)
    static func < (left: Timer, right: Timer) -> Bool {
      left.due < right.due || (left.due == right.due && left.auction < right.auction)
    }
  }

  private let memory: Region
  /// Node 1 is the top; the children of node n are 4n - 2 to 4n + 1, on a cache line of their own.
  private let timers: UnsafeMutablePointer<Timer>
  private(set) var count = 0

  init(capacity: Int, from source: MemorySource) {
    let stride = MemoryLayout<Timer>.stride
    memory = Region(byteCount: (capacity + 8) * stride, from: source)
    // Two nodes of space in front: node 2 then starts a line.
    unsafe timers = (memory.base + 2 * stride).assumingMemoryBound(to: Timer.self)
  }

  /// When the first timer is due; `UInt64.max` without one.
  @inline(always)
  var nextDue: Nanoseconds { count == 0 ? .max : unsafe timers[1].due }

  /// The slot of the first timer's auction.
  @inline(always)
  var nextSlot: UInt32 { unsafe UInt32(truncatingIfNeeded: timers[1].auction) }

  /// The due time of a timer.
  func due(_ index: UInt32) -> Nanoseconds { unsafe timers[Int(index)].due }

  /// Starts an auction's timer.
  mutating func add(_ auction: AuctionID, due: Nanoseconds, _ auctions: borrowing AuctionSlab) {
    count += 1
    rise(Timer(due: due, auction: auction.raw), at: count, auctions)
  }

  /// Changes when an auction's timer is due.
  mutating func move(_ index: UInt32, due: Nanoseconds, _ auctions: borrowing AuctionSlab) {
    let place = Int(index)
    var timer = unsafe timers[place]
    let isLater = due > timer.due
    timer.due = due
    if isLater { sink(timer, at: place, auctions) } else { rise(timer, at: place, auctions) }
  }

  /// Stops a timer.
  mutating func remove(_ index: UInt32, _ auctions: borrowing AuctionSlab) {
    let place = Int(index)
    auctions[slot(place)].timerIndex = 0
    let last = unsafe timers[count]
    count -= 1
    guard place <= count else { return }
    let isLater = unsafe timers[place] < last
    if isLater { sink(last, at: place, auctions) } else { rise(last, at: place, auctions) }
  }

  @inline(always)
  private func slot(_ place: Int) -> UInt32 {
    unsafe UInt32(truncatingIfNeeded: timers[place].auction)
  }

  @inline(always)
  private func put(_ timer: Timer, at place: Int, _ auctions: borrowing AuctionSlab) {
    unsafe timers[place] = timer
    auctions[UInt32(truncatingIfNeeded: timer.auction)].timerIndex =
      UInt32(truncatingIfNeeded: place)
  }

  private func rise(_ timer: Timer, at start: Int, _ auctions: borrowing AuctionSlab) {
    var place = start
    while place > 1 {
      let parent = (place + 2) >> 2
      guard unsafe timer < timers[parent] else { break }
      unsafe put(timers[parent], at: place, auctions)
      place = parent
    }
    put(timer, at: place, auctions)
  }

  private func sink(_ timer: Timer, at start: Int, _ auctions: borrowing AuctionSlab) {
    var place = start
    while true {
      let first = 4 * place - 2
      guard first <= count else { break }
      var least = first
      for child in first + 1..<max(first + 1, min(first + 4, count + 1))
      where unsafe timers[child] < timers[least] {
        least = child
      }
      guard unsafe timers[least] < timer else { break }
      unsafe put(timers[least], at: place, auctions)
      place = least
    }
    put(timer, at: place, auctions)
  }
}
