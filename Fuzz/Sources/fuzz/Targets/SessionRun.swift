import Gateway
import Primitives
import Wire

/// A connection as the harness knows it.
struct Wires {
  var isOpen = false
  /// Receives nothing until it is resumed.
  var isPaused = false
  var isClosing = false
  /// What the client has sent and the gateway has not been given yet.
  var waiting: [UInt8] = []
  /// What the gateway reads; it stays in place until the next one.
  var input: UnsafeMutableRawBufferPointer?
  /// What left, up to the last whole frame.
  var output: [UInt8] = []
  /// What its logon was granted; the acknowledgement may leave much later, in pieces.
  var logon: GrantedLogon?
  /// The session that it is bound to, by its place; nil before the acknowledgement of its logon.
  var session: Int?
  /// The last reply that left on it.
  var lastSequence: UInt64 = 0
}

/// The session that a logon was granted, as it was then: its place may be another's when the
/// acknowledgement leaves, and its name may have been opened anew.
struct GrantedLogon {
  let handle: SessionHandle
  let openedInBatch: UInt64
}

/// A session's replies as the harness delivered them.
struct Ledger {
  struct Reply {
    let checksum: UInt32
    let batch: UInt64
  }

  var handle: SessionHandle
  var openedInBatch: UInt64
  var replies: [Reply] = []
}

/// A record of the log.
enum LogEntry {
  case opened([UInt8], time: UInt64)
  case command(SessionHandle, sequence: UInt64, time: UInt64)
  case reply(SessionHandle, [UInt8])
}

/// A gateway with a shard around it that logs, applies and answers as the script says.
struct SessionRun: ~Copyable {
  static let connectionCount = 3
  static let start: UInt64 = 1_800_000_000 * TimeSpan.second

  var gateway: Gateway
  let credentials: Credentials
  var now = Self.start
  var wires = [Wires](repeating: Wires(), count: Self.connectionCount)
  var ledgers: [Ledger?] = [nil, nil, nil]
  var log: [LogEntry] = []
  var applied: Set<UInt64> = []
  var sealedBatch: UInt64 = 0
  var releasedBatch: UInt64 = 0
  var admission = Admission.open
  var mustPause = false
  /// Refuses the next commands as a full log would.
  var refusesCommands = false
  var hasEnded = false
  var restartCount = 0
  var nextSequence: [UInt64] = [1, 1, 1, 1]

  init(memory: MemorySource, wantsKeys: Bool) {
    credentials = wantsKeys ? .keys(SessionKeys.file) : .insecure
    gateway = Gateway(
      limits: .tiny, identity: LoadedState.identity, credentials: credentials, memory: memory)
  }

  deinit { for wire in wires { wire.input?.deallocate() } }

  /// The batch that gathers now.
  var gathering: UInt64 { sealedBatch + 1 }

  /// Takes the next step of a script.
  mutating func step(_ script: inout Script) {
    let kind = script.byte() & 15
    switch kind {
    case 0: open(script.below(Self.connectionCount))
    case 1: close(script.below(Self.connectionCount))
    case 2: logon(&script)
    case 3: command(&script)
    case 4: anyFrame(&script)
    case 5: control(&script)
    case 6: pass(script.byte())
    case 7: seal()
    case 8: release()
    case 9: flush(limit: script.byte())
    case 10: notice(&script)
    case 11: setMood(script.byte())
    case 12: end(script.byte())
    case 13: restart()
    case 14: snapshot(script.byte())
    default: rawBytes(&script)
    }
  }

  mutating func finish() {
    if sealedBatch == releasedBatch { seal() }
    release()
    flush(limit: 0)
    compareWithLog()
  }

  mutating func open(_ c: Int) {
    guard !wires[c].isOpen else { return }
    gateway.openConnection(c, now: now)
    wires[c] = Wires(isOpen: true)
  }

  mutating func close(_ c: Int) {
    guard wires[c].isOpen else { return }
    gateway.connectionClosed(c)
    wires[c].input?.deallocate()
    wires[c] = Wires()
  }

  /// Sends bytes of a client: at once, or the first of them, the rest with the next ones.
  mutating func send(_ c: Int, _ bytes: [UInt8], cut: UInt8) {
    guard wires[c].isOpen, !wires[c].isClosing else { return }
    wires[c].waiting += bytes
    guard !wires[c].isPaused else { return }
    give(c, cut == 255 ? wires[c].waiting.count : min(Int(cut), wires[c].waiting.count))
    serve(c)
  }

