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

  init(customMax: Int, from source: MemorySource) {
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
    for table in NamedTable.allCases { fill(table) }
  }

  private func fill(_ table: NamedTable) {
    let tiers = table.tiers
    let words = unsafe tables + Int(table.rawValue) * 32
    for index in 0..<16 {
      let tier = tiers[min(index, tiers.count - 1)]
      unsafe words[index] = index < tiers.count - 1 ? tier.limit : .max
      unsafe words[16 + index] = tier.increment
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
        unsafe links[Int(table)].useCount += 1
        return table
      }
      table = unsafe links[Int(table)].next
    }
    guard let fresh = takeUnused() else { return nil }
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
    unsafe links[index].useCount -= 1
    guard unsafe links[index].useCount == 0 else { return }
    unlink(table)
    unsafe links[index].next = firstFree
    firstFree = table
    customCount -= 1
  }

  /// How many auctions use a seller's table.
  func useCount(_ table: UInt16) -> UInt32 { unsafe links[Int(table)].useCount }

  /// One more than the greatest index ever used.
  var indexEnd: UInt16 { nextUnused }

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
    guard customCount < customMax else { return nil }
    defer { nextUnused += 1 }
    return nextUnused
  }

  private mutating func unlink(_ table: UInt16) {
    var list = TierList()
    for index in 0..<32 { list.words[index] = unsafe tables[Int(table) * 32 + index] }
    let head = Int(truncatingIfNeeded: list.fingerprint) & headMask
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
}

/// The least power of two that is not below a number.
func powerOfTwo(atLeast number: Int) -> Int {
  var power = 1
  while power < number { power <<= 1 }
  return power
}
