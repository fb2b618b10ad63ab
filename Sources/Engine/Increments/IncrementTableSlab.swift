internal import Primitives
internal import Wire

/// All increment tables in use: the named ones first, then the sellers' own, each kept once.
///
/// A seller's table is shared by all auctions with equal tiers and leaves with the last of them.
@safe
struct IncrementTableSlab: ~Copyable {
  /// The first index of a seller's table: 1, 2 and 3 are the named ones.
  static var firstCustom: UInt16 { 4 }

  private let memory: Region
  /// The tiers by page; a table in use never changes.
  let tierPages: TablePages
  /// The counts of users and the list of free tables by page; the other lists are derived.
  let linkPages: TablePages
  private let tables: UnsafeMutablePointer<Int64>
  private let links: UnsafeMutablePointer<Link>
  private let heads: UnsafeMutablePointer<UInt16>
  private let headMask: Int
  private let customMax: Int
  private var nextUnused: UInt16 = IncrementTableSlab.firstCustom
  private var firstFree: UInt16 = 0
  private(set) var customCount = 0

  private struct Link: BitwiseCopyable {
    /// How many auctions use the table.
    var useCount: UInt32
    /// The next table with the same fingerprint bits, or the next free one; 0 = none.
    var next: UInt16
    var pad: UInt16
  }

  init(customMax: Int, from source: MemorySource, area: SnapshotArea) {
    self.customMax = customMax
    let tableCount = customMax + Int(IncrementTableSlab.firstCustom)
    let headCount = powerOfTwo(atLeast: customMax)
    headMask = headCount - 1
    let linksOffset = tableCount * IncrementTiers.byteCount
    let headsOffset = linksOffset + tableCount * MemoryLayout<Link>.stride
    memory = Region(byteCount: headsOffset + headCount * 2, from: source)
    unsafe tables = memory.base.assumingMemoryBound(to: Int64.self)
    unsafe links = (memory.base + linksOffset).assumingMemoryBound(to: Link.self)
    unsafe heads = (memory.base + headsOffset).assumingMemoryBound(to: UInt16.self)
    tierPages = unsafe TablePages(
      .incrementTiers, of: memory.base, recordByteCount: IncrementTiers.byteCount,
      recordsMax: tableCount, shift: 2, area: area)
    linkPages = unsafe TablePages(
      .incrementLinks, of: memory.base + linksOffset, recordByteCount: MemoryLayout<Link>.stride,
      recordsMax: tableCount, shift: 7, area: area)
    for table in NamedTable.allCases {
      let list = TierList(table)
      let words = unsafe tables + Int(table.rawValue) * 32
      for index in 0..<32 { unsafe words[index] = list.words[index] }
    }
  }

  /// The tiers of a table.
  @inline(always)
  func tiers(_ table: UInt16) -> IncrementTiers {
    unsafe IncrementTiers(UnsafePointer(tables + Int(table) &* 32))
  }

  /// Finds equal tiers or keeps these, and counts one more auction; nil when the slab is full.
  mutating func acquire(_ list: TierList) -> UInt16? {
    let head = Int(truncatingIfNeeded: list.fingerprint) & headMask
    var table = unsafe heads[head]
    while table != 0 {
      if isEqual(table, list) {
        probe(.incrementTableShared)
        linkPages.shadow.willChange(Int(table))
        unsafe links[Int(table)].useCount += 1
        return table
      }
      table = unsafe links[Int(table)].next
    }
    guard let fresh = takeUnused() else { return nil }
    tierPages.shadow.willChange(Int(fresh))
    linkPages.shadow.willChange(Int(fresh))
    for index in 0..<32 { unsafe tables[Int(fresh) * 32 + index] = list.words[index] }
    unsafe links[Int(fresh)] = Link(useCount: 1, next: heads[head], pad: 0)
    unsafe heads[head] = fresh
    customCount += 1
    return fresh
  }

  /// Counts one auction less; the last one's table leaves, but for a named one.
  mutating func release(_ table: UInt16) {
    guard table >= IncrementTableSlab.firstCustom else { return }
    let index = Int(table)
    let isUsed = unsafe links[index].useCount > 0
    invariant(isUsed, "an increment table in use has a count")
    linkPages.shadow.willChange(index)
    unsafe links[index].useCount -= 1
    guard unsafe links[index].useCount == 0 else { return }
    probe(.incrementTableFreed)
    unlink(table)
    unsafe links[index].next = firstFree
    firstFree = table
    customCount -= 1
  }

