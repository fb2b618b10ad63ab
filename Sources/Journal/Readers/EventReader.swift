public import Primitives
internal import Wire

/// What a reader of events needs, or gives.
@safe
public enum EventNeed: BitwiseCopyable {
  /// Bytes of the journal: fill them in and `supply` them.
  case read(JournalRead)
  /// An event; its frame is valid until the next call.
  case event(JournalEvent)
  /// The limit is reached, or the end: the next event begins at the offset, or will.
  case end(nextOffset: UInt64, eventCount: UInt32)
  /// The offset asked for lies before the oldest event that is held.
  case tooOld
  /// No event begins at the offset asked for.
  case refused
  /// The journal is damaged at this offset.
  case damaged(UInt64)
}

/// Reads events in the order of the log from an offset on: a pure state machine.
///
/// Every event's checksum covers its offset, so a wrong offset is refused and never misread.
@safe
public struct EventReader: ~Copyable {
  /// The bytes of a reader's memory, and of its largest read.
  public static var windowByteCount: Int { @_noLocks get { 65_536 } }

  private enum Phase { case idle, first, later, tooOld, refused }

  private let layout: JournalLayout
  private var window: JournalWindow
  private var place: UInt64 = 0
  private var endOffset: UInt64 = 0
  private var limit: UInt32 = 0
  private var eventCount: UInt32 = 0
  private var phase = Phase.idle
  private var wasRead = false

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - layout: The journal's.
  ///   - memory: Where its window's memory comes from.
  public init(layout: JournalLayout, memory: MemorySource) {
    self.layout = layout
    window = JournalWindow(layout: layout, byteCount: Self.windowByteCount, memory: memory)
  }

  /// Begins to read.
  ///
  /// - Parameters:
  ///   - offset: Where from; 0 = from the oldest event that is held.
  ///   - limit: The most events wanted.
  ///   - oldestOffset: Where the oldest event is that is held.
  ///   - endOffset: Where to stop: the released offset, so that nobody learns what is not durable.
  @_noLocks
  public mutating func begin(
    from offset: UInt64, limit: UInt32, oldestOffset: UInt64, endOffset: UInt64
  ) {
    place = offset == 0 ? oldestOffset : offset
    self.endOffset = endOffset
    self.limit = limit
    eventCount = 0
    wasRead = false
    window.clear()
    phase = .first
    if place < oldestOffset {
      probe(.followerTooOld)
      phase = .tooOld
    }
    if place > endOffset || place & 7 != 0 {
      probe(.followerRefused)
      phase = .refused
    }
  }

  /// What is needed next, or the next event.
  ///
  /// - Returns: A need; after anything but `read` and `event` nothing more comes.
  @_noLocks
  public mutating func next() -> EventNeed {
    if phase == .tooOld { return .tooOld }
    if phase == .refused { return .refused }
    while place < endOffset, eventCount < limit {
      let item = window.item(at: place)
      switch item {
      case .event(let event):
        pass(item)
        eventCount += 1
        return .event(event)
      case .filler, .fileHeader: pass(item)
      case .more:
        guard let read = nextRead() else { return broken() }
        return .read(read)
      case .gap, .damaged: return broken()
      }
    }
    return .end(nextOffset: place, eventCount: eventCount)
  }

  @_noLocks
  private mutating func pass(_ item: JournalItem) {
    place += UInt64(item.byteCount)
    phase = .later
    wasRead = false
  }

  /// A window that begins at the event always holds it, unless the file is shorter than it was.
  @_noLocks
  private mutating func nextRead() -> JournalRead? {
    guard !wasRead else { return nil }
    wasRead = true
    return window.read(place, before: 0, after: Self.windowByteCount, end: endOffset)
  }

  @_noLocks
  private func broken() -> EventNeed { phase == .first ? .refused : .damaged(place) }

  /// Takes note that the last read is done.
  ///
  /// - Parameter byteCount: How many of its bytes are there, from its beginning; 0 when it failed.
  @_noLocks
  public mutating func supply(byteCount: Int) { window.supply(byteCount) }
}
