internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL

/// A question for a page of history or of events, from its arrival to its answer.
struct HistoryTask: BitwiseCopyable {
  enum Kind: BitwiseCopyable { case bids, events }
  /// Where it stands.
  enum State: BitwiseCopyable {
    /// The place is free.
    case free
    /// It waits for its turn: for a reader, for the client to read, or for events to come.
    case waiting
    /// A reader is at work.
    case reading
  }

  var state = State.free
  var kind = Kind.bids
  var session = SessionHandle.none
  /// The log-on of the connection that asked.
  var binding: UInt64 = 0
  var clientRef: UInt64 = 0
  var auction: UInt64 = 0
  /// The row before which, or the offset from which.
  var from: UInt64 = 0
  var limit: UInt32 = 0
  /// Events given so far.
  var givenCount: UInt32 = 0
  /// When a question for events that are not there yet is answered without any.
  var deadline: Nanoseconds = 0
  /// Counts questions, so that they are taken in the order in which they came.
  var ticket: UInt64 = 0
  /// Which reader is at work.
  var reader = 0
  /// Bytes given to the client so far.
  var givenByteCount = 0
  /// The read that the kernel executes: its file, its bytes, those that come from the file.
  var filePlace = 0
  var readByteCount = 0
  var missingByteCount = 0
}

/// The readers of a shard's journal, and the questions that wait for them: fixed memory.
///
/// Reading never blocks the shard: what is not in memory is read by the kernel, and the question
/// goes on when the bytes are there.
@safe
struct HistoryDesk: ~Copyable {
  static let readerCount = 8
  static let taskCount = 256
  /// The most rows or events of one answer, and the most bytes: half of an answer queue.
  static let rowCountMax: UInt32 = 256
  static let byteCountMax = 28 << 10

  private let histories: UnsafeMutablePointer<HistoryReader>
  private let eventReaders: UnsafeMutablePointer<EventReader>
  private let memory: Region
  private let tasks: UnsafeMutablePointer<HistoryTask>
  let cursors: HistoryCursors
  var files = ReadFiles()
  private var busyReaders: UInt32 = 0
  private var nextTicket: UInt64 = 1
  /// Questions that are not answered.
  private(set) var openCount = 0

  init(layout: JournalLayout, memory source: MemorySource) {
    unsafe histories = .allocate(capacity: Self.readerCount)
    unsafe eventReaders = .allocate(capacity: Self.readerCount)
    for index in 0..<Self.readerCount {
      unsafe (histories + index).initialize(to: HistoryReader(layout: layout, memory: source))
      unsafe (eventReaders + index).initialize(to: EventReader(layout: layout, memory: source))
    }
    memory = Region(
      byteCount: Self.taskCount * MemoryLayout<HistoryTask>.stride, from: source)
    unsafe tasks = memory.base.bindMemory(to: HistoryTask.self, capacity: Self.taskCount)
    for index in 0..<Self.taskCount { unsafe (tasks + index).initialize(to: HistoryTask()) }
    cursors = HistoryCursors(memory: source)
  }

  deinit {
    unsafe histories.deinitialize(count: Self.readerCount)
    unsafe eventReaders.deinitialize(count: Self.readerCount)
    unsafe histories.deallocate()
    unsafe eventReaders.deallocate()
  }

  subscript(_ index: Int) -> HistoryTask {
    get { unsafe tasks[index] }
    nonmutating set { unsafe tasks[index] = newValue }
  }

  /// Takes a question.
  ///
  /// - Returns: Its place; nil when too many wait.
  mutating func add(_ task: HistoryTask) -> Int? {
    for index in 0..<Self.taskCount where unsafe tasks[index].state == .free {
      var task = task
      task.state = .waiting
      task.ticket = nextTicket
      nextTicket += 1
      openCount += 1
      self[index] = task
      return index
    }
    return nil
  }

  /// Gives a question a reader.
  ///
  /// - Returns: Whether one was free.
  mutating func takeReader(_ index: Int) -> Bool {
    for reader in 0..<Self.readerCount where busyReaders & (1 << UInt32(reader)) == 0 {
      busyReaders |= 1 << UInt32(reader)
      unsafe tasks[index].reader = reader
      unsafe tasks[index].state = .reading
      return true
    }
    return false
  }

  /// Whether a session's earlier question is not answered yet: answers keep their order.
  func isBehindAnother(_ index: Int) -> Bool {
    let task = self[index]
    for other in 0..<Self.taskCount where other != index {
      let before = self[other]
      if before.state != .free, before.session == task.session, before.ticket < task.ticket {
        return true
      }
    }
    return false
  }

  /// Takes note that a question is answered.
  mutating func finish(_ index: Int) {
    if self[index].state == .reading { busyReaders &= ~(1 << UInt32(self[index].reader)) }
    self[index] = HistoryTask()
    openCount -= 1
  }

  /// The reader of histories of a question.
  func history(_ index: Int) -> UnsafeMutablePointer<HistoryReader> {
    unsafe histories + self[index].reader
  }

  /// The reader of events of a question.
  func events(_ index: Int) -> UnsafeMutablePointer<EventReader> {
    unsafe eventReaders + self[index].reader
  }
}

/// Files of the journal that are open for reading; one that is being read is never closed.
struct ReadFiles {
  private struct Entry {
    var name: JournalName?
    var file = StorageFile(id: -1)
    var readCount = 0
    var usedAt: UInt64 = 0
  }

  private var entries = [Entry](repeating: Entry(), count: HistoryDesk.readerCount + 4)
  private var uses: UInt64 = 0

  /// Opens a file, or finds it open, and takes note that it is being read.
  ///
  /// - Returns: The file and its place; nil when it cannot be opened.
  mutating func take<Folder: FolderStorage & ~Copyable>(
    _ name: JournalName, _ folder: inout JournalFolder<Folder>
  ) -> (file: StorageFile, place: Int)? {
    uses += 1
    var place = entries.firstIndex { $0.name == name }
    if place == nil {
      let idle = entries.indices.filter { entries[$0].readCount == 0 }
      place = idle.min { entries[$0].usedAt < entries[$1].usedAt }
      guard let place, let file = try? folder.open(name) else { return nil }
      if entries[place].name != nil { folder.close(entries[place].file) }
      entries[place] = Entry(name: name, file: file)
    }
    guard let place else { return nil }
    entries[place].readCount += 1
    entries[place].usedAt = uses
    return (entries[place].file, place)
  }

  /// Takes note that a read has ended.
  mutating func give(back place: Int) { entries[place].readCount -= 1 }
}
