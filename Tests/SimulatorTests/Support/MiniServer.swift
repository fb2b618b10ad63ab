import Crypto
import Engine
import Gateway
import Kernel
import Primitives
import Simulator
import Wire

/// A bug that a test plants in the little server.
enum MiniBug {
  case none
  /// Replies leave before their records are durable.
  case acknowledgesEarly
  /// A restart forgets which requests were applied.
  case forgetsNumbers
}

/// A record of the little server's log.
struct MiniRecord {
  let position: UInt64
  let time: UInt64
  let session: SessionHandle
  let roles: Roles
  let frame: [UInt8]
}

/// The smallest server that drives the real gateway and the real engine over a simulated network:
/// what a shard does, with a list in place of a log.
final class MiniServer {
  struct Slot {
    var generation: UInt32 = 0
    var isOpen = false
    var isClosing = false
    var isReceiving = false
    var isSending = false
    var isShutDown = false
    var isFed = false
    var isPaused = false
    var hasEnded = false
    var inputs: [(buffer: UInt16, byteCount: Int)] = []
  }

  let world: World
  let network: SimulatedNetwork
  let credentials: Credentials
  var bug = MiniBug.none
  var flushNs: UInt64 = 100_000
  private(set) var log: [MiniRecord] = []
  private(set) var durableCount = 0
  private(set) var life = 0
  private var engine: Engine
  private var gateway: Gateway
  private var outbox: Outbox
  private var slots: [Slot] = []
  private var sealedCount = 0
  private var batch: UInt64 = 0
  private var isFlushing = false
  private var nextTick: UInt64 = 0
  private var isAccepting = false
  private var subscribers: [SessionHandle] = []
  private var now: UInt64 = 0
  static let sizes: RingSizes = {
    var sizes = RingSizes()
    sizes.connectionSlots = 24
    sizes.receiveBuffers = 64
    sizes.receiveBufferBytes = 4_096
    return sizes
  }()

  init(world: World, network: SimulatedNetwork, credentials: Credentials) {
    self.world = world
    self.network = network
    self.credentials = credentials
    engine = Self.newEngine()
    gateway = Self.newGateway(credentials)
    outbox = Outbox(byteCount: 1 << 20, memory: .heap)
    outbox.wantsPublic = true
    begin()
  }

  private static func newEngine() -> Engine {
    let limits = EngineLimits(
      auctionsMax: 4_096, bidsMax: 65_536, accountsMax: 4_096, linkGroupsMax: 64,
      sellerBlocksMax: 256, rateBucketsMax: 1_024, incrementTablesMax: 16,
      snapshotAreaByteCount: 1 << 20)
    return Engine(shard: ShardID(0), limits: limits, memory: .heap)
  }

  private static func newGateway(_ credentials: Credentials) -> Gateway {
    var limits = GatewayLimits()
    limits.connectionsMax = 24
    limits.sessionsMax = 64
    limits.sessionPlaces = 64
    limits.snapshotAreaByteCount = 65_536
    let identity = EngineIdentity(
      engineIdHigh: 1, engineIdLow: 2, shard: ShardID(0), shards: 1)
    return Gateway(limits: limits, identity: identity, credentials: credentials, memory: .heap)
  }

  private func begin() {
    life += 1
    network.beginNextLife(sizes: Self.sizes)
    slots = Array(repeating: Slot(), count: Int(Self.sizes.connectionSlots))
    isFlushing = false
    subscribers = []
    network.accept(listener: 0)
    isAccepting = true
  }

  /// The power fails and comes back after a while: what was not durable is gone.
  func crash(darkNs: UInt64) {
    world.failPower()
    network.powerFailed()
    log.removeLast(log.count - durableCount)
    world.beginNextLife()
    world.pass(darkNs, stopsAtCompletion: false)
    engine = Self.newEngine()
    gateway = Self.newGateway(credentials)
    for record in log { replay(record) }
    sealedCount = log.count
    begin()
  }

  private func replay(_ record: MiniRecord) {
    record.frame.withUnsafeBytes { raw in
      guard let frame = raw.baseAddress else { return }
      let header = FrameHeader(frame: frame)
      if header.templateID == SessionOpened.templateID {
        gateway.sessionOpened(frame, time: record.time, gate: .none)
      }
      apply(
        Command(
          position: record.position, time: record.time, session: record.session,
          roles: record.roles, frame: frame), gate: .none)
      if record.session != .none, bug != .forgetsNumbers {
        gateway.replayed(
          session: record.session, clientSequence: header.sequence, time: record.time)
      }
    }
  }
}

