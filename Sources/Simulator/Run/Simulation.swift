public import Primitives

/// Whole lives of a shard in one world: first with faults, at last without.
public enum Simulation {
  /// Runs one simulation.
  ///
  /// - Parameters:
  ///   - options: What it is made with.
  ///   - memory: Where the shard's tables come from; zeroed, and best touched lazily.
  /// - Returns: What came of it.
  public static func run(
    _ options: SimulationOptions, memory: MemorySource
  ) -> SimulationReport {
    SimulationScene(options, memory: memory).run()
  }
}
