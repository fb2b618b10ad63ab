import Foundation
import Glibc
import Kernel
import Primitives
import Testing
import Uring
import WAL

/// A folder that goes when the test ends.
final class TemporaryFolder {
  let path: String

  init() {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-uring-\(UUID().uuidString)").path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Bytes at an address that O_DIRECT and the kernel's registration take.
struct Block: ~Copyable {
  let region: Region

  init(byteCount: Int, filledWith byte: UInt8 = 0) {
    region = Region(byteCount: byteCount, from: .heap)
    memset(region.base, Int32(byte), byteCount)
  }

  var address: UnsafeMutableRawPointer { region.base }

  func bytes(_ range: Range<Int>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: region.base, count: region.byteCount)[range])
  }

  func fill(_ range: Range<Int>, _ byte: UInt8) {
    memset(region.base + range.lowerBound, Int32(byte), range.count)
  }
}

/// A blocking client socket on loopback.
final class Peer {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0, "the listener takes connections")
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    #expect(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  }

  /// Reads exactly so many bytes, or what comes before the end.
  func receive(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let received = recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
    return Array(bytes.prefix(max(0, received)))
  }

  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }
}

extension RingSizes {
  /// A few of everything.
  static var small: RingSizes {
    var sizes = RingSizes()
    sizes.submissionEntries = 64
    sizes.completionEntries = 256
    sizes.connectionSlots = 8
    sizes.fixedSlots = 4
    sizes.receiveBuffers = 16
    sizes.receiveBufferBytes = 4_096
    return sizes
  }
}

/// A ring with its completions, and a loop that waits for some of them.
struct RingHarness: ~Copyable {
  var ring: KernelRing
  private var batch = CompletionBatch(capacity: 64)

  init(sizes: RingSizes = .small) throws {
    ring = try KernelRing(sizes: sizes, memory: .heap)
  }

  /// Waits at most five seconds until each kind has completed, and gives all that came.
  mutating func completions(of kinds: RequestKind...) -> [Completion] {
    var found: [Completion] = []
    let clock = MachineClock()
    let deadline = clock.monotonicTime() + 5 * TimeSpan.second
    while clock.monotonicTime() < deadline {
      #expect(ring.submitAndWait(nanoseconds: 100 * TimeSpan.millisecond) == 0)
      ring.reap(into: &batch)
      for index in 0..<batch.count { found.append(batch[index]) }
      if kinds.allSatisfy({ kind in found.contains { $0.token.kind == kind } }) { return found }
    }
    return found
  }

  /// The first completion of a kind.
  mutating func completion(of kind: RequestKind) throws -> Completion {
    try #require(completions(of: kind).first { $0.token.kind == kind }, "\(kind) completes")
  }
}
