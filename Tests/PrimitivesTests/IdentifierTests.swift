import Primitives
import Testing

/// Names keep their parts, and the parts do not touch one another.
@Suite struct IdentifierTests {
  @Test(arguments: [
    (0 as UInt16, 1 as UInt32, 0 as UInt32, 0x0000_0001_0000_0000 as UInt64),
    (1, 1, 0, 0x0040_0001_0000_0000), (0, 1, 7, 0x0000_0001_0000_0007),
    (1_023, AuctionID.generationMax, .max, .max), (512, 0x20_0000, 0, 0x8020_0000_0000_0000),
  ])
  func auctionNamesAreLaidOutAsDocumented(
    shard: UInt16, generation: UInt32, slot: UInt32, raw: UInt64
  ) {
    let id = AuctionID(shard: ShardID(shard), generation: generation, slotIndex: slot)
    #expect(id.raw == raw)
    #expect(AuctionID(raw: raw) == id)
  }

  @Test func auctionNamesKeepTheirParts() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<10_000 {
      let shard = UInt16(generator.below(UInt64(AuctionID.shardsMax)))
      let generation = UInt32(generator.below(UInt64(AuctionID.generationMax) + 1))
      let slot = UInt32(truncatingIfNeeded: generator.next())
      let id = AuctionID(shard: ShardID(shard), generation: generation, slotIndex: slot)
      #expect(id.shard.number == shard)
      #expect(id.generation == generation)
      #expect(id.slotIndex == slot)
    }
  }

  @Test func noAuctionIsCalledZero() {
    let first = AuctionID(shard: ShardID(0), generation: 1, slotIndex: 0)
    #expect(first.raw != 0)
  }

  @Test func sessionHandlesKeepTheirParts() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<10_000 {
      let raw = UInt32(truncatingIfNeeded: generator.next())
      let handle = SessionHandle(raw: raw)
      #expect(SessionHandle(index: handle.index, generation: handle.generation) == handle)
    }
    #expect(SessionHandle(index: 0x1234, generation: 0x5678).raw == 0x5678_1234)
    #expect(SessionHandle(index: 0, generation: 0) == .none)
  }

  @Test func rolesAreSeparateBits() {
    #expect(Roles.broker.rawValue == 1)
    #expect(Roles.operator.rawValue == 2)
    #expect(!Roles([]).contains(.broker))
    #expect(Roles([.broker, .operator]).rawValue == 3)
  }

  @Test(arguments: [
    (1 as Int64, true), (999_999_999_999, true), (0, false), (-1, false),
    (1_000_000_000_000, false), (Money.absent, false), (Int64.max, false),
  ])
  func amountsAreInRange(amount: Int64, isInRange: Bool) {
    #expect(Money.isInRange(amount) == isInRange)
    #expect((amount >= Money.least && amount <= Money.greatest) == isInRange)
  }
}
