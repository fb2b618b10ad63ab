import Benchmark
import Workloads

/// Times what the gates count: a sample is a workload's last pass, after all the others.
struct Timer: WorkloadVisitor {
  mutating func visit<W: Workload & ~Copyable>(_ workload: W.Type) {
    let configuration = Benchmark.Configuration(
      metrics: [.wallClock, .throughput],
      timeUnits: .nanoseconds,
      scalingFactor: .kilo,
      maxDuration: .seconds(2),
      maxIterations: 200
    )
    Benchmark(W.name, configuration: configuration) { benchmark in
      var work = W()
      for pass in 0..<Passes.count - 1 { work.run(pass: pass) }
      benchmark.startMeasurement()
      work.run(pass: Passes.count - 1)
      benchmark.stopMeasurement()
      blackHole(work.result())
    }
  }
}

let benchmarks: @Sendable () -> Void = {
  var timer = Timer()
  Workloads.visitAll(&timer)
}
