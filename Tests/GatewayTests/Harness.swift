import Gateway
import Primitives
import Testing
import Wire

/// A frame as it went over the wire.
struct SentFrame: Equatable {
  var bytes: [UInt8]
  var header: FrameHeader { bytes.withUnsafeBytes { FrameHeader(frame: $0.start) } }
  var template: UInt16 { header.templateID }
  var sequence: UInt64 { header.sequence }

  func message<M: WireMessage>(_ type: M.Type) -> M {
    bytes.withUnsafeBytes { M(frame: $0.start) }
  }
}

/// What the shard did with a command, for comparison.
struct TakenCommand: Equatable {
  var session: UInt32
  var roles: UInt32
  var sequence: UInt64
  var template: UInt16
  var replyCount: UInt32
  var bytes: [UInt8]
}

extension GatewayLimits {
  /// One connection and one session, for tests that need very many gateways.
  static var tiny: GatewayLimits {
    var limits = GatewayLimits.small
    limits.connectionsMax = 1
    limits.sessionsMax = 1
    limits.sessionPlaces = 1
    limits.sessionsPerAccountMax = 1
    return limits
  }
}

/// Changes a frame and makes its checksum right again.
func resealed(_ bytes: [UInt8], _ change: (inout [UInt8]) -> Void) -> [UInt8] {
  var copy = bytes
  change(&copy)
  copy.withUnsafeMutableBytes { raw in
    let base = raw.start
    let sum = CRC32C.checksum(base + 8, byteCount: raw.count - 8)
    base.storeBytes(of: sum, toByteOffset: 4, as: UInt32.self)
  }
  return copy
}

func bid(
  _ sequence: UInt64,
  ref: UInt64? = nil,
  bidder: UInt64 = 7,
  auction: UInt64 = 1 << 32,
  kind: UInt8 = 0
) -> [UInt8] {
  frame(
    PlaceBid(
      clientRef: ref ?? sequence,
      auctionId: auction,
      bidderId: bidder,
      amount: 100,
      ifRevision: 0,
      clientTime: 0,
      deviceTag: 0,
      kind: kind,
      flags: 0,
      currency: 840
    ),
    sequence: sequence
  )
}

func massBid(_ sequence: UInt64, entries: Int, bidder: UInt64 = 7) -> [UInt8] {
  let byteCount = MassBid.frameByteCount(bids: entries)
  var bytes = [UInt8](repeating: 0, count: byteCount)
  bytes.withUnsafeMutableBytes { raw in
    let base = raw.start
    MassBid(clientRef: sequence, bidderId: bidder).write(frame: base, byteCount: byteCount)
    let group = base + FrameHeader.byteCount + MassBid.blockLength
    GroupSpan.write(group, entryLength: MassBid.Entry.entryLength, count: entries)
    FrameHeader.seal(base, sequence: sequence)
  }
  return bytes
}

func logonMessage(
  session: UInt64 = 1,
  account: UInt64 = 7,
  key: UInt64 = 0,
  time: UInt64 = testStart,
  next: UInt64 = 0,
  keepalive: UInt32 = 1_000,
  versions: ClosedRange<UInt16> = 1...1,
  flags: UInt32 = 0
) -> Logon {
  Logon(
    sessionIdHigh: 99,
    sessionIdLow: session,
    accountId: account,
    apiKeyId: key,
    authTag: .zero,
    clientTime: time,
    nextServerSequence: next,
    nextClientSequence: 1,
    keepaliveMs: keepalive,
    minVersion: versions.lowerBound,
    maxVersion: versions.upperBound,
    flags: flags
  )
}

let testStart: UInt64 = 1_800_000_000 * TimeSpan.second

