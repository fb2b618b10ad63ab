internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// The most bytes of a snapshot that one turn copies: about ten microseconds.
  private static var copiedPerTurnMax: Int { 32 << 10 }

  /// Does a bounded piece of the work on snapshots.
  ///
  /// One begins between two batches, at the position of the last sealed record, and costs that turn
  /// a few scalars and a bitmap. From then on pages are copied before they change, and each turn
  /// copies a few more. When the power fails before the file has its name, the snapshots before it
  /// and the log are as they were; nothing is released before.
  mutating func advanceSnapshot() {
    switch snapshot.stage {
    case .idle: beginSnapshotIfDue()
    case .copying where isDraining:
      probe(.snapshotStopped)
      giveUpSnapshot(because: nil)
    case .copying: copySnapshot()
    case .settling: settleSnapshot()
    case .finishing: break
    }
    executeSnapshotSteps()
  }

  /// Somebody asked for a snapshot; the answer comes when it has its name.
  mutating func takeSnapshot(_ query: GatewayQuery) {
    guard unsafe query.roles.contains(.operator) else {
      return unsafe rejectQuery(query, .notAuthorised)
    }
    guard snapshot.requesters.count < SnapshotWork.requestersMax, !isDraining else {
      probe(.snapshotRefusedRequest)
      return unsafe rejectQuery(query, .snapshotRunning)
    }
    unsafe snapshot.requesters.append(
      SnapshotWork.Requester(
        session: query.session, clientRef: TakeSnapshot(frame: query.frame).clientRef))
    snapshot.isRequested = true
    snapshot.retryTime = 0
  }

  /// Whether copies of changed pages pile up faster than the disk takes them.
  ///
  /// Commands wait until there is room again: a snapshot slows the shard down to the disk's speed
  /// rather than being given up for ever under a load that never ends.
  var isSnapshotBehind: Bool {
    guard snapshot.stage == .copying else { return false }
    guard
      engine.snapshotAreaByteCount > engine.limits.snapshotAreaByteCount / 2
        || gateway.snapshotAreaByteCount > gateway.limits.snapshotAreaByteCount / 2
    else { return false }
    probe(.snapshotBehind)
    return true
  }

  private mutating func beginSnapshotIfDue() {
    guard failure == nil, !isDraining, now >= snapshot.retryTime, log.commit.isGatheringEmpty
    else { return }
    let logged =
      counters.value(.bytesLogged) - snapshot.loggedAtLast + snapshot.loggedBeforeStart
    let isDue =
      snapshot.isRequested
      || options.snapshots.isDue(sinceNs: now - snapshot.lastTime, byteCount: logged)
    guard isDue else { return }
    if journal.isAbandoned { return refuseSnapshot() }
    beginSnapshot()
  }

  /// Without the journal on disk a snapshot would cut off the log that writes it again.
  private mutating func refuseSnapshot() {
    probe(.snapshotWithoutJournal)
    snapshot.isRequested = false
    counters.add(.snapshotsFailed)
    snapshot.retryTime = now + options.snapshots.retryNs
    refuseSnapshotRequests()
  }

  private mutating func beginSnapshot() {
    snapshot.isRequested = false
    if let known = snapshot.known.newest, known.position == log.commit.stagedPosition {
      probe(.snapshotOfNothingNew)
      // Nothing was logged since: the snapshot that is there is the one that was asked for.
      return answerSnapshotRequests(known, tookNs: 0)
    }
    snapshot.position = log.commit.stagedPosition
    snapshot.journalOffset = journal.endOffset
    snapshot.startedTime = now
    snapshot.loggedAtLast = counters.value(.bytesLogged)
    snapshot.loggedBeforeStart = 0
    snapshot.nextFillTime = 0
    snapshot.stage = .copying
    snapshot.writer.begin(
      snapshotHeader(), expectedByteCount: snapshot.known.newest?.byteCount ?? 0)
    engine.beginSnapshot()
    gateway.beginSnapshot()
    journal.beginSnapshot()
    snapshot.isConfigurationCopied = false
    probe(.snapshotBegun)
  }

  private func snapshotHeader() -> SnapshotFileHeader {
    let sealed = log.commit.lastSealed
    return SnapshotFileHeader(
      identity: log.commit.identity, position: sealed.position,
      batchNumber: sealed.batchNumber, batchHash: sealed.hash, time: engine.time,
      journalEndOffset: journal.endOffset, engineIDHigh: gateway.identity.engineIdHigh,
      engineIDLow: gateway.identity.engineIdLow)
  }

  /// Copies what this turn may, and hands a buffer that is full to the writer.
  private mutating func copySnapshot() {
    if engine.hasSnapshotOverflowed || gateway.hasSnapshotOverflowed
      || journal.hasSnapshotOverflowed
    {
      probe(.snapshotOverflown)
      return giveUpSnapshot(because: "its copies outgrew their memory")
    }
    guard now >= snapshot.nextFillTime, let buffer = unsafe snapshot.writer.buffer() else { return }
    let copied = unsafe copyPieces(
      into: buffer.pointer, room: min(buffer.room, Self.copiedPerTurnMax))
    snapshot.writer.filled(byteCount: copied)
    counters.add(.snapshotBytes, UInt64(copied))
    snapshot.nextFillTime = max(now, snapshot.nextFillTime) + options.snapshots.paceNs(copied)
    if engine.isSnapshotWritten && gateway.isSnapshotWritten && journal.isSnapshotWritten {
      endCopying()
      snapshot.stage = .settling
    }
  }

  private mutating func copyPieces(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var copied = 0
    if !snapshot.isConfigurationCopied {
      copied += unsafe copyConfiguration(into: target)
      snapshot.isConfigurationCopied = true
    }
    if !engine.isSnapshotWritten {
      copied += unsafe engine.writeSnapshot(into: target + copied, room: room - copied)
    } else if !gateway.isSnapshotWritten {
      copied += unsafe gateway.writeSnapshot(into: target + copied, room: room - copied)
    } else if !journal.isSnapshotWritten {
      copied += unsafe journal.writeSnapshot(into: target + copied, room: room - copied)
    }
    return copied
  }

  /// The first piece: the record that every log begins with, so that a snapshot stands alone.
  private func copyConfiguration(into target: UnsafeMutableRawPointer) -> Int {
    let retentionSeconds = engine.retention / TimeSpan.second
    let message = engine.limits.configuration(
      gateway.identity, retentionSeconds: retentionSeconds)
    unsafe message.write(frame: scratch.answer)
    unsafe FrameHeader.seal(scratch.answer, sequence: 0)
    return unsafe SnapshotPiece.write(
      target, kind: SnapshotKind.configuration, index: 0, UnsafeRawPointer(scratch.answer),
      byteCount: EngineConfigured.frameByteCount)
  }

  private mutating func endCopying() {
    engine.endSnapshot()
    gateway.endSnapshot()
    journal.endSnapshot()
    snapshot.nextFillTime = .max
  }

  /// The snapshot may get its name only when the log and the journal hold what it speaks of:
  /// otherwise a power failure would leave a state that is ahead of its own history.
  private mutating func settleSnapshot() {
    guard log.commit.durablePosition >= snapshot.position,
      isJournalDurable(through: snapshot.journalOffset)
    else { return }
    snapshot.writer.finish()
    snapshot.stage = .finishing
  }

  /// Ends a snapshot that can't become whole; the log simply stays longer.
  mutating func giveUpSnapshot(because reason: String?) {
    if snapshot.stage == .copying { endCopying() }
    snapshot.stage = .finishing
    snapshot.writer.cancel()
    probe(.snapshotGivenUp)
    counters.add(.snapshotsFailed)
    if let reason {
      status.noteSnapshot(
        "shard \(options.shard.number): the snapshot at record \(snapshot.position) was given up:"
          + " \(reason); the next try is in \(options.snapshots.retryNs / TimeSpan.second) s")
    }
    snapshot.lastTime = now
    snapshot.retryTime = now + options.snapshots.retryNs
    refuseSnapshotRequests()
  }

  private mutating func refuseSnapshotRequests() {
    for requester in snapshot.requesters {
      reply(
        requester.session,
        refusal(requester.clientRef, TakeSnapshot.templateID, .internalFault),
        gate: .none)
    }
    snapshot.requesters.removeAll(keepingCapacity: true)
  }

  /// The snapshot has its name: who asked is told, and the log gives back what it covers.
  mutating func snapshotDone(_ info: SnapshotInfo) {
    probe(.snapshotTaken)
    counters.add(.snapshotsTaken)
    counters.raise(.snapshotNsMax, to: now - snapshot.startedTime)
    snapshot.known.add(info)
    snapshot.lastTime = now
    answerSnapshotRequests(info, tookNs: now - snapshot.startedTime)
    trimLog()
  }

  private mutating func answerSnapshotRequests(_ info: SnapshotInfo, tookNs: Nanoseconds) {
    for requester in snapshot.requesters {
      reply(
        requester.session,
        SnapshotTaken(
          clientRef: requester.clientRef, logPosition: info.position,
          byteCount: info.byteCount, tookNs: tookNs),
        gate: .none)
    }
    snapshot.requesters.removeAll(keepingCapacity: true)
  }
}
