internal import Primitives

/// What a snapshot knows of one table: the shadow of its pages, and which of them were ever used.
///
/// A hash table is mostly empty memory. Its pages count as used from their first record on, so that
/// a snapshot neither writes nor touches the others.
@safe
struct TablePages: ~Copyable {
  private let memory: Region
  /// Must be told before a record changes.
  let shadow: PageShadow
  private let used: UnsafeMutablePointer<UInt64>
  private let shift: Int

  /// Takes the memory for a table's bits.
  ///
  /// - Parameters:
  ///   - kind: The kind of the table's pieces.
  ///   - table: The table's memory.
  ///   - recordByteCount: The bytes from one record to the next.
  ///   - recordsMax: The most records of the table.
  ///   - shift: The power of two of records in a page.
  ///   - area: Where pages go that are about to change.
  init(
    _ kind: EnginePiece,
    of table: UnsafeMutableRawPointer,
    recordByteCount: Int,
    recordsMax: Int,
    shift: Int,
    area: SnapshotArea
  ) {
    let shadowByteCount = PageShadow.memoryByteCount(
      recordsMax: recordsMax, recordsPerPageShift: shift)
    // As many bits again tell the pages that were used. They are few, and looked at with every
    // change: a huge page for each table would cost more than the bits.
    memory = Region(byteCount: 2 * shadowByteCount, alignment: 64, from: .heap)
    self.shift = shift
    unsafe used = (memory.base + shadowByteCount).assumingMemoryBound(to: UInt64.self)
    shadow = unsafe PageShadow(
      kind: kind.rawValue, table: table, recordByteCount: recordByteCount,
      recordsPerPageShift: shift, memory: memory.base, area: area)
  }

  /// A record of a sparse table is used from now on; to be told before it changes.
  @inline(__always)
  func willUse(_ record: Int) {
    shadow.willChange(record)
    let page = record &>> shift
    unsafe used[page &>> 6] |= 1 &<< UInt64(page & 63)
  }

  /// The first record from one on that stands in a page which was ever used; `end` for none.
  func nextUsed(from record: Int, end: Int) -> Int {
    var record = record
    while record < end {
      let page = record >> shift
      if unsafe used[page >> 6] >> UInt64(page & 63) & 1 == 1 { return record }
      record = (page + 1) << shift
    }
    return end
  }

  /// A snapshot of a sparse table begins.
  func beginSparse(recordEnd: Int) {
    unsafe shadow.begin(recordEnd: recordEnd, used: UnsafePointer(used))
  }

  /// Puts a page of a sparse table back; it counts as used from then on.
  func loadSparse(_ piece: SnapshotPiece, recordEnd: Int) -> Bool {
    guard shadow.load(piece, recordEnd: recordEnd) else { return false }
    let page = Int(piece.index)
    unsafe used[page >> 6] |= 1 << UInt64(page & 63)
    return true
  }
}

/// The kinds of the engine's pieces.
enum EnginePiece: UInt16 {
  /// All that is no table; it comes first.
  case scalars = 1
  case auctions = 2
  case bids = 3
  case accounts = 4
  case linkGroups = 5
  case sellerBlocks = 6
  case rateBuckets = 7
  case incrementTiers = 8
  case incrementLinks = 9
}