  /// How many auctions use a seller's table.
  func useCount(_ table: UInt16) -> UInt32 { unsafe links[Int(table)].useCount }

  /// One more than the greatest index ever used.
  var indexEnd: UInt16 { nextUnused }

  /// The tiers of a table as a list of their own.
  func list(_ table: UInt16) -> TierList {
    var list = TierList()
    for index in 0..<32 { list.words[index] = unsafe tables[Int(table) * 32 + index] }
    return list
  }

  private func isEqual(_ table: UInt16, _ list: TierList) -> Bool {
    let words = unsafe tables + Int(table) * 32
    for index in 0..<32 where unsafe words[index] != list.words[index] { return false }
    return true
  }

  private mutating func takeUnused() -> UInt16? {
    if firstFree != 0 {
      let table = firstFree
      firstFree = unsafe links[Int(table)].next
      return table
    }
    guard customCount < customMax else {
      probe(.incrementTablesFull)
      return nil
    }
    defer { nextUnused += 1 }
    return nextUnused
  }

  private mutating func unlink(_ table: UInt16) {
    let head = Int(truncatingIfNeeded: list(table).fingerprint) & headMask
    if unsafe heads[head] == table {
      unsafe heads[head] = links[Int(table)].next
      return
    }
    var previous = unsafe heads[head]
    while unsafe links[Int(previous)].next != table {
      previous = unsafe links[Int(previous)].next
      invariant(previous != 0, "an increment table in use is in its list")
    }
    unsafe links[Int(previous)].next = links[Int(table)].next
  }

  // MARK: Snapshots

  func beginSnapshot(_ words: inout ScalarWords) {
    words.put(nextUnused)
    words.put(firstFree)
    words.put(customCount)
    tierPages.shadow.begin(recordEnd: Int(nextUnused))
    linkPages.shadow.begin(recordEnd: Int(nextUnused))
  }

  mutating func load(_ words: inout ScalarWords) -> Bool {
    let least = Int(IncrementTableSlab.firstCustom)
    guard let nextUnused = words.takeIndex(atMost: least + customMax), nextUnused >= least,
      let firstFree = words.takeIndex(atMost: nextUnused - 1),
      let customCount = words.takeIndex(atMost: nextUnused - least)
    else { return false }
    self.nextUnused = UInt16(nextUnused)
    self.firstFree = UInt16(firstFree)
    self.customCount = customCount
    return true
  }

  /// Whether an auction may name a table.
  func isInUse(_ table: UInt16) -> Bool {
    table > 0 && table < nextUnused
      && (table < IncrementTableSlab.firstCustom || useCount(table) > 0)
  }

  /// Whether the named tables are those of this build.
  var hasNamedTables: Bool {
    NamedTable.allCases.allSatisfy { isEqual(UInt16($0.rawValue), TierList($0)) }
  }

  /// Checks the free tables and links the others by fingerprint again; false when one is neither.
  mutating func relink() -> Bool {
    var freeCount = 0
    var next = firstFree
    while next != 0 {
      guard next >= IncrementTableSlab.firstCustom, next < nextUnused, useCount(next) == 0,
        freeCount < Int(nextUnused)
      else { return false }
      freeCount += 1
      next = unsafe links[Int(next)].next
    }
    var usedCount = 0
    for table in IncrementTableSlab.firstCustom..<nextUnused where useCount(table) > 0 {
      let head = Int(truncatingIfNeeded: list(table).fingerprint) & headMask
      unsafe links[Int(table)].next = heads[head]
      unsafe heads[head] = table
      usedCount += 1
    }
    let customTotal = Int(nextUnused - IncrementTableSlab.firstCustom)
    return usedCount == customCount && usedCount + freeCount == customTotal
  }
}

/// The least power of two that is not below a number.
func powerOfTwo(atLeast number: Int) -> Int {
  var power = 1
  while power < number { power <<= 1 }
  return power
}
