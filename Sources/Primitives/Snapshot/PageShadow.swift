/// The pages of a table that a snapshot still needs as they were: copy-on-write in user space.
///
/// A page is a power of two of records. While a snapshot runs, whoever changes a record says so
/// before (`willChange`), and the first time its page is copied into the area; the snapshot's
/// writer goes over the other pages in order (`writePages`). So each page is written once, as it
/// was when the snapshot began, whichever came first. Records behind the end of that moment are no
/// part of it. A handle like `SnapshotArea`: its state lies in memory that the owner keeps.
@safe
public struct PageShadow: BitwiseCopyable {
  @usableFromInline
  struct Control: BitwiseCopyable {
    @usableFromInline var isActive = false
    /// Pages before it are written; while a snapshot is loaded, how many pages are back.
    var cursor = 0
    var pageEnd = 0
    var recordEnd = 0
  }

  private static var controlByteCount: Int { @_noLocks get { 64 } }

  /// The kind of the table's pieces; a piece's index is the number of its page.
  public let kind: UInt16
  private let table: UnsafeMutableRawPointer
  private let recordByteCount: Int
  @usableFromInline let shift: Int
  @usableFromInline let control: UnsafeMutablePointer<Control>
  private let bits: UnsafeMutablePointer<UInt64>
  private let area: SnapshotArea

  /// The bytes of memory that a shadow needs.
  ///
  /// - Parameters:
  ///   - recordsMax: The most records of the table.
  ///   - recordsPerPageShift: The power of two of records in a page.
  /// - Returns: The bytes.
  @_noLocks
  public static func memoryByteCount(recordsMax: Int, recordsPerPageShift: Int) -> Int {
    let pageCount = (recordsMax >> recordsPerPageShift) + 1
    return controlByteCount + (pageCount + 63) / 64 * 8
  }

  /// Lays a shadow out in memory that the caller keeps.
  ///
  /// - Parameters:
  ///   - kind: The kind of the table's pieces.
  ///   - table: The table's first record.
  ///   - recordByteCount: The bytes from one record to the next.
  ///   - recordsPerPageShift: The power of two of records in a page.
  ///   - memory: Zeroed memory of `memoryByteCount(recordsMax:recordsPerPageShift:)` bytes.
  ///   - area: Where pages go that are about to change.
  @_noLocks
  public init(
    kind: UInt16,
    table: UnsafeMutableRawPointer,
    recordByteCount: Int,
    recordsPerPageShift: Int,
    memory: UnsafeMutableRawPointer,
    area: SnapshotArea
  ) {
    self.kind = kind
    unsafe self.table = table
    self.recordByteCount = recordByteCount
    shift = recordsPerPageShift
    unsafe control = memory.assumingMemoryBound(to: Control.self)
    unsafe bits = (memory + Self.controlByteCount).assumingMemoryBound(to: UInt64.self)
    self.area = area
    unsafe control.initialize(to: Control())
  }

  /// Whether a snapshot needs to be told of changes.
  @inlinable
  public var isActive: Bool {
    @_noLocks @inline(__always) get { unsafe control.pointee.isActive }
  }

  /// A snapshot begins: records 0 ..< `recordEnd` are part of it.
  ///
  /// - Parameter recordEnd: One more than the last record in use.
  /// - Complexity: O(pages / 64): 20 KB of bits for a million auctions.
  @_noLocks
  public func begin(recordEnd: Int) {
    let pageEnd = pageEnd(recordEnd)
    for word in 0..<(pageEnd + 63) / 64 { unsafe bits[word] = 0 }
    unsafe control.pointee = Control(
      isActive: true, cursor: 0, pageEnd: pageEnd, recordEnd: recordEnd)
  }

  /// A snapshot of a sparse table begins: pages that never held a record are left out.
  ///
  /// - Parameters:
  ///   - recordEnd: One more than the last record that can be in use.
  ///   - used: A bit a page, set once the page held a record.
  /// - Complexity: O(pages / 64).
  @_noLocks
  public func begin(recordEnd: Int, used: UnsafePointer<UInt64>) {
    begin(recordEnd: recordEnd)
    for word in 0..<(pageEnd(recordEnd) + 63) / 64 { unsafe bits[word] = ~used[word] }
  }

