internal import Gateway
internal import Kernel
internal import Primitives
internal import Runtime

/// One simulation at work: its world, the machine in it, and those who judge.
final class SimulationScene {
  let options: SimulationOptions
  let world: World
  let disk: SimulatedDisk
  let network: SimulatedNetwork
  let kernel: SimulatedKernel
  let clients: SimulatedClients
  let shard: ShardOptions
  let judge: Judge
  var chance: SeededGenerator
  var report: SimulationReport
  private var isSettled = false
  /// Whether the shard was asked to stop in this life.
  private var hasAskedToStop = false
  private var unsettledText = ""

  /// The longest that the undisturbed time may take until everything is answered.
  private static let settlingNsMax = 300 * TimeSpan.second

  init(_ options: SimulationOptions, memory: MemorySource) {
    self.options = options
    world = World(seed: options.seed)
    disk = SimulatedDisk(world: world, faults: Self.diskFaults(options))
    network = SimulatedNetwork(
      world: world, sizes: RingSizes(),
      faults: options.faults == .none ? .none : NetworkFaults(seed: options.seed))
    kernel = SimulatedKernel(world: world, disk: disk, network: network, memory: memory)
    clients = SimulatedClients(world: world, network: network, workload: options.workload)
    shard = SimulatedShard.options(options, credentials: Self.credentials(clients))
    judge = Judge(options, shard: shard, memory: memory)
    chance = world.generator(.power)
    report = SimulationReport(options: options)
  }

  private static func diskFaults(_ options: SimulationOptions) -> DiskFaults {
    switch options.faults {
    case .none, .crash: .none(speedSeed: options.seed)
    case .disk: DiskFaults(seed: options.seed)
    case .media: DiskFaults(seed: options.seed, damagesMedia: true)
    }
  }

  private static func credentials(_ clients: SimulatedClients) -> Credentials {
    guard let text = clients.keyFile, let file = try? KeyFile(parsing: text) else {
      return .insecure
    }
    return .keys(file)
  }

  /// Runs both phases.
  func run() -> SimulationReport {
    clients.start()
    for _ in 0..<options.lifeCount where report.verdict == .passed {
      live(SimulatedEnding.drawn(options.faults, &chance))
      rest()
    }
    if report.verdict == .passed { settle() }
    finishReport()
    return report
  }

  /// The time between two lives.
  private func rest() {
    world.pass(
      chance.below(4) == 0 ? chance.below(20 * TimeSpan.second) : 1_000,
      stopsAtCompletion: false)
  }

  /// The second phase: nothing goes wrong any more, so everything must be answered.
  private func settle() {
    disk.faults = .none
    network.faults = .none
    judge.endFaults(at: world.now)
    live(.whenSettled(Self.settlingNsMax))
    guard report.verdict == .passed else { return }
    if !isSettled {
      return report.verdict = .failed("though nothing goes wrong \(unsettledText)")
    }
    // What was sent before the end arrives.
    world.pass(2 * TimeSpan.second, stopsAtCompletion: false)
    if let difference = judge.finish(disk, clients) { report.verdict = .failed(difference) }
  }

  /// One life of the shard, and what the oracles say of it.
  private func live(_ ending: SimulatedEnding) {
    let status = ShardStatus()
    hasAskedToStop = false
    status.noteArchived(through: options.isTrimming ? judge.lastPosition : 0)
    arrange(ending, status)
    if options.faults >= .disk, !ending.isLast { stepClock() }
    var stopped: (position: UInt64, hash: Digest)?
    var failure: ShardError?
    do throws(ShardError) {
      try ShardLife.run(
        kernel, options: shard, sockets: ShardSockets(listener: 1, wakeUp: 2), ports: [7_400],
        status: status, onStopped: { stopped = ($0, $1) })
    } catch { failure = error }
    report.lifeCount += 1
    let hadPowerFailure = world.isPowerOff
    if !hadPowerFailure { kernel.killProcess() }
    if let failure, !hadPowerFailure {
      judgeFailure(failure, hasServed: status.phase != .recovering)
    }
    if failure == nil, stopped == nil, !hadPowerFailure, !ending.isKill, report.isGood {
      report.verdict = .failed("the shard stopped and did not say where")
    }
    if stopped != nil, !hasAskedToStop {
      report.verdict = .failed("the shard stopped and nobody had asked it to")
    }
    judgeLife(stopped, isLast: ending.isLast)
    kernel.beginNextLife()
  }

  private func judgeFailure(_ failure: ShardError, hasServed: Bool) {
    switch FailureExcuse(disk, shard.folder, hasServed: hasServed).judge(failure) {
    case .refusal: break
    case .damage: report.verdict = .refused("\(failure)")
    case .none: report.verdict = .failed("the shard gave up: \(failure)")
    }
  }

