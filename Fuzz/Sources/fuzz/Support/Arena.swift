import CFuzz
import Glibc
import Primitives

/// The memory of one run: given out once, taken back as a whole before the next run.
///
/// Asking the system for hundreds of kilobytes a run would be most of the run. Between two regions
/// lie bytes that AddressSanitizer guards.
// SENDABLE: libFuzzer runs one input after the other, on one thread.
final class Arena: @unchecked Sendable {
  static let shared = Arena(byteCount: 256 << 20)

  private let base: UnsafeMutableRawPointer
  private let byteCount: Int
  private var used = 0

  /// Zeroed memory out of the arena.
  private(set) lazy var memory = MemorySource(
    allocate: { [unowned self] byteCount, alignment in give(byteCount, alignment) },
    release: { _, _ in })

  private init(byteCount: Int) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
      base != MAP_FAILED
    else { fatalError("no memory") }
    self.base = base
    self.byteCount = byteCount
    fuzz_poison(base, byteCount)
  }

  private func give(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawPointer {
    let start = (used + alignment - 1) & ~(alignment - 1)
    guard byteCount <= self.byteCount - start - 4_096 else {
      wrong("\(byteCount) bytes of memory are asked for")
    }
    used = start + byteCount + 64
    fuzz_unpoison(base + start, byteCount)
    return base + start
  }

  /// Takes everything back.
  func reset() {
    fuzz_unpoison(base, used)
    memset(base, 0, used)
    fuzz_poison(base, used)
    used = 0
  }
}
