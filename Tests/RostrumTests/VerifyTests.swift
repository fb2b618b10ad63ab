import Foundation
import Primitives
import Testing

@testable import rostrum

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

    /// Of a log that is damaged in the middle nothing is said but that.
    @Test func aLogThatCannotBeReadHasNoFigures() throws {
      let segment = try #require(try LogFiles(data).used.first)
      try LogFiles.flip(segment.path, bit: (segment.batches[2].offset + 130) * 8)
      let text = try scene.run(["verify", data]).output
      #expect(text.contains("log: cannot be read to its end"), "\(text)")
      #expect(!text.contains("records 0"))
      let report = try scene.json(["verify", data], status: 1)
      let shard = try #require(try report.objects("shards").first)
      for name in ["oldest_position", "position", "time", "head", "records"] {
        #expect(shard[name] is NSNull, "\(name)")
      }
    }

    /// A crash cuts the journal off anywhere; the next start completes it from the log.
    @Test func aJournalThatEndsWithinAnEventIsNoDamage() throws {
      let journal = data + "/shard-000/journal/"
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: journal).sorted().last)
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: journal + name))
      let whole = try #require(try handle.readToEnd())
      try handle.truncate(atOffset: UInt64(whole.count - 5))
      let result = try scene.run(["verify", data])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.contains("the next start writes the rest from the log"))
      // But a journal that has all of its bytes and ends within an event is damaged.
      try handle.truncate(atOffset: UInt64(whole.count))
      #expect(try scene.run(["verify", data]).status == 1)
      try handle.close()
    }

    /// Reading a pipe would wait for ever.
    @Test func aPipeInTheJournalIsAFinding() throws {
      let journal = data + "/shard-000/journal/"
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: journal).first)
      try FileManager.default.removeItem(atPath: journal + name)
      #expect(mkfifo(journal + name, 0o600) == 0)
      #expect(try scene.run(["verify", data]).status == 1)
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

    /// A batch without its body is a torn write, which a start cuts off, and no flipped bit.
    @Test func tornTailIsNoDamage() throws {
      let path = data + "/shard-000/log/00000000000000000001.segment"
      let end = try logEnd()
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      let batches = try scene.json(
        ["inspect", scene.dataPath, "segment", "1", "--limit", "1000000"]
      ).objects("batches")
      let last = try #require(batches.dropLast(2).last)
      let offset = UInt64(try last.number("offset"))
      try handle.seek(toOffset: offset + 160)
      try handle.write(contentsOf: Data(repeating: 0, count: Int(end - offset) - 160))
      try handle.close()
      let result = try scene.run(["verify", data])
      #expect(result.output.contains("note: "), "\(result.output)")
      #expect(!result.output.contains("flipped"), "\(result.output)")
    }

    @Test func singleWrongBitsAreLocated() {
      var random = SeededGenerator(seed: 3)
      for byteCount in [1, 7, 64, 4_096] {
        var bytes = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let sound = Self.checksum(bytes)
        #expect(FlippedBit.place(of: 0, byteCount: byteCount) == nil)
        for _ in 0..<50 {
          let place = Int(random.below(UInt64(byteCount)))
          let bit = UInt8(1) << UInt8(random.below(8))
          bytes[place] ^= bit
          #expect(
            FlippedBit.place(of: Self.checksum(bytes) ^ sound, byteCount: byteCount) == place)
          bytes[(place + 1) % byteCount] ^= bit
          if byteCount > 1 {
            #expect(
              FlippedBit.place(of: Self.checksum(bytes) ^ sound, byteCount: byteCount) == nil)
          }
          bytes[(place + 1) % byteCount] ^= bit
          bytes[place] ^= bit
        }
      }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
      bytes.withUnsafeBytes { raw in
        raw.baseAddress.map { CRC32C.checksum($0, byteCount: raw.count) } ?? 0
      }
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
        Area(kind: "segment", path: segment, range: 0..<160, roundCount: 3),
        Area(kind: "segment", path: segment, range: 4_096..<Int(try logEnd()), roundCount: 9),
      ]
      for (kind, count) in [("snapshot", 6), ("journal", 6)] {
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