  /// What is still there after a refusal to start must be right, too.
  private func judgeLife(_ stopped: (position: UInt64, hash: Digest)?, isLast: Bool) {
    guard report.isGood else { return }
    if let difference = judge.look(disk, clients, stopped, isLast: isLast) {
      report.verdict = .failed("life \(report.lifeCount): \(difference)")
    }
  }

  private func finishReport() {
    report.powerFailureCount = Int(disk.counts.powerFailures)
    report.recordCount = judge.lastPosition
    report.outcomeCount = clients.ledger.requests.count - clients.ledger.openCount
    report.diskFaultCount = Int(disk.counts.reportedErrors)
    report.mediaFaultCount = disk.mediaFaults.count
    report.networkFaultCount = Int(network.counts.faults)
    report.snapshotCount = judge.snapshotCount
    report.elapsedNs = world.now - World.epoch
    report.stateHash = judge.stateHash
    report.traceHash = mix64(disk.trace ^ mix64(network.traceHash)) ^ judge.trace
    clients.leave()
  }
}

extension SimulationScene {
  /// Lets the life end as it was drawn.
  private func arrange(_ ending: SimulatedEnding, _ status: ShardStatus) {
    switch ending {
    case .powerAtStep(let count): disk.failPowerAtStep = disk.stepCount + count
    case .powerAfter(let ns): world.scheduleForLife(after: ns) { [world] in world.failPower() }
    case .killAfter(let ns):
      world.scheduleForLife(after: ns) { [kernel] in kernel.killProcess() }
    case .stopAfter(let ns): world.scheduleForLife(after: ns) { [self] in stop(status) }
    case .whenSettled(let most): watch(status, until: world.now + most)
    }
    guard !ending.isLast else { return }
    // A step that the disk never comes to must not make the life a long one.
    let limitNs = ending.isStop ? 120 * TimeSpan.second : 6 * TimeSpan.second
    world.scheduleForLife(after: limitNs) { [self] in
      if ending.isStop { report.verdict = .failed("the shard does not stop") }
      world.failPower()
    }
  }

  private func stop(_ status: ShardStatus) {
    hasAskedToStop = true
    judge.noteStop(at: world.wallTime)
    status.askToStop()
    network.wake()
  }

  /// Stops the shard when everything is answered, or when that takes too long.
  private func watch(_ status: ShardStatus, until limit: Nanoseconds) {
    world.scheduleForLife(after: 50 * TimeSpan.millisecond) { [self] in
      let isLate = world.now + Self.settlingNsMax / 2 >= limit
      if clients.isAsking, clients.hasAskedAll || isLate { clients.stopAsking() }
      isSettled = !clients.isAsking && clients.isSettled
      if world.now >= limit { unsettledText = clients.unsettled }
      if isSettled || world.now >= limit {
        stop(status)
        world.scheduleForLife(after: 60 * TimeSpan.second) { [self] in
          report.verdict = .failed("the shard does not stop")
          world.failPower()
        }
      } else {
        watch(status, until: limit)
      }
    }
  }

  /// Lets the wall clock step back and forth.
  private func stepClock() {
    guard chance.below(3) == 0 else { return }
    let delay = chance.below(2 * TimeSpan.second)
    let step = Int64(chance.below(8 * TimeSpan.second)) - Int64(4 * TimeSpan.second)
    world.scheduleForLife(after: delay) { [world] in world.wallOffsetNs += step }
  }
}

/// How a life of the shard ends.
enum SimulatedEnding {
  /// The power fails at a step of the disk, counted from the life's beginning.
  case powerAtStep(UInt64)
  /// The power fails after a time in nanoseconds.
  case powerAfter(Nanoseconds)
  /// The process is killed after a time in nanoseconds.
  case killAfter(Nanoseconds)
  /// The shard is asked to stop after a time in nanoseconds.
  case stopAfter(Nanoseconds)
  /// It is asked to stop when everything is answered, or after a time in nanoseconds.
  case whenSettled(Nanoseconds)

  var isLast: Bool {
    if case .whenSettled = self { return true }
    return false
  }

  var isKill: Bool {
    if case .killAfter = self { return true }
    return false
  }

  var isStop: Bool {
    if case .stopAfter = self { return true }
    return false
  }

  static func drawn(_ faults: FaultLevel, _ chance: inout SeededGenerator) -> SimulatedEnding {
    let time = (1 << chance.below(13)) * TimeSpan.millisecond + chance.below(1_000_000)
    guard faults > .none else { return .stopAfter(time) }
    switch chance.below(8) {
    case 0: return .powerAtStep(1 + chance.below(40))
    case 1, 2: return .powerAtStep(1 + chance.below(400))
    case 3, 4: return .powerAtStep(1 + chance.below(4_000))
    case 5: return .powerAfter(time)
    case 6: return .killAfter(time)
    default: return .stopAfter(time)
    }
  }
}
