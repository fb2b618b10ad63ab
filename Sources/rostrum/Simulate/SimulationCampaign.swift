import Glibc
import Primitives
import Simulator

/// Many seeds, a few at a time, each in a process of its own: one that dies is a finding too.
struct SimulationCampaign {
  /// Seeds that a worker is given at a time.
  private static let seedsPerWorker = 20

  private let plan: SimulationPlan
  private let jobs: Int
  private var nextOffset = 0
  private var workers: [SimulationWorker] = []
  private var goodCount = 0
  /// Good seeds that ended early: the shard refused to start on a disk that broke its promise.
  private var refusedCount = 0
  private var bad: [(seed: UInt64, text: String)] = []
  private var probes = ProbeTotals()

  init(_ plan: SimulationPlan, jobs: Int?) {
    self.plan = plan
    self.jobs = jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  private var isEnding: Bool { plan.stopsAtFirst && !bad.isEmpty }

  /// Runs all of them.
  ///
  /// - Returns: Whether nothing is wrong.
  mutating func run() throws -> Bool {
    if !plan.isJSON {
      let last = plan.firstSeed + UInt64(plan.seedCount - 1)
      StandardOutput.print("seeds \(plan.firstSeed) to \(last), \(jobs) at a time")
    }
    // Nobody would hear the others when one cannot be started.
    defer { for worker in workers { worker.kill() } }
    try startWorkers()
    while !workers.isEmpty {
      waitForWorkers()
      for index in workers.indices.reversed() { try read(index) }
      try startWorkers()
      StandardError.progress("\(goodCount + bad.count) of \(plan.seedCount) seeds")
    }
    StandardError.endProgress()
    try report()
    return isGood
  }

  private mutating func startWorkers() throws {
    while workers.count < jobs, nextOffset < plan.seedCount, !isEnding {
      let count = min(Self.seedsPerWorker, plan.seedCount - nextOffset)
      try start(firstSeed: plan.firstSeed + UInt64(nextOffset), count: count)
      nextOffset += count
    }
  }

  private mutating func start(firstSeed: UInt64, count: Int) throws {
    let arguments = plan.workerArguments(firstSeed: firstSeed, seedCount: count)
    workers.append(try SimulationWorker(arguments, firstSeed: firstSeed, seedCount: count))
  }

  private func waitForWorkers() {
    var polls = workers.flatMap { [$0.output, $0.errors] }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    _ = unsafe poll(&polls, nfds_t(polls.count), 1_000)
  }

  private mutating func read(_ index: Int) throws {
    for line in workers[index].takeLines() { take(line, index) }
    guard let ending = workers[index].ending else {
      if isEnding { workers[index].kill() }
      return workers[index].killIfSilent(for: plan.patience)
    }
    let worker = workers.remove(at: index)
    guard !isEnding else { return }
    guard worker.doneCount < worker.seedCount else {
      // It has said a line for each seed and then died: its last one may be the cause.
      guard ending != SimulationWorker.goodEnding else { return }
      let last = worker.firstSeed + UInt64(worker.seedCount - 1)
      return found("seed \(last): FAILED: behind it the process \(ending)", last)
    }
    // The process died: its seed is a finding, and the others go on in another process.
    let seed = worker.firstSeed + UInt64(worker.doneCount)
    let cause =
      worker.isOverdue
      ? "no verdict in \(plan.patience / TimeSpan.second) s"
      : "the process \(ending): \(worker.lastComplaint)"
    found("seed \(seed): FAILED: \(cause)", seed)
    let left = worker.seedCount - worker.doneCount - 1
    if left > 0, !isEnding { try start(firstSeed: seed + 1, count: left) }
  }

  private mutating func take(_ line: String, _ index: Int) {
    if line.hasPrefix("probes ") { return probes.add(line.dropFirst(7)) }
    let seed = workers[index].firstSeed + UInt64(workers[index].doneCount)
    if line.hasPrefix("good ") {
      goodCount += 1
      if line.contains(SimulationReport.refusal) { refusedCount += 1 }
    } else if line.hasPrefix("bad ") {
      found(String(line.dropFirst(4)), seed)
    } else {
      return
    }
    workers[index].doneCount += 1
  }

  private mutating func found(_ text: String, _ seed: UInt64) {
    bad.append((seed, text))
    if !plan.isJSON {
      StandardOutput.print(text)
      StandardOutput.print("  run it again: \(plan.again(seed))")
    }
  }

  private var isGood: Bool { bad.isEmpty && missing.isEmpty }

  /// Required branches that none of the seeds took.
  private var missing: [String] {
    plan.mustTakeRequiredProbes && !isEnding
      ? probes.missing(RequiredProbes.all).map { "\($0)" } : []
  }

  private func report() throws {
    let never = probes.neverHit.map { "\($0)" }
    if plan.isJSON {
      var object = JSONObject()
      object.add("ok", isGood)
      object.add("seeds", goodCount + bad.count)
      object.add("passed", goodCount)
      object.add("refused", refusedCount)
      object.add("failed", strings: bad.sorted { $0.seed < $1.seed }.map(\.text))
      object.add("never_taken", strings: never)
      object.add("required_and_not_taken", strings: missing)
      return try StandardOutput.write(object.text + "\n")
    }
    if plan.showsProbes { probes.printTable() }
    if !never.isEmpty {
      StandardOutput.print("rare branches never taken: \(never.joined(separator: ", "))")
    }
    try StandardOutput.write(verdict + "\n")
  }

  private var verdict: String {
    let count = goodCount + bad.count
    if !bad.isEmpty { return "\(count) seeds: \(bad.count) FAILED" }
    return missing.isEmpty
      ? "\(count) seeds: all passed, \(refusedCount) of them ended by a refusal to start"
      : "\(count) seeds: FAILED, they must take \(missing.joined(separator: ", "))"
  }
}
