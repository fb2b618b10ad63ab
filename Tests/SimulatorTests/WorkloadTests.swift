import Gateway
import Primitives
import Simulator
import Testing

/// A population at work on the little server, over a network of one's choice.
final class MiniRun {
  let world: World
  let network: SimulatedNetwork
  let clients: SimulatedClients
  let server: MiniServer

  init(
    seed: UInt64, faults: NetworkFaults? = nil, change: (inout Workload) -> Void = { _ in }
  )
    throws
  {
    world = World(seed: seed)
    network = SimulatedNetwork(
      world: world, sizes: MiniServer.sizes, faults: faults ?? NetworkFaults(seed: seed))
    var workload = Workload(seed: seed)
    workload.requestCountMax = 400
    workload.thinkNsMean = 2 * TimeSpan.millisecond
    change(&workload)
    clients = SimulatedClients(world: world, network: network, workload: workload)
    let credentials: Credentials =
      if let file = clients.keyFile { .keys(try KeyFile(parsing: file)) } else { .insecure }
    server = MiniServer(world: world, network: network, credentials: credentials)
  }

  /// Works, with crashes between, and brings everything to its outcome.
  func run(crashes: Int = 0, everyNs: UInt64 = 400 * TimeSpan.millisecond) {
    clients.start()
    for _ in 0..<crashes {
      server.run(everyNs)
      server.crash(darkNs: 50 * TimeSpan.millisecond)
    }
    server.run(120 * TimeSpan.second) { clients.hasAskedAll }
    settle()
  }

  func settle() {
    clients.stopAsking()
    network.faults = .none
    server.run(120 * TimeSpan.second) { clients.isSettled }
  }
}

@Suite struct WorkloadTests {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func everyRequestGetsItsOutcome(seed: UInt64) throws {
    let run = try MiniRun(seed: seed)
    run.run(crashes: Int(seed % 4))
    #expect(run.clients.ledger.contradictions == [])
    #expect(run.clients.intruderFindings == [])
    #expect(run.clients.isSettled)
    #expect(run.clients.ledger.requests.count > 100)
  }

  @Test func theSameSeedGivesTheSameRun() throws {
    let runs = try (0..<2).map { _ in
      let run = try MiniRun(seed: 33)
      run.run(crashes: 2)
      return run
    }
    #expect(runs[0].network.traceHash == runs[1].network.traceHash)
    #expect(runs[0].world.now == runs[1].world.now)
    #expect(runs[0].network.counts == runs[1].network.counts)
    #expect(
      runs[0].clients.ledger.requests.map(\.frame) == runs[1].clients.ledger.requests.map(\.frame))
    let other = try MiniRun(seed: 34)
    other.run(crashes: 2)
    #expect(runs[0].network.traceHash != other.network.traceHash)
  }

  /// Every kind of request, and each of them accepted by somebody.
  @Test func allKindsOfRequestsAreMadeAndAccepted() throws {
    var accepted: Set<UInt16> = []
    var asked: Set<UInt16> = []
    for seed in 40...51 as ClosedRange<UInt64> {
      let run = try MiniRun(seed: seed) { $0.hasMischief = false }
      run.run()
      for request in run.clients.ledger.requests {
        asked.insert(request.templateID)
        let isAccepted = request.replies.contains { reply in
          reply.map { $0.frame[18] != 201 } ?? false
        }
        if isAccepted { accepted.insert(request.templateID) }
      }
    }
    #expect(accepted.isSuperset(of: [100, 101, 102, 103, 110, 111, 112, 140]))
    #expect(asked.isSuperset(of: [120, 121, 122, 123, 124, 125, 127, 128, 130]))
  }
}
