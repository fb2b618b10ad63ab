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
      #expect(queue.pop() == round)
      queue.push(round + 200)
      #expect(queue.pop() == round + 100)
      #expect(queue.pop() == round + 200)
      #expect(queue.count == 0)
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
    #expect(inputs.firstByteCount(of: slot) == 50)
    #expect(inputs.removeFirst(from: &slot) == 5)
    #expect(inputs.removeFirst(from: &slot) == 1)
    inputs.append(2, byteCount: 20, to: &slot)
    #expect(inputs.removeFirst(from: &slot) == 7)
    #expect(inputs.removeFirst(from: &slot) == 2)
    #expect(slot.inputHead == InputBuffers.none)
    #expect(slot.inputTail == InputBuffers.none)
  }

  @Test("the folder of a shard has three digits at least")
  func namesFolders() {
    #expect(ShardOptions.folderName(ShardID(0)) == "shard-000")
    #expect(ShardOptions.folderName(ShardID(42)) == "shard-042")
    #expect(ShardOptions.folderName(ShardID(1_000)) == "shard-1000")
  }
}
