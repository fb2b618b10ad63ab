internal import Primitives

/// A reader's memory: a part of the journal, inside one file.
@safe
struct JournalWindow: ~Copyable {
  private let memory: Region
  private let capacity: Int
  private let layout: JournalLayout
  private var offset: UInt64 = 0
  private var byteCount = 0

  init(layout: JournalLayout, byteCount: Int, memory source: MemorySource) {
    memory = Region(byteCount: byteCount, from: source)
    capacity = byteCount
    self.layout = layout
  }

  /// Forgets what it holds.
  @_noLocks
  mutating func clear() { byteCount = 0 }

  /// What stands at an offset; `more` when the window does not reach so far.
  @_noLocks
  func item(at place: UInt64) -> JournalItem {
    guard place >= offset, place - offset < UInt64(byteCount) else { return .more(0) }
    let skipped = Int(place - offset)
    return unsafe layout.item(
      UnsafeRawPointer(memory.base) + skipped, held: byteCount - skipped, at: place)
  }

  /// The read that brings a place into the window, and its neighbours in the same file.
  ///
  /// - Parameters:
  ///   - place: The offset.
  ///   - before: How many bytes before it, at most.
  ///   - after: How many bytes from it on, at most.
  ///   - end: Where the journal ends.
  /// - Returns: The read; nil when the journal does not reach so far.
  @_noLocks
  mutating func read(_ place: UInt64, before: Int, after: Int, end: UInt64) -> JournalRead? {
    let fileOffset = layout.fileOffset(of: place)
    let last = min(place + UInt64(after), min(fileOffset + layout.fileByteCount, end))
    guard place < last else { return nil }
    offset = place - min(UInt64(before), place - fileOffset)
    byteCount = 0
    let fits = last - offset <= UInt64(capacity)
    invariant(fits, "a read fits in its reader's memory")
    return unsafe JournalRead(
      offset: offset, byteCount: Int(last - offset), pointer: memory.base)
  }

  /// Takes note that the read brought so many bytes.
  @_noLocks
  mutating func supply(_ count: Int) {
    let fits = count >= 0 && count <= capacity
    invariant(fits, "a read brings no more than was asked")
    byteCount = count
  }
}
