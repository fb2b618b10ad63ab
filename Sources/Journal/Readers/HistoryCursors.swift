public import Primitives

/// Where pages of histories went on, so that the next page does not walk from the newest event.
///
/// Fixed and direct-mapped: a lost entry costs a walk and nothing else. A handle: its state lies in
/// memory of its own, which all readers of a shard share.
@safe
public struct HistoryCursors: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var auctionID: UInt64
    var beforeRow: UInt64
    var offset: UInt64
  }

  private static var count: Int { @_noLocks get { 4096 } }

  private let memory: Region
  private let entries: UnsafeMutablePointer<Entry>

  /// Takes memory for the entries.
  ///
  /// - Parameter source: Where from.
  public init(memory source: MemorySource) {
    memory = Region(byteCount: Self.count * MemoryLayout<Entry>.stride, from: source)
    unsafe entries = memory.base.assumingMemoryBound(to: Entry.self)
  }

  @_noLocks @inline(__always)
  private func entry(_ auctionID: UInt64, _ beforeRow: UInt64) -> UnsafeMutablePointer<Entry> {
    let mixed = mix64(auctionID ^ mix64(beforeRow))
    return unsafe entries + Int(truncatingIfNeeded: mixed & UInt64(Self.count - 1))
  }

  /// Where the rows before a number begin; 0 = not known.
  @_noLocks
  func find(_ id: AuctionID, beforeRow: UInt64) -> UInt64 {
    let entry = unsafe entry(id.raw, beforeRow)
    guard unsafe entry.pointee.auctionID == id.raw, unsafe entry.pointee.beforeRow == beforeRow
    else { return 0 }
    return unsafe entry.pointee.offset
  }

  /// Remembers where the rows before a number begin.
  @_noLocks
  func save(_ id: AuctionID, beforeRow: UInt64, offset: UInt64) {
    unsafe entry(id.raw, beforeRow).pointee = Entry(
      auctionID: id.raw, beforeRow: beforeRow, offset: offset)
  }

  /// Forgets the pages of an auction: must be called when bids were removed from it.
  ///
  /// Its rows are then counted anew, so that a number may mean another row.
  ///
  /// - Parameter id: The auction.
  /// - Complexity: O(4,096).
  @_noLocks
  public func forget(_ id: AuctionID) {
    for index in 0..<Self.count where unsafe entries[index].auctionID == id.raw {
      unsafe entries[index].auctionID = 0
    }
  }
}
