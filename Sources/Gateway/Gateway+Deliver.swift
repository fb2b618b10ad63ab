public import Primitives
internal import Wire

extension Gateway {
  /// Takes a reply or a notice for a session.
  ///
  /// A sequenced frame gets the session's next number and is kept to be asked for again; it may be
  /// that it overwrites the oldest ones, and a reader that has not read them is closed. An
  /// unsequenced frame is for the connection of the moment alone. All leave in the order given.
  ///
  /// - Parameters:
  ///   - session: Whom it is for; one that is no more is ignored.
  ///   - frame: The frame; sequence and checksum are set in the copy.
  ///   - byteCount: Its bytes: the number in its first four.
  ///   - sequenced: Whether it belongs to the recoverable stream.
  ///   - gate: When it may leave.
  /// - Returns: Whether it was taken.
  /// - Complexity: O(byteCount), about 30 ns a reply.
  @_noLocks @discardableResult
  public mutating func deliver(
    _ session: SessionHandle,
    _ frame: UnsafeRawPointer,
    byteCount: Int,
    sequenced: Bool,
    gate: ReplyGate
  ) -> Bool {
    let isWhole = unsafe Int(LittleEndian.uint32(frame, at: 0)) == byteCount
    invariant(isWhole, "a frame knows its length")
    guard let place = sessions.place(of: session) else {
      probe(.sessionGone)
      counters.staleDeliveries += 1
      return false
    }
    guard sequenced else { return unsafe deliverAnswer(place, frame, byteCount, gate) }
    invariant(byteCount <= GatewayLimits.replyBytesMax, "a reply is a short frame")
    makeRoom(place, byteCount)
    willAppend(place, byteCount)
    let sequence = sessions[place].nextServerSequence
    unsafe sessions[place].ring.append(frame, byteCount: byteCount, sequence: sequence)
    sessions[place].nextServerSequence = sequence + 1
    counters.repliesDelivered += 1
    if gate.isBatch {
      recordStaged()
      touch(place)
    } else if sessions[place].listBits == 0 {
      sessions[place].durableEnd = sessions[place].ring.tail
      wake(place)
    }
    return true
  }

  /// Whether there is room for a public update; when not, the shard keeps the newest alone.
  ///
  /// - Parameter session: The subscriber.
  /// - Returns: Whether one more may be given.
  @_noLocks
  public func canDeliverPublic(_ session: SessionHandle) -> Bool {
    guard let place = sessions.place(of: session) else { return false }
    let connection = sessions[place].connection
    guard connection != SessionTable.none else { return false }
    return connections[Int(connection)].answers.byteCount < limits.answerQueueBytes / 2
  }

  /// Closes a reader whose unsent frames would be overwritten.
  @_noLocks @inline(__always)
  private mutating func makeRoom(_ place: Int, _ byteCount: Int) {
    let connection = sessions[place].connection
    guard connection != SessionTable.none else { return }
    let floor = sessions[place].ring.floor(adding: byteCount)
    guard sessions[place].neededOffset < floor else { return }
    probe(.ringOverrun)
    closeSlowConsumer(Int(connection))
  }

  @_noLocks @inline(never)
  func connectionIndex(_ place: Int) -> ConnectionIndex? {
    let connection = sessions[place].connection
    return connection == SessionTable.none ? nil : Int(connection)
  }

  @_noLocks @inline(never)
  mutating func closeSlowConsumer(_ connection: ConnectionIndex) {
    counters.slowConsumers += 1
    abort(connection, .slowConsumer)
  }

  @_noLocks
  private mutating func deliverAnswer(
    _ place: Int,
    _ frame: UnsafeRawPointer,
    _ byteCount: Int,
    _ gate: ReplyGate
  ) -> Bool {
    invariant(byteCount <= GatewayLimits.answerBytesMax, "an answer is not too long")
    let batch = gate.isBatch ? holdForBatch(place) : 0
    guard let slot = unsafe pushAnswer(place, byteCount: byteCount, batch: batch) else {
      return false
    }
    unsafe slot.copyMemory(from: frame, byteCount: byteCount)
    unsafe FrameHeader.seal(slot, sequence: 0)
    return true
  }

  /// Makes room for an unsequenced frame behind everything that waits; the caller writes it.
  ///
  /// A queue that is full means a reader that lets answers pile up: it is closed.
  ///
  /// - Returns: Where the frame goes; nil when nobody is connected or there was no room.
  @_noLocks
  mutating func pushAnswer(
    _ place: Int,
    byteCount: Int,
    batch: UInt64
  ) -> UnsafeMutableRawPointer? {
    guard let connection = connectionIndex(place), connections[connection].state == .bound else {
      probe(.answerDropped)
      counters.answersDropped += 1
      return nil
    }
    let slot = unsafe connections[connection].answers.push(
      byteCount: byteCount,
      after: sessions[place].ring.tail,
      batch: batch
    )
    guard let slot = unsafe slot else {
      probe(.answersFull)
      counters.answersDropped += 1
      closeSlowConsumer(connection)
      return nil
    }
    counters.answersDelivered += 1
    sendable.insert(connection)
    return unsafe slot
  }

  /// Says that a session's connection may have something to send.
  @_noLocks @inline(__always)
  mutating func wake(_ place: Int) {
    let connection = sessions[place].connection
    if connection != SessionTable.none { sendable.insert(Int(connection)) }
  }
}