  @_noLocks @inline(__always)
  private func pageEnd(_ recordEnd: Int) -> Int { (recordEnd + (1 << shift) - 1) >> shift }

  /// The snapshot is over, whole or not.
  @_noLocks
  public func end() { unsafe control.pointee.isActive = false }

  /// Must be called before a record changes; copies its page if the snapshot still needs it.
  ///
  /// - Parameter record: The record's index.
  /// - Complexity: O(bytes of a page), once a page and snapshot.
  @inlinable @_noLocks @inline(__always)
  public func willChange(_ record: Int) {
    if _slowPath(isActive) { preserve(page: record &>> shift) }
  }

  @_noLocks @inline(never) @usableFromInline
  func preserve(page: Int) {
    let state = unsafe control.pointee
    guard page >= state.cursor, page < state.pageEnd, !isPreserved(page) else { return }
    probe(.pagePreserved)
    unsafe bits[page >> 6] |= 1 << UInt64(page & 63)
    unsafe area.append(
      kind: kind, index: UInt64(page), address(page), byteCount: byteCount(page, state.recordEnd))
  }

  @_noLocks @inline(__always)
  private func isPreserved(_ page: Int) -> Bool {
    unsafe bits[page >> 6] >> UInt64(page & 63) & 1 == 1
  }

  @_noLocks @inline(__always)
  private func address(_ page: Int) -> UnsafeMutableRawPointer {
    unsafe table + (page << shift) * recordByteCount
  }

  @_noLocks @inline(__always)
  private func byteCount(_ page: Int, _ recordEnd: Int) -> Int {
    min(1 << shift, recordEnd - (page << shift)) * recordByteCount
  }

  /// Writes pages that did not change, as many as fit.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there.
  /// - Returns: The bytes written; 0 with `isThrough` when every page is written or preserved.
  /// - Complexity: O(`room`).
  @_noLocks
  public func writePages(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var written = 0
    while !isThrough {
      let page = unsafe control.pointee.cursor
      if page & 63 == 0, unsafe bits[page >> 6] == .max {
        unsafe control.pointee.cursor = page + 64
        continue
      }
      if !isPreserved(page) {
        let byteCount = unsafe byteCount(page, control.pointee.recordEnd)
        if SnapshotPiece.byteCount(payload: byteCount) > room - written { break }
        unsafe written += SnapshotPiece.write(
          target + written, kind: kind, index: UInt64(page), address(page), byteCount: byteCount)
      }
      unsafe control.pointee.cursor = page + 1
    }
    return written
  }

  /// Whether every page is written or preserved.
  public var isThrough: Bool {
    @_noLocks get { unsafe control.pointee.cursor >= control.pointee.pageEnd }
  }

  /// Puts a page of a snapshot back into a table that is fresh.
  ///
  /// - Parameters:
  ///   - piece: A piece of this shadow's kind.
  ///   - recordEnd: One more than the last record in use, as the snapshot says.
  /// - Returns: Whether the piece is a page of a table of that size, and came for the first time.
  public func load(_ piece: SnapshotPiece, recordEnd: Int) -> Bool {
    let pageEnd = pageEnd(recordEnd)
    guard piece.kind == kind, piece.index < UInt64(pageEnd) else { return false }
    let page = Int(piece.index)
    guard !isPreserved(page) else { return false }
    let byteCount = byteCount(page, recordEnd)
    guard unsafe piece.payload.count == (byteCount + 7) & ~7,
      let base = unsafe piece.payload.baseAddress
    else { return false }
    unsafe address(page).copyMemory(from: base, byteCount: byteCount)
    unsafe bits[page >> 6] |= 1 << UInt64(page & 63)
    unsafe control.pointee.cursor += 1
    return true
  }

  /// Whether all pages of a table have been loaded.
  ///
  /// - Parameter recordEnd: One more than the last record in use, as the snapshot says.
  /// - Returns: Whether no page is missing.
  public func isLoaded(recordEnd: Int) -> Bool {
    unsafe control.pointee.cursor == pageEnd(recordEnd)
  }
}
