import Primitives
import Simulator
import Testing

@Suite struct WorldTests {
  @Test func eventsComeByTimeAndThenInOrder() {
    let world = World(seed: 1)
    var seen: [Int] = []
    world.schedule(after: 20) { seen.append(3) }
    world.schedule(after: 10) { seen.append(1) }
    world.schedule(after: 10) { seen.append(2) }
    world.pass(15, stopsAtCompletion: false)
    #expect(seen == [1, 2])
    #expect(world.now == World.epoch + 15)
    world.pass(15, stopsAtCompletion: false)
    #expect(seen == [1, 2, 3])
  }

  @Test func whatIsMeantForALifeIsLostWithIt() {
    let world = World(seed: 1)
    var seen: [String] = []
    world.scheduleForLife(after: 10) { seen.append("shard") }
    world.schedule(after: 10) { seen.append("world") }
    world.failPower()
    world.beginNextLife()
    world.pass(20, stopsAtCompletion: false)
    #expect(seen == ["world"])
  }

  @Test func streamsOfChanceAreIndependentAndRepeat() {
    var first = World(seed: 7).generator(.disk)
    var again = World(seed: 7).generator(.disk)
    var other = World(seed: 7).generator(.network)
    let numbers = (0..<8).map { _ in first.next() }
    #expect(numbers == (0..<8).map { _ in again.next() })
    #expect(numbers != (0..<8).map { _ in other.next() })
  }
}
