import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Real clients and a real server with a bad network between them: every request has one outcome.
  @Suite struct FaultyNetworkTests {
    /// Everything at once; so often that each connection lives for some tens of pieces.
    private static let bad = FaultyProxy.Faults(
      fragmented: 200, delayed: 150, stalled: 6, cut: 12, halfOpen: 4)

    /// Bidders whose way to the server leads through a proxy.
    private final class Scene {
      let bidding: CrashScene
      let proxy: FaultyProxy

      init(seed: UInt64, _ faults: FaultyProxy.Faults) throws {
        bidding = try CrashScene(seed: seed, options: [], window: 24)
        proxy = try FaultyProxy(to: bidding.server.port, faults: faults, seed: seed)
        for bidder in bidding.load.bidders { bidder.lane.move(to: proxy.port) }
      }

      deinit { proxy.end() }

      var lostCount: UInt64 {
        bidding.load.bidders.reduce(0) { $0 + $1.lane.connection.lostCount }
      }
    }

    @Test(arguments: 0..<2)
    func everyRequestHasOneOutcome(round: UInt64) throws {
      let scene = try Scene(seed: 0xBAD_0 + round, Self.bad)
      scene.bidding.bid(seconds: 3)
      scene.proxy.heal()
      try scene.bidding.load.settle(seconds: 30)
      let (_, audit) = try scene.bidding.finish()
      let resent = scene.bidding.load.bidders.reduce(0) {
        $0 + $1.lane.connection.session.counters.resentCount
      }
      note("\(audit.bids.count) bids, \(resent) sent again; \(scene.proxy.counts)")
      #expect(scene.lostCount > 5 && resent > 0)
      #expect(audit.bids.count > 200)
    }

    /// The network and the server fail at the same time.
    @Test func killsBehindABadNetworkLoseNothing() throws {
      let scene = try Scene(seed: 0xBAD_9, Self.bad)
      for _ in 0..<3 {
        scene.bidding.bid(seconds: 0.5)
        let audit = try scene.bidding.killAndRead()
        #expect(audit.repeatCount == 0)
        #expect(scene.bidding.load.firstContradiction(to: audit) == nil)
        try scene.bidding.server.start()
        scene.proxy.lead(to: scene.bidding.server.port)
      }
      scene.proxy.heal()
      scene.bidding.operatorLane.move(to: scene.bidding.server.port)
      try scene.bidding.load.settle(seconds: 30)
      let (_, audit) = try scene.bidding.finish()
      note("\(audit.bids.count) bids; \(scene.proxy.counts)")
    }

    /// A byte at a time, in both directions, is slow and nothing else.
    @Test func fragmentsChangeNothing() throws {
      let scene = try Scene(seed: 0xBAD_A, FaultyProxy.Faults(fragmented: 1_000, delayed: 500))
      scene.bidding.bid(seconds: 1)
      let (_, audit) = try scene.bidding.finish()
      #expect(audit.bids.count > 100)
      #expect(scene.proxy.counts.fragmented > 10)
      #expect(scene.lostCount == UInt64(scene.bidding.load.bidders.count), "the move alone")
    }
  }
}
