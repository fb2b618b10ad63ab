import CIntrinsics
import Primitives
import Synchronization

/// Gives the address of some bytes; also an empty array has one.
func withAddress<Result>(
  of bytes: [UInt8], _ body: (UnsafeRawPointer, Int) -> Result
) -> Result {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 1, alignment: 16)
  defer { memory.deallocate() }
  for (offset, byte) in bytes.enumerated() {
    memory.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }
  return body(memory, bytes.count)
}

func randomBytes(count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
  (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
}

/// Runs something without the CPU's instructions for checksums, one caller at a time.
///
/// A test beside it may see the portable code too: it must give the same result.
enum PortableCode {
  private static let lock = Mutex<Void>(())

  static func use<Result: Sendable>(_ body: () -> Result) -> Result {
    lock.withLock { _ in
      rostrum_crc32c_force_portable(1)
      rostrum_sha256_force_portable(1)
      defer {
        rostrum_crc32c_force_portable(0)
        rostrum_sha256_force_portable(0)
      }
      return body()
    }
  }
}
