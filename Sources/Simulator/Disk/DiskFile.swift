/// What a file got and the disk may not hold yet.
enum PendingChange {
  case write(PageWrite)
  /// The file got another length.
  case length(UInt64)
}

/// Bytes on their way to one page.
struct PageWrite {
  let page: Int
  /// Which of the page's bytes were written.
  let range: Range<Int>
  /// The whole page as it was then.
  let image: DiskPage?
}

/// A file: what reads see, what a power failure leaves for sure, and the changes in between.
final class DiskFile {
  /// Files are numbered in the order in which they are made, from 1.
  let number: Int
  /// Whether it stands for a folder: it has a name in the folder above and no bytes.
  let isFolder: Bool
  var current = PageMap()
  var byteCount: UInt64 = 0
  var durable = PageMap()
  var durableByteCount: UInt64 = 0
  var pending: [PendingChange] = []
  /// How many changes there were before the first that is pending.
  private(set) var settledCount = 0
  /// Pages that the disk cannot read any more, until they are written.
  var unreadablePages: Set<Int> = []

  init(number: Int, isFolder: Bool = false) {
    self.number = number
    self.isFolder = isFolder
  }

  /// How many changes there have been.
  var changeCount: Int { settledCount + pending.count }

  /// A file of its own with the same contents and the same pending changes.
  func copy() -> DiskFile {
    let other = DiskFile(number: number, isFolder: isFolder)
    other.current = current
    other.byteCount = byteCount
    other.durable = durable
    other.durableByteCount = durableByteCount
    other.pending = pending
    other.unreadablePages = unreadablePages
    return other
  }

  /// Reads what was written last, as far as the file goes.
  func read(into bytes: UnsafeMutableRawPointer, byteCount wanted: Int, at offset: UInt64) -> Int {
    guard offset < byteCount else { return 0 }
    let total = Int(min(UInt64(wanted), byteCount - offset))
    var done = 0
    while done < total {
      let (page, range) = Self.piece(at: offset + UInt64(done), byteCount: total - done)
      let source = unsafe (current[page] ?? .zeros).bytes + range.lowerBound
      unsafe (bytes + done).copyMemory(from: source, byteCount: range.count)
      done += range.count
    }
    return total
  }

  /// Writes bytes, or zeros.
  func write(_ bytes: UnsafeRawPointer?, byteCount total: Int, at offset: UInt64) {
    var done = 0
    while done < total {
      let (page, range) = Self.piece(at: offset + UInt64(done), byteCount: total - done)
      let image: DiskPage?
      if let bytes = unsafe bytes {
        image = unsafe self.image(page, range, bytes + done)
      } else {
        image = zeroed(page, range)
      }
      current.set(page, image)
      if !unreadablePages.isEmpty { unreadablePages.remove(page) }
      pending.append(.write(PageWrite(page: page, range: range, image: image)))
      done += range.count
    }
    let end = offset + UInt64(total)
    if end > byteCount {
      byteCount = end
      pending.append(.length(end))
    }
  }

  private func image(_ page: Int, _ range: Range<Int>, _ bytes: UnsafeRawPointer) -> DiskPage? {
    if range.count == DiskPage.byteCount { return unsafe DiskPage.holding(bytes) }
    let image = DiskPage(current[page])
    unsafe (image.bytes + range.lowerBound).copyMemory(from: bytes, byteCount: range.count)
    return image
  }

  private func zeroed(_ page: Int, _ range: Range<Int>) -> DiskPage? {
    guard range.count < DiskPage.byteCount, let old = current[page] else { return nil }
    let image = DiskPage(old)
    image.copy(range, of: nil)
    return image
  }

  /// Gives the file another length.
  func truncate(to length: UInt64) {
    guard length != byteCount else { return }
    if length < byteCount { current.cut(to: length) }
    byteCount = length
    pending.append(.length(length))
  }

  /// Makes the changes up to one of them durable.
  func commit(through change: Int) {
    let count = min(change - settledCount, pending.count)
    guard count > 0 else { return }
    for change in pending[..<count] {
      switch change {
      case .write(let write): durable.set(write.page, write.image)
      case .length(let length): setDurableLength(length)
      }
    }
    dropPending(count)
  }

  /// Makes everything durable.
  func commitAll() { commit(through: changeCount) }

  func setDurableLength(_ length: UInt64) {
    if length < durableByteCount { durable.cut(to: length) }
    durableByteCount = length
  }

  /// Forgets the first pending changes, whose fate is decided.
  func dropPending(_ count: Int) {
    settledCount += count
    if count == pending.count {
      pending.removeAll(keepingCapacity: count < 1_024)
    } else {
      pending.removeFirst(count)
    }
  }

  /// The part of a range that lies in its first page.
  static func piece(at offset: UInt64, byteCount: Int) -> (page: Int, range: Range<Int>) {
    let size = DiskPage.byteCount
    let start = Int(offset % UInt64(size))
    let end = min(size, start + byteCount)
    return (Int(offset / UInt64(size)), start..<end)
  }
}
