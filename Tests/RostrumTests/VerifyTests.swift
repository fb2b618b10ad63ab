import Foundation
import Primitives
import Testing

extension ProcessTests {
  /// `rostrum verify` finds any single flipped bit that means anything.
  @Suite struct VerifyTests {
    private let scene: OperatorScene
    /// A copy that may be damaged.
    private let folder: TemporaryFolder
    private var data: String { folder.file("data") }

    init() throws {
      scene = try OperatorScene.shared.get()
      folder = try TemporaryFolder()
      try FileManager.default.copyItem(atPath: scene.dataPath, toPath: data)
    }

    @Test func soundFolderIsSound() throws {
      let report = try scene.json(["verify", data])
      #expect(report["sound"] as? Bool == true)
      let shard = try #require(try report.objects("shards").first)
      #expect((shard["snapshots"] as? [NSNumber])?.map(\.uint64Value) == [scene.snapshotPosition])
      #expect(try shard.number("events") > 0)
      #expect(try shard.objects("findings").isEmpty)
    }

    @Test func everyFlippedBitIsFound() throws {
      var random = SeededGenerator(seed: 77)
      let areas = try areas()
      #expect(Set(areas.map(\.kind)) == ["segment", "snapshot", "journal"])
      for area in areas {
        for round in 0..<area.roundCount {
          // Both ends of an area, then anywhere in it.
          let first = UInt64(area.range.lowerBound)
          let count = UInt64(area.range.count)
          let place = round == 0 ? 0 : round == 1 ? count - 1 : random.below(count)
          let offset = first + place
          let bit = UInt8(1) << UInt8(random.below(8))
          try flip(area.path, offset, bit)
          let result = try scene.run(["verify", data])
          #expect(result.status == 1, "\(area.path) at byte \(offset), bit \(bit)")
          #expect(
            result.output.contains("WRONG: ") && result.output.contains(area.name),
            "\(area.path) at byte \(offset): \(result.output) \(result.errors)")
          try flip(area.path, offset, bit)
        }
      }
      #expect(try scene.run(["verify", data]).status == 0)
    }

    /// What stands behind the log's end and in spares means nothing: docs/log-format.md.
    @Test func bytesWithoutMeaningMayBeAnything() throws {
      let end = try logEnd()
      let log = data + "/shard-000/log/"
      let spare = try #require(
        try FileManager.default.contentsOfDirectory(atPath: log).sorted().last {
          $0.hasSuffix(".segment")
        })
      try flip(log + "00000000000000000001.segment", end + 100_000, 4)
      try flip(log + spare, 50_000, 1)
      #expect(try scene.run(["verify", data]).status == 0)
    }

    @Test func missingFilesAreFound() throws {
      let snapshot = String(scene.snapshotPosition)
      let name = String(repeating: "0", count: 20 - snapshot.count) + snapshot + ".snapshot"
      let path = data + "/shard-000/snapshots/" + name
      try FileManager.default.removeItem(atPath: path)
      #expect(try scene.run(["verify", data]).status == 0, "the log gives the state by itself")
      try FileManager.default.removeItem(
        atPath: data + "/shard-000/log/00000000000000000001.segment")
      #expect(try scene.run(["verify", data]).status == 1)
    }

    private struct Area {
      let kind: String
      let path: String
      let range: Range<Int>
      let roundCount: Int
      var name: String { (path as NSString).lastPathComponent }
    }

    /// The bytes of every file that mean something.
    private func areas() throws -> [Area] {
      let shard = data + "/shard-000"
      let segment = shard + "/log/00000000000000000001.segment"
      var areas = [
        Area(kind: "segment", path: segment, range: 0..<160, roundCount: 4),
        Area(kind: "segment", path: segment, range: 4_096..<Int(try logEnd()), roundCount: 14),
      ]
      for (kind, count) in [("snapshot", 10), ("journal", 10)] {
        let path = shard + (kind == "snapshot" ? "/snapshots/" : "/journal/")
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
          let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
          let byteCount = (attributes[.size] as? NSNumber)?.intValue ?? 0
          areas.append(
            Area(kind: kind, path: path + name, range: 0..<byteCount, roundCount: count))
        }
      }
      return areas
    }

    /// Where the log's last batch ends in its only segment.
    private func logEnd() throws -> UInt64 {
      let segment = try scene.json(
        ["inspect", scene.dataPath, "segment", "1", "--limit", "1000000"])
      return UInt64(try #require(try segment.objects("batches").last).number("offset"))
    }

    private func flip(_ path: String, _ offset: UInt64, _ bit: UInt8) throws {
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      try handle.seek(toOffset: offset)
      let byte = try #require(try handle.read(upToCount: 1)?.first)
      try handle.seek(toOffset: offset)
      try handle.write(contentsOf: Data([byte ^ bit]))
    }
  }
}
