import Primitives
import Simulator

/// What a `simulate` command is to do.
struct SimulationPlan {
  let firstSeed: UInt64
  let seedCount: Int
  let faults: FaultLevel?
  let requests: Int?
  let plant: String?
  /// How long a seed of several may take by the wall clock, in nanoseconds.
  let patience: Nanoseconds
  let stopsAtFirst: Bool
  let showsProbes: Bool
  let isJSON: Bool

  /// Whether the seeds are many enough, and as they are drawn, to ask for the required branches.
  var mustTakeRequiredProbes: Bool {
    seedCount >= RequiredProbes.seedCountMin && faults == nil && requests == nil && plant == nil
  }

  /// The options of a seed: what it draws, but for what the command says.
  func options(_ seed: UInt64) -> SimulationOptions {
    var options = SimulationOptions(seed: seed)
    if let faults { options.faults = faults }
    if let requests { options.workload.requestCountMax = requests }
    return options
  }

  /// The command line of a worker for some of the seeds.
  func workerArguments(firstSeed: UInt64, seedCount: Int) -> [String] {
    var arguments = [
      "rostrum", "simulate", "--worker", "--seed", String(firstSeed), "--seeds", String(seedCount),
    ]
    if let faults { arguments += ["--faults", faults.rawValue] }
    if let requests { arguments += ["--requests", String(requests)] }
    if let plant { arguments += ["--plant", plant] }
    return arguments
  }

  /// How a person runs one seed again.
  func again(_ seed: UInt64) -> String {
    var words = ["rostrum simulate --seed \(seed)"]
    if let faults { words.append("--faults \(faults.rawValue)") }
    if let requests { words.append("--requests \(requests)") }
    if let plant { words.append("--plant \(plant)") }
    return words.joined(separator: " ")
  }
}

/// Simulations in this process.
enum SimulationRun {
  /// Runs one seed and says all of it.
  ///
  /// - Parameter plan: What to do.
  /// - Returns: Whether nothing is wrong.
  /// - Throws: One line when the verdict cannot be written.
  static func one(_ plan: SimulationPlan) throws -> Bool {
    plant(plan)
    let options = plan.options(plan.firstSeed)
    if !plan.isJSON { StandardOutput.print(options.description) }
    let report = Simulation.run(options, memory: SimulationMemory.source)
    if plan.isJSON {
      try StandardOutput.write(json(report).text + "\n")
    } else {
      if plan.showsProbes { ProbeTotals.current.printTable() }
      try StandardOutput.write(report.description + "\n")
    }
    return report.isGood
  }

  /// Runs seeds for a campaign: a line each, and at last how often each rare branch was taken.
  ///
  /// - Parameter plan: What to do.
  static func worker(_ plan: SimulationPlan) {
    plant(plan)
    for offset in 0..<UInt64(plan.seedCount) {
      let report = Simulation.run(
        plan.options(plan.firstSeed + offset), memory: SimulationMemory.source)
      StandardOutput.print("\(report.isGood ? "good" : "bad") \(report.description)")
    }
    StandardOutput.print("probes \(ProbeTotals.current.text)")
  }

  private static func plant(_ plan: SimulationPlan) {
    FaultPoint.plant(plan.plant.flatMap { FaultPoint.named($0) })
  }

  private static func json(_ report: SimulationReport) -> JSONObject {
    var object = JSONObject()
    object.add("seed", report.options.seed)
    object.add("options", report.options.description)
    object.add("ok", report.isGood)
    object.add("verdict", report.description)
    object.add("lives", report.lifeCount)
    object.add("records", report.recordCount)
    object.add("power_failures", report.powerFailureCount)
    object.add("disk_faults", report.diskFaultCount)
    object.add("media_faults", report.mediaFaultCount)
    object.add("network_faults", report.networkFaultCount)
    object.add("trace", String(report.traceHash, radix: 16))
    var probes = JSONObject()
    for probe in Probe.allCases { probes.add("\(probe)", probe.hitCount) }
    object.add("probes", probes)
    return object
  }
}
