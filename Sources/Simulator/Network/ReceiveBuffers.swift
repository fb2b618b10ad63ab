internal import Primitives

/// The receive buffers that the server's ring gave its kernel, first come first served.
@safe
struct ReceiveBuffers: ~Copyable {
  private let memory: Region
  let byteCount: Int
  private var free: [Int]
  private var head = 0
  private var isFree: [Bool]
  private var usedByteCounts: [Int]

  init(count: Int, byteCount: Int) {
    memory = Region(byteCount: count * byteCount, from: .heap)
    self.byteCount = byteCount
    free = Array(0..<count)
    isFree = Array(repeating: true, count: count)
    usedByteCounts = Array(repeating: 0, count: count)
  }

  mutating func take() -> Int? {
    guard head < free.count else { return nil }
    let index = free[head]
    head += 1
    if head > 4_096 {
      free.removeFirst(head)
      head = 0
    }
    isFree[index] = false
    return index
  }

  mutating func giveBack(_ index: Int) {
    let isTaken = !isFree[index]
    invariant(isTaken, "a receive buffer is given back once")
    // Whoever still reads it reads nonsense, as after the kernel's next use of it.
    let used = usedByteCounts[index]
    unsafe bytes(index).initializeMemory(as: UInt8.self, repeating: 0xDB, count: used)
    isFree[index] = true
    free.append(index)
  }

  mutating func fill(_ index: Int, with content: [UInt8]) {
    usedByteCounts[index] = content.count
    unsafe content.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe bytes(index).copyMemory(from: base, byteCount: raw.count)
    }
  }

  func bytes(_ index: Int) -> UnsafeMutableRawPointer { unsafe memory.base + index * byteCount }
}
