import ArgumentParser
import Primitives
import Simulator

/// Runs whole lives of a shard in a world made from a seed.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run the exchange under a simulated clock, disk and network with faults.",
    discussion: """
      The code that serves is the code that is simulated: engine, log, sessions, recovery and \
      snapshots, in one thread, from one seed. The power fails at any step of the disk, writes \
      that were not flushed are torn and reordered, disks fill up, rot and report errors, clocks \
      step, connections break. A first phase has faults; a second has none, and everything must be \
      answered then. Oracles compare what clients were told, the log, the histories and the state \
      with an independent model of the rules.

      Equal seeds give equal runs. The first line says what the seed drew, the last one is the \
      verdict; the exit code is 1 when something is wrong.

      Examples:
        rostrum simulate --seed 42
        rostrum simulate --seeds 1000
        rostrum simulate --seed 20000 --seeds 1000 --jobs 2 --faults crash
      """
  )

  @Option(name: .long, help: "The seed, or the first of several.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "How many seeds, one after the other.")
  var seeds = 1

  @Option(name: .long, help: "How many seeds at a time, each in a process; default: the cores.")
  var jobs: Int?

  @Option(
    name: .long,
    help: "Faults of the run: none, crash, disk or media; default: drawn from the seed.")
  var faults: FaultName?

  @Option(name: .long, help: "Requests of all clients together; default: drawn from the seed.")
  var requests: Int?

  @Option(
    name: .long,
    help: "Of several seeds, how long one may take, in seconds; one that takes longer fails.")
  var patience = 600

  @Flag(name: .long, help: "Also print how often each rare branch was taken.")
  var probes = false

  @Option(name: .long, help: .hidden)
  var plant: String?

  /// Runs the seeds in this process and says a line for each, for the process that started it.
  @Flag(name: .long, help: .hidden)
  var worker = false

  @Flag(name: .long, help: "End at the first seed that fails.")
  var stopAtFirst = false

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard seeds >= 1, seeds <= 10_000_000 else {
      throw ValidationError("--seeds must be between 1 and 10000000.")
    }
    guard !seed.addingReportingOverflow(UInt64(seeds - 1)).overflow else {
      throw ValidationError("--seed and --seeds must stay below 2^64 together.")
    }
    if let jobs, jobs < 1 || jobs > 256 {
      throw ValidationError("--jobs must be between 1 and 256.")
    }
    if let requests, requests < 1 || requests > 1_000_000 {
      throw ValidationError("--requests must be between 1 and 1000000.")
    }
    guard patience >= 1, patience <= 86_400 else {
      throw ValidationError("--patience must be between 1 and 86400.")
    }
    if let plant, FaultPoint.named(plant) == nil || !FaultPoint.canPlant {
      throw ValidationError(
        FaultPoint.canPlant
          ? "--plant must be one of \(FaultPoint.names)."
          : "--plant needs a debug build: this one holds no bugs that can be planted.")
    }
  }

  func run() throws {
    var isGood = true
    try reportingFailures {
      let plan = SimulationPlan(
        firstSeed: seed, seedCount: seeds, faults: faults?.level, requests: requests,
        plant: plant, patience: UInt64(patience) * TimeSpan.second, stopsAtFirst: stopAtFirst,
        showsProbes: probes, isJSON: json)
      if worker { return SimulationRun.worker(plan) }
      if seeds == 1 {
        isGood = try SimulationRun.one(plan)
      } else {
        var campaign = SimulationCampaign(plan, jobs: jobs)
        isGood = try campaign.run()
      }
    }
    if !isGood { throw ExitCode(1) }
  }
}

/// The fault levels by the names that people use.
enum FaultName: String, ExpressibleByArgument, CaseIterable {
  case none, crash, disk, media

  var level: FaultLevel {
    switch self {
    case .none: .none
    case .crash: .crash
    case .disk: .disk
    case .media: .media
    }
  }
}

extension FaultPoint {
  /// The bug of a name.
  static func named(_ name: String) -> FaultPoint? { allCases.first { "\($0)" == name } }

  /// All names, for a message.
  static var names: String { allCases.map { "\($0)" }.joined(separator: ", ") }
}
