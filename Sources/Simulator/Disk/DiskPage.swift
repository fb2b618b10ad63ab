/// 4 KiB of a file, never changed once they are filled: states of a file share them.
///
/// A page of zeros has none: it is nil wherever a page is optional.
///
/// SENDABLE: only pages that nobody else has seen yet are written to.
@safe
final class DiskPage: @unchecked Sendable {
  static let byteCount = 4_096
  /// What a page that is nil holds.
  static let zeros = DiskPage()
  let bytes: UnsafeMutableRawPointer

  /// Copies bytes that are a page's.
  init(copying source: UnsafeRawPointer) {
    unsafe bytes = .allocate(byteCount: Self.byteCount, alignment: 16)
    unsafe bytes.copyMemory(from: source, byteCount: Self.byteCount)
  }

  /// Copies another page, to be changed before anybody sees it.
  convenience init(_ other: DiskPage?) { unsafe self.init(copying: (other ?? .zeros).bytes) }

  private init() {
    unsafe bytes = .allocate(byteCount: Self.byteCount, alignment: 16)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
  }

  deinit { unsafe bytes.deallocate() }

  /// Takes some bytes of another page, or zeros.
  func copy(_ range: Range<Int>, of other: DiskPage?) {
    let source = unsafe (other ?? .zeros).bytes + range.lowerBound
    unsafe (bytes + range.lowerBound).copyMemory(from: source, byteCount: range.count)
  }

  /// The page that holds given bytes; nil when they are zeros.
  static func holding(_ source: UnsafeRawPointer) -> DiskPage? {
    unsafe isZero(source) ? nil : DiskPage(copying: source)
  }

  private static func isZero(_ source: UnsafeRawPointer) -> Bool {
    var offset = 0
    while offset < byteCount {
      let first = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let second = unsafe source.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
      if first | second != 0 { return false }
      offset += 16
    }
    return true
  }
}

/// The pages of a file by their index; zeros at the end take no place.
struct PageMap {
  private var pages: [DiskPage?] = []

  /// How many pages are looked after; behind them there are zeros.
  var count: Int { pages.count }

  subscript(index: Int) -> DiskPage? { index < pages.count ? pages[index] : nil }

  mutating func set(_ index: Int, _ page: DiskPage?) {
    if index >= pages.count {
      guard page != nil else { return }
      while pages.count <= index { pages.append(nil) }
    }
    pages[index] = page
  }

  /// Forgets what stands behind a length.
  mutating func cut(to byteCount: UInt64) {
    let kept = Int((byteCount + UInt64(DiskPage.byteCount) - 1) / UInt64(DiskPage.byteCount))
    if kept < pages.count { pages.removeLast(pages.count - kept) }
    let rest = Int(byteCount % UInt64(DiskPage.byteCount))
    guard rest > 0, kept > 0, let last = self[kept - 1] else { return }
    let cut = DiskPage(last)
    cut.copy(rest..<DiskPage.byteCount, of: nil)
    pages[kept - 1] = cut
  }
}
