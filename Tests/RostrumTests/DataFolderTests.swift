import Foundation
import Primitives
import Testing
import WAL
import Wire

extension ProcessTests {
  /// A folder that a server left, copied and damaged: a start shows a state that there was, or it
  /// refuses and says what to do.
  @Suite struct DataFolderTests {
    /// Its segments begin at starts: made at once.
    private func small() throws -> DataFolderFixture {
      try DataFolderFixture(DataFolderFixture.Size(auctions: 10, bids: 200, segments: 3))
    }

    @Test func aCopyIsTheSameExchange() throws {
      let fixture = try DataFolderFixture(DataFolderFixture.Size(fullSegments: 1))
      let copy = try CopiedFolder(fixture.dataPath)
      let audit = try LogAudit(dataPath: copy.path, terms: fixture.terms)
      #expect(audit.stateHash == fixture.state.hash)
      #expect(audit.lastPosition == fixture.lastPosition)
      #expect(audit.bids.count == fixture.bidCount)
      for view in fixture.views {
        #expect(view.price == audit.book[view.auctionId].price)
      }
      let files = try LogFiles(copy.path)
      #expect(files.used.count >= 3)
      #expect(files.full.contains { $0.end > 16 << 20 }, "one was left because it was full")
      let state = try DataFolderFixture.state(of: copy.path)
      #expect(state.hash == fixture.state.hash && state.recordCount == fixture.lastPosition)
      note("\(files.batches.count) batches, \(fixture.bidCount) bids, \(files.used.count) segments")
    }

    /// Cut between two batches and inside of one: the state is that of the batches before.
    @Test func aCutLogStartsWithWhatStandsBefore() throws {
      let fixture = try small()
      let batches = try LogFiles(fixture.dataPath).batches
      let place = try #require(batches.lastIndex { $0.batch.recordCount > 0 })
      for back in 0..<3 {
        let (segment, batch) = batches[place - back]
        let before = batches[place - back - 1].batch
        for (length, letter) in [(batch.offset, "C"), (batch.offset + 1_000, "F")] {
          let copy = try CopiedFolder(fixture.dataPath)
          let path = try LogFiles(copy.path).path(of: segment.number)
          try LogFiles.cut(path, at: length)
          let audit = try LogAudit(dataPath: copy.path, terms: fixture.terms)
          #expect(audit.recovered.map { String($0.tailCase.letter) } == letter)
          #expect(audit.lastPosition == before.lastPosition)
          let state = try DataFolderFixture.state(of: copy.path)
          #expect(state.hash == audit.stateHash && state.recordCount == before.lastPosition)
        }
      }
    }

    /// What was acknowledged and is damaged is never passed over.
    @Test func aDamagedLogIsRefusedAndLeftAsItIs() throws {
      let fixture = try small()
      let files = try LogFiles(fixture.dataPath)
      let (segment, batch) = files.batches[files.batches.count / 2]
      try refuses(fixture, "case K") { try $0.drop($0.used[1]) }
      try refuses(fixture, "case I") {
        try LogFiles.flip($0.path(of: segment.number), bit: batch.offset * 8 + 333)
      }
      try refuses(fixture, "case") {
        try LogFiles.flip($0.path(of: segment.number), bit: (batch.offset + 200) * 8)
      }
      try refuses(fixture, "case P") { try LogFiles.flip($0.used[0].path, bit: 50 * 8) }
      try refuses(fixture, "renamed") { try $0.duplicate($0.used[2], as: $0.used[1].number) }
    }

    /// Any one snapshot may be lost: the other one, or the log from its beginning, is as good.
    @Test func aLostSnapshotChangesNothing() throws {
      let fixture = try DataFolderFixture(
        DataFolderFixture.Size(auctions: 10, bids: 200, segments: 3, snapshots: 2))
      let folder = "/shard-000/snapshots/"
      let names = try FileManager.default.contentsOfDirectory(atPath: fixture.dataPath + folder)
      #expect(names.count == 2)
      for name in names {
        let copy = try CopiedFolder(fixture.dataPath)
        try FileManager.default.removeItem(atPath: copy.path + folder + name)
        let state = try DataFolderFixture.state(of: copy.path)
        #expect(state.hash == fixture.state.hash, "without \(name)")
        #expect(state.recordCount == fixture.lastPosition)
      }
    }

    /// A copy of an old segment under a free number is a spare like any other.
    @Test func aDoubledSegmentChangesNothing() throws {
      let fixture = try small()
      let copy = try CopiedFolder(fixture.dataPath)
      let files = try LogFiles(copy.path)
      let free = (files.segments.map(\.number).max() ?? 0) + 1
      for (index, segment) in files.used.enumerated() {
        try files.duplicate(segment, as: free + UInt64(index))
      }
      let state = try DataFolderFixture.state(of: copy.path)
      #expect(state.hash == fixture.state.hash && state.recordCount == fixture.lastPosition)
    }

    private func refuses(
      _ fixture: DataFolderFixture, _ text: String, after damage: (LogFiles) throws -> Void
    ) throws {
      let copy = try CopiedFolder(fixture.dataPath)
      try damage(try LogFiles(copy.path))
      let before = try LogFiles(copy.path).segments.map { [UInt64($0.byteCount), $0.number] }
      let server = try TestServer(options: DataFolderFixture.options, dataPath: copy.path)
      let (status, errors) = try server.startExpectingFailure()
      #expect(status == 1 && errors.contains(text), "\(text): \(errors)")
      #expect(!server.isRunning)
      let after = try LogFiles(copy.path).segments.map { [UInt64($0.byteCount), $0.number] }
      #expect(after == before, "\(text): nothing was changed")
    }
  }
}