extension MiniServer {
  /// Serves for a time.
  func run(_ spanNs: UInt64, until isDone: () -> Bool = { false }) {
    let end = world.now + spanNs
    while world.now < end, !isDone() {
      turn()
      let wake = min(nextTick, max(engine.nextDue, now + 1))
      let idleNs = wake > now ? wake - now : 1
      world.pass(isFlushing ? 50_000 : idleNs, stopsAtCompletion: true)
    }
  }

  private func turn() {
    while let completion = world.takeCompletion() { take(completion) }
    now = max(now, world.wallTime)
    while let index = gateway.takeResumable() { slots[index].isPaused = false }
    for index in slots.indices where slots[index].isOpen && !slots[index].isPaused { read(index) }
    stageTick()
    if now >= nextTick {
      nextTick = now + 100_000_000
      gateway.onTick(now: now)
      if !isAccepting { network.accept(listener: 0) }
      isAccepting = true
    }
    flush()
    while let closure = gateway.takeClosure() { beginClosing(closure.connection) }
    while let index = gateway.takeSendable() { sendNext(index) }
  }

  private func take(_ completion: Completion) {
    let index = Int(completion.token.index)
    let isCurrent =
      index < slots.count
      && slots[index].generation & 0xFF_FFFF == completion.token.generation
    switch completion.token.kind {
    case .accept: accepted(completion)
    case .receive: received(completion, index, isCurrent)
    case .send where isCurrent: sent(completion, index)
    case .shutdown where isCurrent:
      slots[index].isShutDown = true
      closeWhenQuiet(index)
    case .close where isCurrent:
      gateway.connectionClosed(index)
      let generation = slots[index].generation + 1
      slots[index] = Slot()
      slots[index].generation = generation
    default: break
    }
  }

  private func accepted(_ completion: Completion) {
    isAccepting = completion.hasMore
    guard completion.result >= 0 else { return }
    let index = Int(completion.result)
    slots[index].isOpen = true
    gateway.openConnection(index, now: now)
    receive(index)
  }

  private func receive(_ index: Int) {
    slots[index].isReceiving = true
    network.receive(connection: UInt32(index), generation: slots[index].generation)
  }

  private func received(_ completion: Completion, _ index: Int, _ isCurrent: Bool) {
    guard isCurrent else {
      if let buffer = completion.bufferIndex { network.returnBuffer(buffer) }
      return
    }
    if !completion.hasMore { slots[index].isReceiving = false }
    if let buffer = completion.bufferIndex {
      if slots[index].isOpen {
        slots[index].inputs.append((buffer, Int(completion.result)))
      } else {
        network.returnBuffer(buffer)
      }
    } else if ![-105, -125].contains(completion.result) {
      slots[index].hasEnded = true
    }
    if slots[index].isClosing { closeWhenQuiet(index) }
  }

  private func read(_ index: Int) {
    while slots[index].isOpen, let input = slots[index].inputs.first {
      if !slots[index].isFed {
        gateway.receive(index, network.receiveBuffer(input.buffer), byteCount: input.byteCount)
        slots[index].isFed = true
      }
      guard takeSteps(index) else { return }
      slots[index].isFed = false
      slots[index].inputs.removeFirst()
      network.returnBuffer(input.buffer)
    }
    guard slots[index].isOpen else { return }
    if slots[index].hasEnded { return beginClosing(index) }
    if !slots[index].isReceiving { receive(index) }
  }

  private func takeSteps(_ index: Int) -> Bool {
    while true {
      switch gateway.next(index, now: now, admission: .open, mustPause: false) {
      case .command(let command): stage(command)
      case .commandsFirst: invariant(false, "each command is applied at once")
      case .query(let query): answer(query)
      case .logon: logon(index)
      case .needInput: return true
      case .paused:
        slots[index].isPaused = true
        if slots[index].isReceiving {
          network.cancelReceive(connection: UInt32(index), generation: slots[index].generation)
        }
        return false
      case .closing: return false
      }
    }
  }
}

extension MiniServer {
  private func append(_ session: SessionHandle, _ roles: Roles, _ frame: UnsafeRawPointer) -> UInt64
  {
    let byteCount = Int(FrameHeader(frame: frame).frameLength)
    let bytes = Array(UnsafeRawBufferPointer(start: frame, count: byteCount))
    let position = UInt64(log.count + 1)
    log.append(
      MiniRecord(position: position, time: now, session: session, roles: roles, frame: bytes))
    return position
  }

  private func stage(_ command: GatewayCommand) {
    let position = append(command.session, command.roles, command.frame)
    apply(
      Command(
        position: position, time: now, session: command.session, roles: command.roles,
        frame: command.frame), gate: .batch)
    gateway.applied(command, time: now)
  }

  private func apply(_ command: Command, gate: ReplyGate) {
    engine.apply(command, &outbox)
    passOn(gate)
    while engine.moreDue {
      engine.resume(command, &outbox)
      passOn(gate)
    }
  }

