import Primitives
import Testing

@testable import Counters

@Suite("What a shard counts")
struct CounterTests {
  @Test("counters start at zero, add up and keep the greatest")
  func counts() {
    var block = CounterBlock(memory: .heap)
    block.add(.turns)
    block.add(.turns, 41)
    block.raise(.flushNsMax, to: 7)
    block.raise(.flushNsMax, to: 5)
    let values = block.values
    #expect(values[.turns] == 42)
    #expect(values[.flushNsMax] == 7)
    #expect(values[.commandsLogged] == 0)
  }

  @Test("shards join to sums, and to the greatest of what is a maximum")
  func joins() {
    var one = CounterBlock(memory: .heap)
    var two = CounterBlock(memory: .heap)
    one.add(.sends, 3)
    two.add(.sends, 4)
    one.raise(.turnNsMax, to: 30)
    two.raise(.turnNsMax, to: 20)
    let values = one.values.joined(with: two.values)
    #expect(values[.sends] == 7)
    #expect(values[.turnNsMax] == 30)
    #expect(CounterValues.zero.joined(with: values) == values)
  }

  @Test("every counter has a name of its own and keeps its place")
  func catalogue() {
    let names = Counter.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Counter.allCases.map(\.rawValue) == Array(0..<Counter.allCases.count))
    #expect(Counter.bytesAllocated.rawValue == 13)
  }
}
