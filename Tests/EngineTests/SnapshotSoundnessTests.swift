import Primitives
import Testing
import Wire

@testable import Engine

/// Whoever loads a state checks that it is one: a list that ends nowhere would end the process
/// much later, amid a command.
@Suite struct SnapshotSoundnessTests {
  /// An engine in which every table holds something, and every list of free places too.
  private func driver() -> EngineDriver {
    var driver = EngineDriver()
    let tiers = { CreateAuction.Tier(limit: .min, increment: $0) }
    var own = CreateAuction.plain()
    own.incrementTable = 255
    let open = driver.create(own, [tiers(7)])
    for amount in [500, 600, 700] as [Int64] { _ = driver.bid(1, amount, on: open) }
    for increment in [8, 9] as [Int64] {
      let id = driver.create(own, [tiers(increment)])
      for bidder in [2, 3] as [UInt64] { _ = driver.bid(bidder, 900, on: id) }
      _ = driver.cancel(id, by: 9_000, reason: 1, roles: .operator)
    }
    for (one, other) in [(10, 11), (12, 13), (14, 15)] as [(UInt64, UInt64)] {
      _ = driver.control(.of(.link, one, other: other))
    }
    _ = driver.control(.of(.unlink, 12))
    _ = driver.control(.of(.unlink, 14))
    _ = driver.control(.of(.sellerBlock, 100, other: 20))
    // The cancelled ones are forgotten: their slots and tables are free.
    driver.time += 60_000_000_000
    _ = driver.apply(.tick)
    return driver
  }

  private func copy() -> SnapshotCopy {
    var driver = driver()
    return SnapshotCopy.now(of: &driver.engine)
  }

  private func isLoaded(_ copy: SnapshotCopy) -> Bool {
    var driver = EngineDriver()
    return copy.load(into: &driver.engine)
  }

  /// Whether a snapshot is refused after records of a table were changed.
  private func isRefused<Record: BitwiseCopyable>(
    _ kind: EnginePiece,
    _ type: Record.Type,
    _ change: (inout Record) -> Bool
  ) -> Bool {
    var copy = copy()
    let changedCount = copy.edit(kind, type, change)
    #expect(changedCount > 0)
    return !isLoaded(copy)
  }

  @Test func theStateItselfIsSound() {
    let copy = copy()
    #expect(isLoaded(copy))
    let kinds = Set(copy.pieces.map(\.kind))
    #expect(kinds.count == 8, "every table but the rate buckets has a page")
  }

  @Test(arguments: Array(0..<9) + Array(12..<29))
  func aNumberOutOfItsBoundsIsRefused(word: Int) {
    var copy = copy()
    copy.editScalars { $0[word] = .max }
    #expect(!isLoaded(copy), "word \(word)")
  }

  @Test func theNumbersHaveOneLengthAndOnePlace() {
    for change in [
      { (piece: inout SnapshotCopy.Piece) in piece.payload.removeLast(8) },
      { $0.payload += [0, 0, 0, 0, 0, 0, 0, 0] }, { $0.index = 1 },
    ] {
      var copy = copy()
      change(&copy.pieces[0])
      #expect(!isLoaded(copy))
    }
  }

  @Test func accountsAndWhatNamesThem() {
    let blocked = isRefused(.accounts, AccountRecord.self) { record in
      guard record.id == 20 else { return false }
      record.sellerBlockCount = 0
      return true
    }
    #expect(blocked, "a seller refuses an account that is refused by nobody")
    let linked = isRefused(.accounts, AccountRecord.self) { record in
      guard record.id == 10 else { return false }
      record.linkGroup = 0
      return true
    }
    #expect(linked, "a group has a member that does not know it")
    let stray = isRefused(.accounts, AccountRecord.self) { record in
      guard record.id == 20 else { return false }
      record.linkGroup = 1
      return true
    }
    #expect(stray, "an account says of itself that it is linked")
  }

