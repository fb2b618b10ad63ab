import Primitives
import Testing

@testable import Runtime

@Suite("Work of connections")
struct WorkQueueTests {
  @Test("first come, first served, round and round")
  func isFirstInFirstOut() {
    var queue = WorkQueue(capacity: 3, memory: .heap)
    for round in 0..<10 {
      queue.push(round)
      queue.push(round + 100)
      let got1 = queue.pop()
      #expect(got1 == round)
      queue.push(round + 200)
      let got2 = queue.pop()
      #expect(got2 == round + 100)
      let got3 = queue.pop()
      #expect(got3 == round + 200)
      let got4 = queue.count
      #expect(got4 == 0)
    }
  }

  @Test("buffers of a connection come back in order")
  func keepsInputOrder() {
    var inputs = InputBuffers(count: 8, memory: .heap)
    var slot = ConnectionSlot()
    for buffer in [5, 1, 7] as [UInt16] {
      inputs.append(buffer, byteCount: Int(buffer) * 10, to: &slot)
    }
    #expect(slot.inputCount == 3)
    let got5 = inputs.firstByteCount(of: slot)
    #expect(got5 == 50)
    let got6 = inputs.removeFirst(from: &slot)
    #expect(got6 == 5)
    let got7 = inputs.removeFirst(from: &slot)
    #expect(got7 == 1)
    inputs.append(2, byteCount: 20, to: &slot)
    let got8 = inputs.removeFirst(from: &slot)
    #expect(got8 == 7)
    let got9 = inputs.removeFirst(from: &slot)
    #expect(got9 == 2)
    #expect(slot.inputHead == InputBuffers.none)
    #expect(slot.inputTail == InputBuffers.none)
  }

  @Test("the folder of a shard has three digits at least")
  func namesFolders() {
    #expect(ShardFolder.name(ShardID(0)) == "shard-000")
    #expect(ShardFolder.name(ShardID(42)) == "shard-042")
    #expect(ShardFolder.name(ShardID(1_000)) == "shard-1000")
  }
}
