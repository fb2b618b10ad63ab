import Primitives
import Testing

@testable import Runtime

@Suite("Who watches which auction")
struct SubscriptionsTests {
  private func watchers(of auction: UInt64, in table: borrowing Subscriptions) -> Set<UInt32> {
    var found: Set<UInt32> = []
    var index = table.first(of: auction)
    while index != 0 {
      if table[index].auction == auction { found.insert(table[index].session) }
      index = table[index].next
    }
    return found
  }

  @Test("a subscription stands once, and until it is ended")
  func addsAndRemoves() {
    var table = Subscriptions(memory: .heap)
    let one = SessionHandle(index: 1, generation: 1)
    let two = SessionHandle(index: 2, generation: 1)
    #expect(table.add(auction: 7, session: one))
    #expect(table.add(auction: 7, session: one))
    #expect(table.add(auction: 7, session: two))
    #expect(table.count == 2)
    #expect(watchers(of: 7, in: table) == [one.raw, two.raw])
    table.remove(auction: 7, session: one)
    table.remove(auction: 8, session: two)
    #expect(watchers(of: 7, in: table) == [two.raw])
  }

  @Test("a full table answers no, and has room again afterwards")
  func isBounded() {
    var table = Subscriptions(memory: .heap)
    let session = SessionHandle(index: 1, generation: 1)
    for auction in 1...UInt64(Subscriptions.capacity) {
      #expect(table.add(auction: auction, session: session))
    }
    #expect(!table.add(auction: 1 << 40, session: session))
    table.remove(auction: 5, session: session)
    #expect(table.add(auction: 1 << 40, session: session))
    #expect(watchers(of: 1 << 40, in: table) == [session.raw])
  }

  @Test("random adds and removes agree with a set")
  func agreesWithASet() {
    var table = Subscriptions(memory: .heap)
    var model: Set<UInt64> = []
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let auction = generator.below(40)
      let session = SessionHandle(index: UInt16(generator.below(40)), generation: 1)
      let key = auction << 32 | UInt64(session.raw)
      if generator.below(2) == 0 {
        #expect(table.add(auction: auction, session: session))
        model.insert(key)
      } else {
        table.remove(auction: auction, session: session)
        model.remove(key)
      }
    }
    #expect(table.count == model.count)
    for auction in 0..<UInt64(40) {
      let expected = model.filter { $0 >> 32 == auction }.map { UInt32(truncatingIfNeeded: $0) }
      #expect(watchers(of: auction, in: table) == Set(expected))
    }
  }

  @Test("stale marks are counted once")
  func countsStale() {
    var table = Subscriptions(memory: .heap)
    let session = SessionHandle(index: 1, generation: 1)
    _ = table.add(auction: 3, session: session)
    let index = table.first(of: 3)
    table.setStale(index, true)
    table.setStale(index, true)
    #expect(table.staleCount == 1)
    table.remove(auction: 3, session: session)
    #expect(table.staleCount == 0)
  }
}