/// A shard around a gateway: it applies every command with one BidAck a reply.
final class Harness {
  var gateway: Gateway
  var now: UInt64 = testStart
  var batch: UInt64 = 0
  var admission = Admission.open
  var commands: [TakenCommand] = []
  var queries: [UInt16] = []
  var outputs: [Int: [UInt8]] = [:]
  var closures: [Int: CloseReason] = [:]
  var paused: Set<Int> = []
  var openConnections: Set<Int> = []
  /// Whether commands are collected and applied together, as a shard does.
  var isReadingAhead = false
  private var collected: [GatewayCommand] = []
  private var waiting: [Int: [[UInt8]]] = [:]
  private var inputs: [UnsafeMutableRawBufferPointer] = []
  /// The log: what a restart replays.
  var log: [LogEntry] = []

  enum LogEntry {
    case opened([UInt8], time: UInt64)
    case command(UInt32, [UInt8], time: UInt64, replies: UInt32)
    case notice(UInt32, [UInt8])
  }

  init(
    _ limits: GatewayLimits = .small,
    credentials: Credentials = .insecure,
    shards: UInt16 = 1,
    memory: MemorySource = .heap
  ) {
    gateway = Gateway(
      limits: limits,
      identity: EngineIdentity(
        engineIdHigh: 3,
        engineIdLow: 4,
        shard: ShardID(0),
        shards: shards
      ),
      credentials: credentials,
      memory: memory
    )
  }

  func open(_ c: Int) {
    gateway.openConnection(c, now: now)
    openConnections.insert(c)
    closures[c] = nil
  }

  /// Gives bytes in one piece and does what the gateway says until it needs more; bytes for a
  /// paused connection wait, as they would in the kernel.
  func receive(_ c: Int, _ bytes: [UInt8]) {
    if paused.contains(c) {
      waiting[c, default: []].append(bytes)
      return
    }
    give(c, bytes)
    run(c)
  }

