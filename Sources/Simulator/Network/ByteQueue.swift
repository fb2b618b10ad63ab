/// Bytes in the order they came, taken from the front.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: [UInt8]) {
    if head > 65_536 && head * 2 > bytes.count { compact() }
    bytes += more
  }

  /// Takes so many bytes from the front, or all that there are.
  mutating func take(_ byteCount: Int) -> [UInt8] {
    let taken = Array(bytes[head..<head + min(byteCount, count)])
    head += taken.count
    if head == bytes.count { removeAll() }
    return taken
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    head = 0
  }

  private mutating func compact() {
    bytes.removeFirst(head)
    head = 0
  }
}
