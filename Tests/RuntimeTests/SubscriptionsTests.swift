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
    let wasAdded1 = table.add(auction: 7, session: one)
    #expect(wasAdded1)
    let wasAdded2 = table.add(auction: 7, session: one)
    #expect(wasAdded2)
    let wasAdded3 = table.add(auction: 7, session: two)
    #expect(wasAdded3)
    let count4 = table.count
    #expect(count4 == 2)
    let watching5 = watchers(of: 7, in: table)
    #expect(watching5 == [one.raw, two.raw])
    table.remove(auction: 7, session: one)
    table.remove(auction: 8, session: two)
    let watching6 = watchers(of: 7, in: table)
    #expect(watching6 == [two.raw])
  }

  @Test("a subscription of an earlier log-on is made anew")
  func endsWithItsConnection() {
    var table = Subscriptions(memory: .heap)
    let session = SessionHandle(index: 1, generation: 1)
    let wasAdded = table.add(auction: 7, session: session, binding: 3)
    #expect(wasAdded)
    let index = table.first(of: 7)
    table.setStale(index, true)
    let wasAddedAgain = table.add(auction: 7, session: session, binding: 3)
    let staleCount = table.staleCount
    #expect(wasAddedAgain && staleCount == 1)
    let wasMadeAnew = table.add(auction: 7, session: session, binding: 4)
    let (count, staleAfter) = (table.count, table.staleCount)
    #expect(wasMadeAnew && count == 1 && staleAfter == 0)
    let binding = table[index].binding
    #expect(binding == 4)
  }

  @Test("a full table answers no, and has room again afterwards")
  func isBounded() {
    var table = Subscriptions(memory: .heap)
    let session = SessionHandle(index: 1, generation: 1)
    for auction in 1...UInt64(Subscriptions.capacity) {
      let wasAdded7 = table.add(auction: auction, session: session)
      #expect(wasAdded7)
    }
    let wasAdded8 = table.add(auction: 1 << 40, session: session)
    #expect(!wasAdded8)
    table.remove(auction: 5, session: session)
    let wasAdded9 = table.add(auction: 1 << 40, session: session)
    #expect(wasAdded9)
    let watching10 = watchers(of: 1 << 40, in: table)
    #expect(watching10 == [session.raw])
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
        let wasAdded11 = table.add(auction: auction, session: session)
        #expect(wasAdded11)
        model.insert(key)
      } else {
        table.remove(auction: auction, session: session)
        model.remove(key)
      }
    }
    let count12 = table.count
    #expect(count12 == model.count)
    for auction in 0..<UInt64(40) {
      let expected = model.filter { $0 >> 32 == auction }.map { UInt32(truncatingIfNeeded: $0) }
      let watching13 = watchers(of: auction, in: table)
      #expect(watching13 == Set(expected))
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
    let staleCount14 = table.staleCount
    #expect(staleCount14 == 1)
    table.remove(auction: 3, session: session)
    let staleCount15 = table.staleCount
    #expect(staleCount15 == 0)
  }
}
