import Gateway
import Primitives
import Runtime
import Simulator
import Testing

@Suite struct ShardLifeTests {
  @Test func aShardStartsServesAndStopsOnASimulatedMachine() throws {
    let world = World(seed: 3)
    let disk = SimulatedDisk(world: world)
    let kernel = SimulatedKernel(world: world, disk: disk)
    let options = SimulatedShard.options(SimulationOptions(seed: 3), credentials: .insecure)
    for _ in 1...3 {
      let status = ShardStatus()
      world.schedule(after: TimeSpan.second) { status.askToStop() }
      try ShardLife.run(
        kernel, options: options, sockets: ShardSockets(listener: 1, wakeUp: 2), ports: [7400],
        status: status)
      kernel.beginNextLife()
    }
  }
}
