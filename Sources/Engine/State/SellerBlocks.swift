internal import Primitives

/// The pairs of a seller and a bidder whom the seller refuses: open addressing, linear probing.
@safe
struct SellerBlocks: ~Copyable {
  struct Pair: Equatable, BitwiseCopyable {
    /// 0 = an empty place.
    var seller: UInt64
    var bidder: UInt64
  }

  private let memory: Region
  let pages: TablePages
  private let pairs: UnsafeMutablePointer<Pair>
  private let mask: Int
  let capacity: Int
  private(set) var count = 0

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    self.capacity = capacity
    let placeCount = powerOfTwo(atLeast: capacity + capacity / 2 + 1)
    mask = placeCount - 1
    memory = Region(byteCount: placeCount * MemoryLayout<Pair>.stride, from: source)
    unsafe pairs = memory.base.assumingMemoryBound(to: Pair.self)
    pages = unsafe TablePages(
      .sellerBlocks, of: memory.base, recordByteCount: MemoryLayout<Pair>.stride,
      recordsMax: placeCount, shift: 6, area: area)
  }

  /// The number of places, for a walk over all.
  var placeCount: Int { mask + 1 }

  /// The pair at a place; its seller is 0 when the place is empty.
  func pair(at place: Int) -> Pair { unsafe pairs[place] }

  private func home(_ pair: Pair) -> Int {
    Int(truncatingIfNeeded: mix64(mix64(pair.seller) ^ pair.bidder)) & mask
  }

  private func find(_ pair: Pair) -> Int {
    var place = home(pair)
    while unsafe pairs[place].seller != 0 {
      if unsafe pairs[place] == pair { return place }
      place = (place &+ 1) & mask
    }
    return -1
  }

  /// Whether the seller refuses the bidder.
  func contains(seller: UInt64, bidder: UInt64) -> Bool {
    find(Pair(seller: seller, bidder: bidder)) >= 0
  }

  /// Whether one more pair finds a place.
  var hasRoom: Bool { count < capacity }

  /// Adds a pair that is not there; there must be room.
  mutating func add(seller: UInt64, bidder: UInt64) {
    let isPossible = hasRoom
    invariant(isPossible, "a new pair of seller and bidder finds a place")
    let pair = Pair(seller: seller, bidder: bidder)
    var place = home(pair)
    while unsafe pairs[place].seller != 0 { place = (place &+ 1) & mask }
    pages.willUse(place)
    unsafe pairs[place] = pair
    count += 1
  }

  /// Takes a pair out that is there, and closes the gap.
  mutating func remove(seller: UInt64, bidder: UInt64) {
    var gap = find(Pair(seller: seller, bidder: bidder))
    invariant(gap >= 0, "a pair of seller and bidder is there before it leaves")
    var next = (gap &+ 1) & mask
    while unsafe pairs[next].seller != 0 {
      let distance = unsafe (next &- home(pairs[next])) & mask
      if distance >= (next &- gap) & mask {
        pages.shadow.willChange(gap)
        unsafe pairs[gap] = pairs[next]
        gap = next
      }
      next = (next &+ 1) & mask
    }
    pages.shadow.willChange(gap)
    unsafe pairs[gap] = Pair(seller: 0, bidder: 0)
    count -= 1
  }

  // MARK: Snapshots

  func beginSnapshot(_ words: inout ScalarWords) {
    words.put(count)
    pages.beginSparse(recordEnd: placeCount)
  }

  mutating func load(_ words: inout ScalarWords) -> Bool {
    guard let count = words.takeIndex(atMost: capacity) else { return false }
    self.count = count
    return true
  }

  /// Whether there are as many pairs as the scalars say, each where a search finds it.
  func isSound() -> Bool {
    var found = 0
    var place = next(0)
    while place < placeCount {
      found += 1
      place = next(place + 1)
    }
    // Fewer pairs than places: a search ends.
    guard found == count else { return false }
    place = next(0)
    while place < placeCount {
      guard find(pair(at: place)) == place else { return false }
      place = next(place + 1)
    }
    return true
  }

  /// The first place from one on with a pair; `placeCount` for none.
  func next(_ from: Int) -> Int {
    var place = pages.nextUsed(from: from, end: placeCount)
    while place < placeCount, pair(at: place).seller == 0 {
      place = pages.nextUsed(from: place + 1, end: placeCount)
    }
    return place
  }
}
