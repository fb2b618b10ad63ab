import Primitives
import Testing

@testable import Counters

@Suite("How long the stages take")
struct StageTimesTests {
  @Test("buckets lie side by side and know a time to an eighth")
  func buckets() {
    for index in 0..<StageBuckets.count - 1 {
      let end = StageBuckets.upperEnd(of: index)
      #expect(StageBuckets.index(of: end) == index)
      #expect(StageBuckets.index(of: end + 1) == index + 1)
      let start = index == 0 ? 0 : StageBuckets.upperEnd(of: index - 1) + 1
      #expect(end - start <= start / 8)
    }
    #expect(StageBuckets.index(of: .max) == StageBuckets.count - 1)
  }

  @Test("a part of all times lies below its value")
  func percentiles() {
    var times = StageTimes(memory: .heap)
    for nanoseconds in 1...1_000 as ClosedRange<Nanoseconds> {
      times.record(.apply, nanoseconds * 100)
    }
    times.record(.send, 5)
    let values = times.values
    #expect(values.count(of: .apply) == 1_000 && values.count(of: .send) == 1)
    #expect((50_000...56_250).contains(values.time(of: .apply, perMille: 500)))
    #expect((99_000...112_500).contains(values.time(of: .apply, perMille: 990)))
    #expect(values.time(of: .send, perMille: 500) == 5)
    #expect(values.time(of: .flush, perMille: 500) == 0)
  }

  @Test("shards join")
  func joins() {
    var one = StageTimes(memory: .heap)
    var two = StageTimes(memory: .heap)
    one.record(.flush, 100)
    two.record(.flush, 1_000_000)
    let values = one.values.joined(with: two.values)
    #expect(values.count(of: .flush) == 2)
    #expect(values.time(of: .flush, perMille: 1_000) >= 1_000_000)
    #expect(StageValues.zero.joined(with: values) == values)
  }

  @Test("every stage has a name of its own")
  func names() {
    #expect(Set(Stage.allCases.map(\.name)).count == Stage.allCases.count)
  }
}
