internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// Takes a question for rows of an auction's history.
  mutating func answerBids(_ query: GatewayQuery) {
    let message = unsafe QueryBids(frame: query.frame)
    guard visibleAuction(message.auctionId) != nil else {
      return unsafe rejectQuery(query, .unknownAuction)
    }
    var task = HistoryTask()
    task.kind = .bids
    task.clientRef = message.clientRef
    task.auction = message.auctionId
    task.from = message.beforeRow
    task.limit = min(max(message.limit, 1), HistoryDesk.rowCountMax)
    unsafe admit(task, query)
  }

  /// Takes a follower's question for events.
  mutating func answerEvents(_ query: GatewayQuery) {
    guard unsafe query.roles.contains(.operator) else {
      return unsafe rejectQuery(query, .notAuthorised)
    }
    let message = unsafe QueryEvents(frame: query.frame)
    var task = HistoryTask()
    task.kind = .events
    task.clientRef = message.clientRef
    task.from = message.fromOffset
    task.limit = min(max(message.limit, 1), HistoryDesk.rowCountMax)
    task.deadline = now + UInt64(min(message.waitMs, 60_000)) * TimeSpan.millisecond
    unsafe admit(task, query)
  }

  private mutating func admit(_ task: HistoryTask, _ query: GatewayQuery) {
    var task = task
    task.session = unsafe query.session
    task.binding = gateway.binding(of: task.session)
    guard let index = desk.add(task) else {
      probe(.historiesFull)
      return unsafe rejectQuery(query, .overloaded)
    }
    _ = advance(index)
  }

  /// Goes on with the questions that wait; called once a turn.
  mutating func advanceHistories() {
    guard desk.openCount > 0 else { return }
    for index in 0..<HistoryDesk.taskCount where desk[index].state == .waiting {
      _ = advance(index)
    }
  }

  /// Begins to answer a question if its turn has come.
  private mutating func advance(_ index: Int) -> Bool {
    let task = desk[index]
    // First what costs least: followers wait here for most of their time.
    if task.kind == .events, task.from == journal.releasedOffset, now < task.deadline, !isDraining {
      return false
    }
    guard isWanted(index) else { return false }
    guard !desk.isBehindAnother(index), gateway.canDeliverPublic(task.session) else { return false }
    guard desk.takeReader(index) else {
      probe(.historyReadersBusy)
      return false
    }
    counters.add(.journalReads)
    task.kind == .bids ? beginBids(index) : beginEvents(index)
    return true
  }

  /// Whether the connection is still there that asked; a question whose connection ended is over,
  /// so that no part of a page comes on the next one.
  private mutating func isWanted(_ index: Int) -> Bool {
    let task = desk[index]
    if gateway.binding(of: task.session) == task.binding { return true }
    probe(.historyUnwanted)
    desk.finish(index)
    return false
  }

  private mutating func beginBids(_ index: Int) {
    let task = desk[index]
    let id = AuctionID(raw: task.auction)
    let query = HistoryQuery(
      auctionID: id, head: journal.head(of: id), rowCount: engine.view(of: id)?.bidCount ?? 0,
      beforeRow: task.from, limit: task.limit)
    unsafe desk.history(index).pointee.begin(
      query, oldestOffset: journal.oldestOffset, endOffset: journal.endOffset,
      cursors: desk.cursors)
    giveRows(index)
  }

  /// Gives rows until the page is full or bytes are needed that are not in memory.
  private mutating func giveRows(_ index: Int) {
    while true {
      switch unsafe desk.history(index).pointee.next(desk.cursors) {
      case .read(let read):
        guard let byteCount = bring(read, for: index) else { return }
        unsafe desk.history(index).pointee.supply(byteCount: byteCount)
      case .row(let frame): unsafe give(frame, to: desk[index].session, gate: .batch)
      case .end(let end): return endBids(index, end)
      case .damaged(let offset): return fail(index, at: offset)
      }
    }
  }

  private mutating func endBids(_ index: Int, _ end: HistoryEnd) {
    let task = desk[index]
    reply(
      task.session,
      BidsEnd(
        clientRef: task.clientRef, auctionId: task.auction, nextBeforeRow: end.nextBeforeRow,
        rowCount: end.rowCount, givenCount: end.givenCount))
    desk.finish(index)
  }

  private mutating func beginEvents(_ index: Int) {
    let task = desk[index]
    unsafe desk.events(index).pointee.begin(
      from: task.from, limit: task.limit, oldestOffset: journal.oldestOffset,
      endOffset: journal.releasedOffset)
    giveEvents(index)
  }

  private mutating func giveEvents(_ index: Int) {
    while true {
      switch unsafe desk.events(index).pointee.next() {
      case .read(let read):
        guard let byteCount = bring(read, for: index) else { return }
        unsafe desk.events(index).pointee.supply(byteCount: byteCount)
      case .event(let event):
        unsafe give(event.frame, to: desk[index].session, gate: .none)
        desk[index].givenByteCount += event.frameByteCount
        desk[index].givenCount += 1
        if desk[index].givenByteCount > HistoryDesk.byteCountMax {
          probe(.eventsCutByLength)
          return endEvents(index, next: event.offset + UInt64(event.byteCount))
        }
      case .end(let next, _): return endEvents(index, next: next)
      case .tooOld: return refuse(index, .historyUnavailable)
      case .refused: return refuse(index, .malformed)
      case .damaged(let offset): return fail(index, at: offset)
      }
    }
  }

  private mutating func endEvents(_ index: Int, next: UInt64) {
    let task = desk[index]
    reply(
      task.session,
      EventsEnd(
        clientRef: task.clientRef, nextOffset: next, endOffset: journal.releasedOffset,
        oldestOffset: journal.oldestOffset, eventCount: task.givenCount),
      gate: .none)
    desk.finish(index)
  }

  private mutating func give(
    _ frame: UnsafeRawPointer, to session: SessionHandle, gate: ReplyGate
  ) {
    unsafe gateway.deliver(
      session, frame, byteCount: Int(LittleEndian.uint32(frame, at: 0)), sequenced: false,
      gate: gate)
  }

  /// Puts what is in memory in its place, and asks the kernel for the rest.
  ///
  /// - Returns: How many bytes are there; nil while the kernel reads.
  private mutating func bring(_ read: JournalRead, for index: Int) -> Int? {
    let missing = journal.fill(read)
    if missing == 0 { return read.byteCount }
    let name = JournalName(fileOffset: journal.layout.fileOffset(of: read.offset))
    guard let (file, place) = desk.files.take(name, &journalFolder) else {
      probe(.historyFileGone)
      return 0
    }
    desk[index].filePlace = place
    desk[index].readByteCount = read.byteCount
    desk[index].missingByteCount = missing
    unsafe ring.read(
      file, read.pointer, byteCount: missing, offset: journal.layout.offsetInFile(of: read.offset),
      token: Token(.journalRead, index: UInt32(index)))
    return nil
  }

  /// The kernel has read for a question.
  mutating func journalRead(_ completion: Completion) {
    let index = Int(completion.token.index)
    let task = desk[index]
    desk.files.give(back: task.filePlace)
    guard isWanted(index) else { return }
    // What came is whole up to where the memory begins, or the bytes behind it do not follow.
    let isWhole = Int(completion.result) == task.missingByteCount
    if !isWhole { probe(.historyShortRead) }
    let byteCount = isWhole ? task.readByteCount : max(0, Int(completion.result))
    if task.kind == .bids {
      unsafe desk.history(index).pointee.supply(byteCount: byteCount)
      giveRows(index)
    } else {
      unsafe desk.events(index).pointee.supply(byteCount: byteCount)
      giveEvents(index)
    }
  }

  private mutating func fail(_ index: Int, at offset: UInt64) {
    probe(.historyDamaged)
    status.noteSnapshot(
      "shard \(options.shard.number): the event journal is damaged at offset \(offset): move the"
        + " folder 'journal' away and start again; it is built anew from the log")
    refuse(index, .historyUnavailable)
  }

  private mutating func refuse(_ index: Int, _ code: RejectCode) {
    let task = desk[index]
    let template = task.kind == .bids ? QueryBids.templateID : QueryEvents.templateID
    reply(
      task.session,
      refusal(task.clientRef, template, code),
      gate: .none)
    desk.finish(index)
  }
}
