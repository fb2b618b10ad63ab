import Primitives
import Uring

/// The memory of all lanes' sessions, in one run.
///
/// A session asks for room for the longest frames, of which a lane's window takes a little. What a
/// full window takes is touched here, before anything is measured; the rest costs nothing.
// SENDABLE: the one thread that runs the load makes the lanes, and nobody else knows it.
final class LaneMemory: @unchecked Sendable {
  /// Room for the requests of the widest window, and for what came of their answers.
  private static let laneByteCount = 1 << 20
  private static let pageByteCount = 4_096

  private let region: Region
  private let touchedByteCount: Int
  private var usedByteCount = 0

  /// Takes address space.
  ///
  /// - Parameters:
  ///   - laneCount: How many sessions there will be.
  ///   - touchedByteCount: How much of each part of a session is touched at once, in bytes.
  init(laneCount: Int, touchedByteCount: Int) {
    region = Region(byteCount: laneCount * Self.laneByteCount, from: Machine.pages)
    self.touchedByteCount = touchedByteCount
  }

  /// Gives its next pages; all of them go when the last session has gone.
  var source: MemorySource {
    unsafe MemorySource(
      allocate: { byteCount, _ in unsafe self.take(byteCount) }, release: { _, _ in })
  }

  private func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let pageMask = Self.pageByteCount - 1
    let start = usedByteCount
    usedByteCount = (start + byteCount + pageMask) & ~pageMask
    let hasRoom = usedByteCount <= region.byteCount
    invariant(hasRoom, "a lane's session takes no more than its share")
    let memory = unsafe region.base + start
    for offset in stride(from: 0, to: min(byteCount, touchedByteCount), by: Self.pageByteCount) {
      unsafe memory.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
    }
    return unsafe memory
  }
}
