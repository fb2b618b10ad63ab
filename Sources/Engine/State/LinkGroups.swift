internal import Primitives

/// Groups of accounts that belong to one person: at most 31 accounts each.
///
/// An account's record names its group, so that two linked accounts are told by one comparison;
/// the group names its accounts, so that two groups can become one.
@safe
struct LinkGroups: ~Copyable {
  static var memberCountMax: Int { 31 }
  private static var wordCount: Int { 32 }

  private let memory: Region
  let pages: TablePages
  private let words: UnsafeMutablePointer<UInt64>
  let capacity: Int
  /// Groups 1 ..< indexEnd have been used at some time.
  private(set) var indexEnd: UInt32 = 1
  private var firstFree: UInt32 = 0

  init(capacity: Int, from source: MemorySource, area: SnapshotArea) {
    self.capacity = capacity
    memory = Region(byteCount: (capacity + 1) * LinkGroups.wordCount * 8, from: source)
    unsafe words = memory.base.assumingMemoryBound(to: UInt64.self)
    pages = unsafe TablePages(
      .linkGroups, of: memory.base, recordByteCount: LinkGroups.wordCount * 8,
      recordsMax: capacity + 1, shift: 2, area: area)
  }

  /// Must be called before a group changes.
  private func willChange(_ group: UInt32) { pages.shadow.willChange(Int(group)) }

  /// Whether one more group finds a place.
  var hasRoom: Bool { firstFree != 0 || Int(indexEnd) <= capacity }

  /// How many accounts a group has; 0 for a group that is not in use.
  func memberCount(_ group: UInt32) -> Int { unsafe Int(words[Int(group) * 32] & 0xFF) }

  /// An account of a group.
  func member(_ group: UInt32, _ index: Int) -> UInt64 {
    unsafe words[Int(group) * 32 + 1 + index]
  }

  /// Opens a group without accounts.
  mutating func open() -> UInt32 {
    let isPossible = hasRoom
    invariant(isPossible, "a new group of linked accounts finds a place")
    guard firstFree != 0 else {
      defer { indexEnd += 1 }
      return indexEnd
    }
    let group = firstFree
    willChange(group)
    firstFree = unsafe UInt32(truncatingIfNeeded: words[Int(group) * 32 + 1])
    unsafe words[Int(group) * 32 + 1] = 0
    return group
  }

  /// Adds an account to a group that has room.
  mutating func add(_ account: UInt64, to group: UInt32) {
    let count = memberCount(group)
    invariant(count < LinkGroups.memberCountMax, "a group of linked accounts has room")
    willChange(group)
    unsafe words[Int(group) * 32 + 1 + count] = account
    unsafe words[Int(group) * 32] = UInt64(count + 1)
  }

  /// Takes an account out of its group; the others keep their order.
  mutating func remove(_ account: UInt64, from group: UInt32) {
    let count = memberCount(group)
    willChange(group)
    var kept = 0
    for index in 0..<count where member(group, index) != account {
      unsafe words[Int(group) * 32 + 1 + kept] = member(group, index)
      kept += 1
    }
    invariant(kept == count - 1, "a linked account is in its group")
    unsafe words[Int(group) * 32 + 1 + kept] = 0
    unsafe words[Int(group) * 32] = UInt64(kept)
  }

  /// Closes a group; its accounts must have left.
  mutating func close(_ group: UInt32) {
    willChange(group)
    for index in 0..<LinkGroups.wordCount { unsafe words[Int(group) * 32 + index] = 0 }
    unsafe words[Int(group) * 32 + 1] = UInt64(firstFree)
    firstFree = group
  }

  // MARK: Snapshots

  func beginSnapshot(_ scalars: inout ScalarWords) {
    scalars.put(indexEnd)
    scalars.put(firstFree)
    pages.shadow.begin(recordEnd: Int(indexEnd))
  }

  mutating func load(_ scalars: inout ScalarWords) -> Bool {
    guard let indexEnd = scalars.takeIndex(atMost: capacity + 1), indexEnd > 0,
      let firstFree = scalars.takeIndex(atMost: indexEnd - 1)
    else { return false }
    self.indexEnd = UInt32(indexEnd)
    self.firstFree = UInt32(firstFree)
    return true
  }

  /// Whether each group is in use within its bounds, or in the list of free ones once.
  func isSound() -> Bool {
    // Group 0 stands for none and has no account.
    guard memberCount(0) == 0 else { return false }
    var unused = 0
    for group in 1..<indexEnd {
      let word = unsafe words[Int(group) * LinkGroups.wordCount]
      guard word <= UInt64(LinkGroups.memberCountMax) else { return false }
      if word == 0 { unused += 1 }
    }
    var next = firstFree
    while next != 0, unused >= 0 {
      guard next < indexEnd, memberCount(next) == 0 else { return false }
      unused -= 1
      let following = member(next, 0)
      guard following < UInt64(indexEnd) else { return false }
      next = UInt32(following)
    }
    return unused == 0
  }
}