  /// Gives bytes and does nothing yet; they stay in place as long as the test.
  func give(_ c: Int, _ bytes: [UInt8]) {
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 16)
    input.copyBytes(from: bytes)
    inputs.append(input)
    gateway.receive(c, input.start, byteCount: bytes.count)
  }

  private func resume(_ c: Int) {
    paused.remove(c)
    run(c)
    while !paused.contains(c), let bytes = waiting[c]?.first {
      waiting[c]?.removeFirst()
      receive(c, bytes)
    }
  }

  deinit {
    for input in inputs { input.deallocate() }
  }

  func run(_ c: Int) {
    while true {
      let step = gateway.next(c, now: now, admission: admission, mustPause: false)
      if case .command(let command) = step, isReadingAhead {
        collected.append(command)
        continue
      }
      applyCollected()
      switch step {
      case .command(let command): apply(command)
      case .commandsFirst: break
      case .query(let query): queries.append(query.templateID)
      case .logon: decideLogon(c)
      case .needInput: return
      case .paused:
        paused.insert(c)
        return
      case .closing: return
      }
    }
  }

  private func decideLogon(_ c: Int) {
    guard
      case .openSession(let frame, let byteCount) = gateway.logon(c, now: now, admission: admission)
    else { return }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: frame, count: byteCount))
    log.append(.opened(bytes, time: now))
    gateway.sessionOpened(frame, time: now, gate: .batch)
    gateway.completeLogon(c, now: now)
  }

  private func applyCollected() {
    for command in collected { apply(command) }
    collected = []
  }

  private func apply(_ command: GatewayCommand) {
    let bytes = [UInt8](UnsafeRawBufferPointer(start: command.frame, count: command.byteCount))
    commands.append(
      TakenCommand(
        session: command.session.raw,
        roles: command.roles.rawValue,
        sequence: command.clientSequence,
        template: command.templateID,
        replyCount: command.replyCount,
        bytes: bytes
      )
    )
    log.append(.command(command.session.raw, bytes, time: now, replies: command.replyCount))
    for _ in 0..<command.replyCount {
      deliver(command.session, ack(ref: command.clientSequence))
    }
    gateway.applied(command, time: now)
  }

  func deliver(
    _ session: SessionHandle,
    _ bytes: [UInt8],
    sequenced: Bool = true,
    gate: ReplyGate = .batch
  ) {
    bytes.withUnsafeBytes {
      _ = gateway.deliver(
        session,
        $0.start,
        byteCount: bytes.count,
        sequenced: sequenced,
        gate: gate
      )
    }
  }

  /// A notice that the engine gives unasked, with its record.
  func notice(_ session: SessionHandle, _ ref: UInt64) {
    log.append(.notice(session.raw, outbid(ref)))
    deliver(session, outbid(ref))
  }

  /// Tells the gateway that a connection is gone.
  func drop(_ c: Int) {
    gateway.connectionClosed(c)
    openConnections.remove(c)
    outputs[c] = []
    paused.remove(c)
    waiting[c] = nil
  }

  func isConnected(_ session: SessionHandle) -> Bool { gateway.isConnected(session) }
  /// The connection's next order, as its byte count.
  func nextSend(_ c: Int) -> Int? { gateway.nextSend(c).map { $0.byteCount } }
  func canDeliverPublic(_ session: SessionHandle) -> Bool { gateway.canDeliverPublic(session) }

  var bytesSent: UInt64 { gateway.counters.bytesSent }

  func seal() {
    batch += 1
    gateway.sealTurn(batch: batch)
  }

  func release() { gateway.released(throughBatch: batch) }

  /// Sends what may leave; `limit` bytes a send.
  func flush(limit: Int = .max) {
    while let c = gateway.takeSendable() {
      guard let order = gateway.nextSend(c) else { continue }
      let count = min(limit, order.byteCount)
      outputs[c, default: []] += UnsafeRawBufferPointer(start: order.bytes, count: count)
      gateway.sent(c, byteCount: count)
    }
    while let c = gateway.takeResumable() {
      resume(c)
    }
    while let (c, reason) = gateway.takeClosure() { closures[c] = reason }
  }

  /// A whole turn: everything becomes durable and is sent.
  func turn() {
    seal()
    release()
    flush()
  }

  /// The frames that a connection got so far, taken out.
  func frames(_ c: Int) -> [SentFrame] {
    let all = split(outputs[c] ?? [])
    outputs[c] = []
    return all
  }

  func tick(_ milliseconds: UInt64) {
    now += milliseconds * TimeSpan.millisecond
    gateway.onTick(now: now)
  }

  /// Opens a connection and logs it on; its LogonAck is taken out.
  @discardableResult
  func logon(
    _ c: Int,
    session: UInt64 = 1,
    account: UInt64 = 7,
    next: UInt64 = 0,
    flags: UInt32 = 0
  ) -> LogonAck {
    open(c)
    receive(
      c,
      frame(logonMessage(session: session, account: account, time: now, next: next, flags: flags))
    )
    turn()
    let all = frames(c)
    precondition(all.first?.template == LogonAck.templateID, "the logon was refused")
    outputs[c] = all.dropFirst().flatMap(\.bytes)
    return all[0].message(LogonAck.self)
  }
}

func split(_ bytes: [UInt8]) -> [SentFrame] {
  var frames: [SentFrame] = []
  var position = 0
  while position + 24 <= bytes.count {
    let length = bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length >= 24, position + length <= bytes.count else { break }
    frames.append(SentFrame(bytes: Array(bytes[position..<position + length])))
    position += length
  }
  return frames
}

func ack(ref: UInt64) -> [UInt8] {
  frame(
    BidAck(
      clientRef: ref,
      auctionId: 1 << 32,
      bidderId: 7,
      bidId: ref,
      yourMaximum: 100,
      price: 100,
      minNext: 125,
      leaderId: 7,
      revision: 1,
      logPosition: ref,
      acceptedTime: 1,
      endTime: 2,
      outcome: 0,
      reserveState: 0,
      status: 2,
      flags: 0,
      bidCount: 1
    )
  )
}

func outbid(_ ref: UInt64) -> [UInt8] {
  frame(
    Outbid(
      auctionId: ref,
      bidderId: 7,
      yourMaximum: 1,
      price: 2,
      minNext: 3,
      revision: 4,
      logPosition: 5,
      time: 6,
      endTime: 7
    )
  )
}

let handle1 = SessionHandle(index: 0, generation: 1)