  private func passOn(_ gate: ReplyGate) {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      if entry.isPublic {
        for session in subscribers where gateway.canDeliverPublic(session) {
          gateway.deliver(
            session, entry.frame, byteCount: entry.byteCount, sequenced: false, gate: gate)
        }
      } else {
        gateway.deliver(
          entry.session, entry.frame, byteCount: entry.byteCount, sequenced: true, gate: gate)
      }
    }
    outbox.clear()
  }

  private func stageTick() {
    guard engine.nextDue <= now else { return }
    var bytes = [UInt8](repeating: 0, count: Tick.frameByteCount)
    bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      Tick(reserved: 0).write(frame: base)
      FrameHeader.seal(base, sequence: 0)
      let position = append(.none, [], base)
      gateway.recordStaged()
      apply(
        Command(position: position, time: now, session: .none, roles: [], frame: base),
        gate: .batch)
    }
  }

  private func logon(_ index: Int) {
    guard case .openSession(let frame, _) = gateway.logon(index, now: now) else { return }
    let position = append(.none, [], frame)
    gateway.sessionOpened(frame, time: now, gate: .batch)
    apply(
      Command(position: position, time: now, session: .none, roles: [], frame: frame),
      gate: .batch)
    gateway.completeLogon(index, now: now)
  }

  private func answer(_ query: GatewayQuery) {
    let ref = LittleEndian.uint64(query.frame, at: FrameHeader.byteCount)
    let auction = LittleEndian.uint64(query.frame, at: FrameHeader.byteCount + 8)
    switch query.templateID {
    case QueryAuction.templateID:
      if let view = engine.view(of: AuctionID(raw: auction)), view.status != .draft {
        return reply(query, view.message(clientRef: ref, logPosition: UInt64(log.count)))
      }
    case Subscribe.templateID:
      if !subscribers.contains(query.session) { subscribers.append(query.session) }
      return reply(query, SubscribeAck(clientRef: ref, auctionId: auction, revision: 0, active: 1))
    case QueryLogHead.templateID:
      return reply(
        query, LogHead(logPosition: UInt64(durableCount), time: now, hash: .zero), gate: .none)
    default: break
    }
    reply(
      query,
      Reject(
        clientRef: ref, auctionId: 0, price: .min, minNext: .min, revision: 0, logPosition: 0,
        time: now, refTemplateId: query.templateID, code: 1, retryAfterMicroseconds: 0),
      gate: .none)
  }

  private func reply<M: WireMessage>(_ query: GatewayQuery, _ message: M, gate: ReplyGate = .batch)
  {
    var bytes = [UInt8](repeating: 0, count: M.frameByteCount)
    bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      message.write(frame: base)
      gateway.deliver(
        query.session, base, byteCount: M.frameByteCount, sequenced: false, gate: gate)
    }
  }

  /// One batch at a time is on its way to the disk.
  private func flush() {
    guard !isFlushing, log.count > sealedCount else { return }
    isFlushing = true
    batch += 1
    sealedCount = log.count
    gateway.sealTurn(batch: batch)
    let (count, number, owner) = (sealedCount, batch, life)
    if bug == .acknowledgesEarly { gateway.released(throughBatch: number) }
    world.scheduleForLife(after: flushNs) { [self] in
      guard life == owner else { return }
      durableCount = count
      isFlushing = false
      gateway.released(throughBatch: number)
    }
  }
}

extension MiniServer {
  private func sendNext(_ index: Int) {
    guard slots[index].isOpen, !slots[index].isSending, let order = gateway.nextSend(index) else {
      return
    }
    slots[index].isSending = true
    network.send(
      order.bytes, byteCount: order.byteCount, connection: UInt32(index),
      generation: slots[index].generation)
  }

  private func sent(_ completion: Completion, _ index: Int) {
    slots[index].isSending = false
    gateway.sent(index, byteCount: max(0, Int(completion.result)))
    if slots[index].isClosing { return closeWhenQuiet(index) }
    if completion.result < 0 { beginClosing(index) } else { sendNext(index) }
  }

  private func beginClosing(_ index: Int) {
    guard slots[index].isOpen else { return }
    slots[index].isOpen = false
    slots[index].isClosing = true
    for input in slots[index].inputs { network.returnBuffer(input.buffer) }
    slots[index].inputs = []
    network.shutdown(connection: UInt32(index), generation: slots[index].generation)
  }

  private func closeWhenQuiet(_ index: Int) {
    guard slots[index].isShutDown, !slots[index].isReceiving, !slots[index].isSending else {
      return
    }
    slots[index].isShutDown = false
    network.close(connection: UInt32(index), generation: slots[index].generation)
  }
}