  private mutating func give(_ c: Int, _ byteCount: Int) {
    guard byteCount > 0 else { return }
    wires[c].input?.deallocate()
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 1)
    input.copyBytes(from: wires[c].waiting.prefix(byteCount))
    wires[c].waiting.removeFirst(byteCount)
    wires[c].input = input
    gateway.receive(c, input.start, byteCount: byteCount)
  }

  /// Does what the gateway says until it needs more.
  mutating func serve(_ c: Int) {
    while true {
      switch gateway.next(c, now: now, admission: admission, mustPause: mustPause) {
      case .command(let command): take(command)
      case .commandsFirst: check(false, "commands are awaited that were applied")
      case .query(let query): answer(query)
      case .logon: decideLogon(c)
      case .needInput: return
      case .paused: return wires[c].isPaused = true
      case .closing: return wires[c].isClosing = true
      }
    }
  }

  private mutating func take(_ command: GatewayCommand) {
    if refusesCommands {
      gateway.refuse(command, .overloaded, retryAfterNs: 5)
      return
    }
    let key = UInt64(command.session.raw) << 32 ^ command.clientSequence
    check(applied.insert(key).inserted, "a request is applied twice")
    log.append(.command(command.session, sequence: command.clientSequence, time: now))
    for index in 0..<command.replyCount {
      deliver(command.session, Replies.ack(command.clientSequence &+ UInt64(index)))
    }
    gateway.applied(command, time: now)
  }

  private mutating func answer(_ query: GatewayQuery) {
    let bytes = Replies.state(query.templateID)
    bytes.withUnsafeBytes {
      _ = gateway.deliver(
        query.session, $0.start, byteCount: bytes.count, sequenced: false, gate: .batch)
    }
  }

  /// Delivers a reply and notes it.
  mutating func deliver(_ session: SessionHandle, _ bytes: [UInt8]) {
    let isTaken = bytes.withUnsafeBytes {
      gateway.deliver(session, $0.start, byteCount: bytes.count, sequenced: true, gate: .batch)
    }
    let place = Int(session.index)
    guard isTaken else { return }
    guard place < ledgers.count, ledgers[place]?.handle == session else {
      wrong("a reply is taken for a session that there is not")
    }
    log.append(.reply(session, bytes))
    let sequence = UInt64(ledgers[place]?.replies.count ?? 0) + 1
    let checksum = Replies.checksum(bytes, sequence: sequence)
    let reply = Ledger.Reply(checksum: checksum, batch: gathering)
    ledgers[place]?.replies.append(reply)
  }

  private mutating func decideLogon(_ c: Int) {
    switch gateway.logon(c, now: now, admission: admission) {
    case .openSession(let frame, let byteCount): openSession(c, frame, byteCount)
    case .accepted: noteLogon(c)
    case .refused: break
    }
  }

  /// Notes which session the newest logon was granted: the one whose binding is the newest.
  private mutating func noteLogon(_ c: Int) {
    for case let ledger? in ledgers
    where gateway.binding(of: ledger.handle) == gateway.counters.logonsAccepted {
      wires[c].logon = GrantedLogon(handle: ledger.handle, openedInBatch: ledger.openedInBatch)
    }
    check(wires[c].logon != nil, "a logon is accepted and no session is bound")
  }

  private mutating func openSession(_ c: Int, _ frame: UnsafeRawPointer, _ byteCount: Int) {
    if refusesCommands {
      gateway.refuseLogon(c, .overloaded)
      return
    }
    let record = SessionOpened(frame: frame)
    let handle = SessionHandle(raw: record.handle)
    let bytes = [UInt8](UnsafeRawBufferPointer(start: frame, count: byteCount))
    log.append(.opened(bytes, time: now))
    check(Int(handle.index) < ledgers.count, "a session's place is too far")
    ledgers[Int(handle.index)] = Ledger(handle: handle, openedInBatch: gathering)
    gateway.sessionOpened(frame, time: now, gate: .batch)
    gateway.completeLogon(c, now: now)
    noteLogon(c)
  }
}