  @Test func groupsOfLinkedAccounts() {
    typealias Group = InlineArray<32, UInt64>
    func isRefused(_ number: Int, _ change: (inout Group) -> Void) -> Bool {
      var index = 0
      return self.isRefused(.linkGroups, Group.self) { group in
        defer { index += 1 }
        if index == number { change(&group) }
        return index == number
      }
    }
    #expect(isRefused(0) { $0[0] = 1 }, "no group has an account")
    #expect(isRefused(1) { $0[0] = 32 }, "more members than a group holds")
    // Groups 3 and 2 are free, in that order.
    #expect(isRefused(3) { $0[1] = 1 }, "the free list leads to a group in use")
    #expect(isRefused(3) { $0[1] = 1 << 40 }, "the free list leads out of the table")
    #expect(isRefused(3) { $0[1] = 3 }, "the free list is a circle")
    #expect(isRefused(3) { $0[1] = 0 }, "the free list is too short")
    var copy = copy()
    copy.editScalars { $0[24] = 1 }
    #expect(!isLoaded(copy), "the free list begins with a group in use")
  }

  @Test func auctionsAndTheirBids() {
    let leaderless = isRefused(.auctions, AuctionRecord.self) { record in
      guard record.status == SlotStatus.active else { return false }
      record.leadingBid = 0
      return true
    }
    #expect(leaderless, "who leads has placed a bid")
    let unnamed = isRefused(.auctions, AuctionRecord.self) { record in
      guard record.status == SlotStatus.active else { return false }
      record.newestBid = 0
      return true
    }
    #expect(unnamed, "bids that belong to no auction")
    let circle = isRefused(.bids, BidRecord.self) { record in
      guard record.bidder == 1, record.previous != 0 else { return false }
      record.previous = 3
      return true
    }
    #expect(circle, "a list of bids is a circle")
    // Bid 3 is the open auction's newest one.
    for word in [19, 20] {
      var copy = copy()
      copy.editScalars { $0[word] = 3 }
      #expect(!isLoaded(copy), "a bid that is in use is free")
    }
  }

  @Test func freeSlotsAndFreeTables() {
    // Slot 0 and table 4 are in use, slots 1 and 2 and tables 5 and 6 are free.
    for (word, value) in [(16, 1), (16, 0), (17, 2), (27, 4), (27, 0), (15, 3), (28, 2)] {
      var copy = copy()
      copy.editScalars { $0[word] = UInt64(value) }
      #expect(!isLoaded(copy), "word \(word) is \(value)")
    }
  }
}

extension SnapshotCopy {
  /// Changes records of a table; the change says which it changed, the result how many.
  mutating func edit<Record: BitwiseCopyable>(
    _ kind: EnginePiece,
    _ type: Record.Type,
    _ change: (inout Record) -> Bool
  ) -> Int {
    var changedCount = 0
    for index in pieces.indices where pieces[index].kind == kind.rawValue {
      pieces[index].payload.withUnsafeMutableBytes { raw in
        let stride = MemoryLayout<Record>.stride
        for offset in Swift.stride(from: 0, through: raw.count - stride, by: stride) {
          var record = raw.loadUnaligned(fromByteOffset: offset, as: type)
          guard change(&record) else { continue }
          raw.storeBytes(of: record, toByteOffset: offset, as: type)
          changedCount += 1
        }
      }
    }
    return changedCount
  }

  /// Changes the numbers that stand in no table, and makes their check word right again.
  mutating func editScalars(_ change: (inout [UInt64]) -> Void) {
    precondition(pieces[0].kind == EnginePiece.scalars.rawValue, "the numbers come first")
    pieces[0].payload.withUnsafeMutableBytes { raw in
      let words = raw.bindMemory(to: UInt64.self)
      var list = Array(words)
      change(&list)
      var mixed: UInt64 = 0x5253_544D
      for word in list.dropLast() { mixed = mix64(mixed &* 3 ^ word) }
      list[list.count - 1] = mixed
      for (index, word) in list.enumerated() { words[index] = word }
    }
  }
}
