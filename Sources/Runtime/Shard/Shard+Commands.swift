internal import Counters
internal import Engine
internal import Gateway
internal import Journal
internal import Kernel
internal import Primitives
internal import WAL
internal import Wire

extension Shard {
  /// Stages and applies the commands that were read ahead, in the order they came.
  mutating func runCommands() {
    if _slowPath(commands.isTimed && commands.count > 0) {
      runTimed()
    } else {
      runAll(isTimed: false)
    }
    commands.removeAll()
  }

  @inline(never)
  private mutating func runTimed() {
    let parsed = kernel.monotonicTime() - commands.askedTime
    stageTimes.record(.parse, parsed / Nanoseconds(commands.count))
    runAll(isTimed: true)
  }

  @inline(__always)
  private mutating func runAll(isTimed: Bool) {
    prefetch(from: 0)
    prefetch(from: Self.prefetchCount)
    prefetchLeaders(from: 0)
    var first = 0
    while first < commands.count {
      prefetch(from: first + 2 * Self.prefetchCount)
      prefetchLeaders(from: first + Self.prefetchCount)
      for index in first..<min(first + Self.prefetchCount, commands.count) {
        unsafe run(commands[index], isTimed: isTimed)
      }
      first += Self.prefetchCount
    }
  }

  /// Frames whose memory is asked for together; see `Engine.prefetch` for what was measured.
  private static var prefetchCount: Int { 4 }

  @inline(__always)
  private mutating func prefetch(from first: Int) {
    var index = first
    while index < min(first + Self.prefetchCount, commands.count) {
      unsafe engine.prefetch(commands[index].frame)
      unsafe journal.prefetch(for: commands[index].frame)
      index += 1
    }
  }

  @inline(__always)
  private mutating func prefetchLeaders(from first: Int) {
    var index = first
    while index < min(first + Self.prefetchCount, commands.count) {
      unsafe engine.prefetchLeader(commands[index].frame)
      index += 1
    }
  }

  @inline(__always)
  private mutating func run(_ command: GatewayCommand, isTimed: Bool) {
    let started = isTimed ? kernel.monotonicTime() : 0
    let staged = unsafe log.commit.stage(
      time: now, session: command.session, roles: command.roles, frame: command.frame,
      byteCount: command.byteCount)
    switch staged {
    case .staged(let position):
      let stagedTime = isTimed ? kernel.monotonicTime() : 0
      unsafe apply(
        Command(
          position: position, time: now, session: command.session, roles: command.roles,
          frame: command.frame))
      unsafe gateway.applied(command, time: now)
      if isTimed {
        stageTimes.record(.stage, stagedTime - started)
        stageTimes.record(.apply, kernel.monotonicTime() - stagedTime)
      }
      counters.add(.commandsLogged)
    case .batchFull:
      probe(.commandPostponed)
      unsafe gateway.refuse(command, .overloaded, retryAfterNs: TimeSpan.millisecond)
    case .storageFull: unsafe gateway.refuse(command, .storageFull)
    case .stopped: unsafe gateway.refuse(command, .internalFault)
    }
  }

  /// Applies a record and passes on what the engine says, in as many pieces as the outbox needs.
  mutating func apply(_ command: Command) {
    // Before the first frame: it may be for everybody, and must not leave with the batch before.
    gateway.recordStaged()
    engine.apply(command, &outbox)
    passOn(command)
    while engine.moreDue {
      probe(.answerInParts)
      engine.resume(command, &outbox)
      passOn(command)
    }
  }

  /// Gives the engine's frames to the journal and to the gateway; they leave when their batch is
  /// durable.
  private mutating func passOn(_ command: Command) {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      if entry.isPublic {
        unsafe keepEvent(entry.frame, byteCount: entry.byteCount, command)
        guard subscriptions.count > 0 else { continue }
        unsafe publish(entry.frame, byteCount: entry.byteCount)
      } else {
        unsafe gateway.deliver(
          entry.session, entry.frame, byteCount: entry.byteCount, sequenced: true, gate: .batch)
      }
    }
    outbox.clear()
  }

  /// Decides a logon; a new session is logged before it is told that it stands.
  mutating func logon(_ index: Int) {
    guard
      case .openSession(let frame, let byteCount) = unsafe gateway.logon(
        index, now: now, admission: admission)
    else { return }
    let staged = unsafe log.commit.stage(
      time: now, session: .none, roles: [], frame: frame, byteCount: byteCount)
    guard case .staged(let position) = staged else {
      probe(.logonNotLogged)
      unsafe gateway.refuseLogon(index, .overloaded)
      return
    }
    unsafe gateway.sessionOpened(frame, time: now, gate: .batch)
    unsafe apply(
      Command(position: position, time: now, session: .none, roles: [], frame: frame))
    gateway.completeLogon(index, now: now)
  }
}
