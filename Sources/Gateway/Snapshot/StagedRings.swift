internal import Primitives

/// The bytes of rings of another size, kept as they come until this gateway's rings take them over.
///
/// It takes as much memory as bytes came, whatever size a snapshot says that its rings had.
@safe
struct StagedRings: ~Copyable {
  /// What stands before each run of bytes.
  private struct Run: BitwiseCopyable {
    /// Where the run before of the same ring stands, and 1; 0 = there is none.
    var previous: UInt64
    /// The ring's offset of the first byte.
    var offset: UInt64
    var byteCount: UInt64
  }

  private let source: MemorySource
  private let places: Region
  private var runs: Region
  private var runEnd = 0
  /// One ring in a row.
  private var row: Region

  /// Takes a little memory.
  ///
  /// - Parameters:
  ///   - count: How many rings.
  ///   - memory: Where from.
  init(count: Int, from memory: MemorySource) {
    source = memory
    places = Region(byteCount: count * MemoryLayout<UInt64>.stride, from: memory)
    runs = Region(byteCount: 65_536, from: memory)
    row = Region(byteCount: 4_096, from: memory)
  }

  /// Keeps bytes of a ring.
  ///
  /// - Parameters:
  ///   - place: Which ring.
  ///   - offset: The ring's offset of the first byte.
  ///   - bytes: The bytes.
  mutating func add(_ place: Int, offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
    guard let payload = bytes.baseAddress else { return }
    let byteCount = bytes.count
    let end = runEnd + MemoryLayout<Run>.stride + (byteCount + 7) & ~7
    if end > runs.byteCount {
      let larger = Region(byteCount: 2 * end, from: source)
      unsafe larger.base.copyMemory(from: runs.base, byteCount: runEnd)
      runs = larger
    }
    let run = unsafe runs.base + runEnd
    let last = unsafe places.base + place * MemoryLayout<UInt64>.stride
    let previous = unsafe last.load(as: UInt64.self)
    // SAFETY: runs.base + runEnd ..< end lies in the region, and a run begins at a multiple of 8.
    unsafe run.storeBytes(
      of: Run(previous: previous, offset: offset, byteCount: UInt64(byteCount)), as: Run.self)
    unsafe (run + MemoryLayout<Run>.stride).copyMemory(from: payload, byteCount: byteCount)
    unsafe last.storeBytes(of: UInt64(runEnd) + 1, as: UInt64.self)
    runEnd = end
  }

  /// Puts the bytes of a ring in a row.
  ///
  /// - Parameters:
  ///   - place: Which ring.
  ///   - extent: Where its frames are; as many bytes were added.
  /// - Returns: The byte at the extent's start, until the next ring is put in a row; nil when bytes
  ///   were added that are not in the extent.
  mutating func row(_ place: Int, _ extent: RingExtent) -> UnsafeMutableRawPointer? {
    let byteCount = Int(truncatingIfNeeded: extent.tail - extent.start)
    if byteCount > row.byteCount { row = Region(byteCount: 2 * byteCount, from: source) }
    // What two runs that overlap leave out is not what another ring had there.
    unsafe row.base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    var next = unsafe (places.base + place * MemoryLayout<UInt64>.stride).load(as: UInt64.self)
    while next != 0 {
      let start = unsafe runs.base + Int(next - 1)
      let run = unsafe start.load(as: Run.self)
      guard run.offset >= extent.start, run.offset + run.byteCount <= extent.tail else {
        return nil
      }
      unsafe (row.base + Int(run.offset - extent.start)).copyMemory(
        from: start + MemoryLayout<Run>.stride, byteCount: Int(run.byteCount))
      next = run.previous
    }
    return unsafe row.base
  }
}
