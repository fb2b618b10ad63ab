internal import Counters
internal import Gateway
internal import Kernel
internal import Primitives
internal import WAL

extension Shard {
  /// Buffers that a paused connection may hold before it is closed as one that never reads.
  static var heldBuffersMax: UInt32 { 64 }

  /// Bytes came, or receiving ended.
  mutating func received(_ completion: Completion) {
    guard let index = slotIndex(of: completion) else {
      probe(.receivedLate)
      if let buffer = completion.bufferIndex { ring.returnBuffer(buffer) }
      return
    }
    if !completion.hasMore { slots[index].isReceiving = false }
    if let buffer = completion.bufferIndex {
      keep(buffer, byteCount: Int(completion.result), for: index)
    } else if completion.result == 0 || !isTransient(completion.result) {
      if completion.result < 0 { probe(.connectionReset) }
      slots[index].hasEnded = true
    } else {
      probe(.receiveInterrupted)
    }
    if slots[index].state == .closing { return closeWhenQuiet(index) }
    enqueue(index)
  }

  /// Whether receiving may simply begin again: no buffer was free, or it was cancelled on purpose.
  private func isTransient(_ result: Int32) -> Bool {
    result == -105 /* ENOBUFS */ || result == -125 /* ECANCELED */ || result == -11 /* EAGAIN */
  }

  private mutating func keep(_ buffer: UInt16, byteCount: Int, for index: Int) {
    guard slots[index].state == .open, byteCount > 0 else {
      probe(.receivedWhileClosing)
      return ring.returnBuffer(buffer)
    }
    inputs.append(buffer, byteCount: byteCount, to: &slots[index])
    if slots[index].isPaused && slots[index].inputCount > Self.heldBuffersMax {
      probe(.inputOverrun)
      counters.add(.inputOverruns)
      beginClosing(index)
    }
  }

  mutating func enqueue(_ index: Int) {
    guard !slots[index].isQueued else { return }
    slots[index].isQueued = true
    work.push(index)
  }

  /// Commands after which a turn reads no further connection.
  ///
  /// The kernel goes on only when it is entered: a write that has ended waits for that before its
  /// flush begins, and the end of a flush before the next write. With turns that read all that was
  /// there flushes took a quarter longer.
  private static var turnCommandsMax: UInt64 { 128 }

  /// Reads what came, connection by connection, while the batch has room and the turn is short.
  mutating func readInputs() {
    while let index = gateway.takeResumable() {
      slots[index].isPaused = false
      enqueue(index)
    }
    var remaining = work.count
    let last = log.commit.stagedPosition + Self.turnCommandsMax
    while remaining > 0, log.commit.stagedPosition < last,
      log.commit.hasRoom(byteCount: Self.frameRoom)
    {
      remaining -= 1
      let index = work.pop()
      slots[index].isQueued = false
      if slots[index].state == .open { read(index) }
    }
    if remaining > 0 { probe(.turnFull) }
  }

  /// Reads one connection's buffers until they are used up or it has to wait.
  private mutating func read(_ index: Int) {
    while feed(index) {
      let goesOn = takeSteps(index)
      runCommands()
      if !goesOn { return }
      slots[index].isFed = false
      ring.returnBuffer(inputs.removeFirst(from: &slots[index]))
    }
    if slots[index].hasEnded { return beginClosing(index) }
    if !slots[index].isReceiving { startReceiving(index) }
  }

  /// Gives the gateway a connection's next buffer, unless it still has one.
  private mutating func feed(_ index: Int) -> Bool {
    if slots[index].isFed { return true }
    guard slots[index].state == .open, slots[index].inputHead != InputBuffers.none else {
      return false
    }
    let buffer = UInt16(truncatingIfNeeded: slots[index].inputHead)
    unsafe gateway.receive(
      index, ring.receiveBuffer(buffer), byteCount: inputs.firstByteCount(of: slots[index]))
    slots[index].isFed = true
    return true
  }

  /// Does what the gateway says until the buffer is used up.
  ///
  /// - Returns: Whether it is used up; otherwise the connection waits or closes.
  private mutating func takeSteps(_ index: Int) -> Bool {
    while true {
      if commands.count == 0, commands.isTimed { commands.askedTime = kernel.monotonicTime() }
      let isFull = isHeldBack
      let step = unsafe gateway.next(
        index, now: now, admission: admission, mustPause: isFull)
      switch unsafe step {
      case .command(let command): unsafe take(command)
      case .commandsFirst: runCommands()
      case .query(let query):
        runCommands()
        unsafe answer(query)
      case .logon:
        runCommands()
        logon(index)
      case .needInput: return true
      case .paused:
        pause(index, isFull: isFull)
        return false
      case .closing: return false
      }
    }
  }

  private mutating func take(_ command: GatewayCommand) {
    unsafe commands.append(command)
    if commands.count == CommandGroup.capacity { runCommands() }
  }

  /// A full batch resumes with the next flush; a reader that is slow resumes when it has read.
  private mutating func pause(_ index: Int, isFull: Bool) {
    if isFull {
      probe(.inputHeldBack)
      return enqueue(index)
    }
    probe(.receivingPaused)
    slots[index].isPaused = true
    if slots[index].isReceiving {
      ring.cancelReceive(connection: UInt32(index), generation: slots[index].generation)
    }
  }

  /// What the log can take.
  var admission: Admission {
    switch log.commit.admission {
    case .open: .open
    case .reserveOnly: .reserveOnly
    case .stopped: .stopped
    }
  }
}
