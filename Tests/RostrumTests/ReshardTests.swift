import Engine
import Foundation
import Primitives
import Runtime
import Testing

extension ProcessTests {
  /// `rostrum reshard`: the same auctions on another number of shards.
  @Suite struct ReshardTests {
    private let scene: OperatorScene
    private let folder: TemporaryFolder

    init() throws {
      scene = try OperatorScene.shared.get()
      folder = try TemporaryFolder()
    }

    /// The hash of every auction of a folder, by its number.
    private func auctions(_ path: String) throws -> [UInt64: String] {
      var hashes: [UInt64: String] = [:]
      for shard in try DataFolder(path: path).shards {
        let state = try ReplayedShard.replay(shard)
        var slot: UInt32?
        while let next = state.engine.nextAuction(after: slot) {
          hashes[next.id.raw] = state.engine.auctionHash(next.id)?.hexadecimal
          slot = next.slot
        }
      }
      return hashes
    }

    private func map(_ path: String) throws -> [(old: UInt64, new: UInt64)] {
      let text = try String(contentsOfFile: path + "/reshard-map.csv", encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines.first == "old,new")
      return lines.dropFirst().map { line in
        let numbers = line.split(separator: ",").compactMap { UInt64($0) }
        return (numbers[0], numbers[1])
      }
    }

    @discardableResult
    private func reshard(
      _ source: String, _ target: String, _ count: Int
    ) throws -> [UInt64: UInt64] {
      let report = try scene.json(["reshard", source, "--to", target, "--shards", "\(count)"])
      #expect(try report.objects("shards").count == count)
      let (before, after) = (try auctions(source), try auctions(target))
      let names = try map(target)
      #expect(names.count == before.count && after.count == before.count)
      for name in names { #expect(before[name.old] == after[name.new]) }
      let shares = try report.objects("shards").map { try $0.number("auctions") }
      #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
      #expect(try scene.json(["verify", target])["sound"] as? Bool == true)
      return Dictionary(uniqueKeysWithValues: names.map { ($0.old, $0.new) })
    }

    @Test func oneToThreeToTwoKeepsEveryAuction() throws {
      let (three, two) = (folder.file("three"), folder.file("two"))
      let first = try reshard(scene.dataPath, three, 3)
      let second = try reshard(three, two, 2)
      #expect(first.count >= 3)
      let busy = try #require(first[scene.busy].flatMap { second[$0] })
      try serves(two, shards: 2, busy: busy)
    }

    /// A server takes the folder, with the prices of before; without the snapshot it refuses.
    private func serves(_ path: String, shards: Int, busy: UInt64) throws {
      let server = try TestServer(options: ["--segment-mib", "17", "--shards", "\(shards)"])
      try FileManager.default.moveItem(atPath: path, toPath: server.dataPath)
      try server.start()
      let number = Int(busy >> 54)
      let lane = Lane(port: server.port + UInt16(number), account: 900)
      let view = try lane.view(busy)
      #expect(view.price == scene.busyView.price && view.leaderId == scene.busyView.leaderId)
      #expect(view.bidCount == scene.busyView.bidCount)
      _ = try lane.answer { session, tag in
        session.submit(placeBid(busy, by: 78, view.minNext), tag: tag)
      }
      let live = try lane.stateHash()
      #expect(try server.stop().status == 0)
      let shard = ShardFolder(dataPath: server.dataPath, shard: ShardID(UInt16(number)))
      let replayed = try ReplayedShard.replay(shard).stateHash
      #expect(replayed == live.hash)
      #expect(throws: ShardError.self) {
        _ = try ReplayedShard.replay(shard, from: .beginning).position
      }
      #expect(try scene.json(["verify", server.dataPath])["sound"] as? Bool == true)
      try FileManager.default.removeItem(atPath: shard.snapshotsPath)
      let refused = try server.startExpectingFailure()
      #expect(refused.status == 1)
      #expect(refused.errors.contains("brought in from another data folder"), "\(refused.errors)")
    }
  }
}
