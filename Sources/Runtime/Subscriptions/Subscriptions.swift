internal import Primitives

/// Who wants the public updates of which auction: fixed memory, no search on the way of a bid.
///
/// A subscriber that reads too slowly is marked stale and gets the newest state when it has read:
/// what it missed in between is conflated, and the revision tells it so.
@safe
struct Subscriptions: ~Copyable {
  /// One session's wish for one auction (0 = all of the shard).
  struct Entry: BitwiseCopyable {
    var auction: UInt64 = 0
    var session: UInt32 = 0
    /// The log-on that it was made under: it ends with its connection.
    var binding: UInt64 = 0
    /// The next entry of the bucket, or of the free list; 0 = none.
    var next: UInt32 = 0
    var isStale = false
  }

  /// The most subscriptions of a shard.
  static let capacity = 65_536
  private static let bucketCount = 131_072

  private let memory: Region
  private let buckets: UnsafeMutablePointer<UInt32>
  private let entries: UnsafeMutablePointer<Entry>
  private var freeHead: UInt32 = 0
  private var highest: UInt32 = 0
  private(set) var count = 0
  /// Entries that missed an update.
  private(set) var staleCount = 0

  init(memory source: MemorySource) {
    let entryBytes = (Self.capacity + 1) * MemoryLayout<Entry>.stride
    memory = Region(byteCount: Self.bucketCount * 4 + entryBytes, from: source)
    unsafe buckets = memory.base.bindMemory(to: UInt32.self, capacity: Self.bucketCount)
    unsafe entries = (memory.base + Self.bucketCount * 4).bindMemory(
      to: Entry.self, capacity: Self.capacity + 1)
  }

  subscript(_ index: UInt32) -> Entry {
    get { unsafe entries[Int(index)] }
    set { unsafe entries[Int(index)] = newValue }
  }

  private func bucket(of auction: UInt64) -> Int {
    Int(mix64(auction) & UInt64(Self.bucketCount - 1))
  }

  /// The first entry of an auction's bucket; 0 = none.
  func first(of auction: UInt64) -> UInt32 { unsafe buckets[bucket(of: auction)] }

  /// Adds a subscription, once; one of an earlier log-on is made anew.
  ///
  /// - Returns: Whether there was room.
  mutating func add(auction: UInt64, session: SessionHandle, binding: UInt64 = 0) -> Bool {
    let known = find(auction: auction, session: session)
    if known != 0 {
      if self[known].binding != binding { setStale(known, false) }
      self[known].binding = binding
      return true
    }
    guard let index = takeFree() else { return false }
    let place = bucket(of: auction)
    self[index] = Entry(
      auction: auction, session: session.raw, binding: binding, next: unsafe buckets[place])
    unsafe buckets[place] = index
    count += 1
    return true
  }

  /// Ends a subscription; nothing happens when there is none.
  mutating func remove(auction: UInt64, session: SessionHandle) {
    let place = bucket(of: auction)
    var previous: UInt32 = 0
    var index = unsafe buckets[place]
    while index != 0 {
      let entry = self[index]
      if entry.auction == auction && entry.session == session.raw {
        unlink(index, after: previous, place: place)
        return
      }
      previous = index
      index = entry.next
    }
  }

  /// Marks an entry that missed an update, or one that got the newest state.
  mutating func setStale(_ index: UInt32, _ isStale: Bool) {
    guard self[index].isStale != isStale else { return }
    self[index].isStale = isStale
    staleCount += isStale ? 1 : -1
  }

  /// The last place that has ever been used; a walk over all begins at place 1.
  var lastIndex: UInt32 { highest }

  private func find(auction: UInt64, session: SessionHandle) -> UInt32 {
    var index = first(of: auction)
    while index != 0 {
      let entry = self[index]
      if entry.auction == auction && entry.session == session.raw { return index }
      index = entry.next
    }
    return 0
  }

  private mutating func takeFree() -> UInt32? {
    if freeHead != 0 {
      let index = freeHead
      freeHead = self[index].next
      return index
    }
    guard highest < UInt32(Self.capacity) else { return nil }
    highest += 1
    return highest
  }

  private mutating func unlink(_ index: UInt32, after previous: UInt32, place: Int) {
    setStale(index, false)
    if previous == 0 {
      unsafe buckets[place] = self[index].next
    } else {
      self[previous].next = self[index].next
    }
    self[index] = Entry(next: freeHead)
    freeHead = index
    count -= 1
  }
}
