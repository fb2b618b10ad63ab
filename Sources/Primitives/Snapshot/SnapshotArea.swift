/// Pieces that were copied before their state changed, until the snapshot's writer takes them.
///
/// Fixed memory, first in, first out. A piece that finds no room marks the area as overflown: the
/// snapshot is then no longer whole and must be given up; nothing else is harmed. The struct is a
/// handle: its state lies in the memory, so that a table can hold one without owning it.
@safe
public struct SnapshotArea: BitwiseCopyable {
  private struct Control: BitwiseCopyable {
    var head = 0
    var tail = 0
    /// Where the last piece before the memory's end ends, while readers are before it; -1 = none.
    var gap = -1
    var byteCount = 0
    var hasOverflowed = false
  }

  private static var controlByteCount: Int { @_noLocks get { 64 } }

  private let control: UnsafeMutablePointer<Control>
  private let bytes: UnsafeMutableRawPointer
  /// The most bytes that can wait.
  public let capacity: Int

  /// Lays an area out in memory that the caller keeps.
  ///
  /// - Parameter memory: Zeroed memory, aligned to 64 bytes; its pages are touched when used.
  @_noLocks
  public init(memory: borrowing Region) {
    unsafe control = memory.base.assumingMemoryBound(to: Control.self)
    unsafe bytes = memory.base + Self.controlByteCount
    capacity = memory.byteCount - Self.controlByteCount
    clear()
  }

  /// Forgets everything.
  @_noLocks
  public func clear() { unsafe control.initialize(to: Control()) }

  /// The bytes that wait.
  public var byteCount: Int { @_noLocks get { unsafe control.pointee.byteCount } }
  /// Whether a piece found no room since the area was cleared.
  public var hasOverflowed: Bool { @_noLocks get { unsafe control.pointee.hasOverflowed } }

  /// Copies a piece in, or marks the area as overflown.
  ///
  /// - Parameters:
  ///   - kind: What kind of state it is.
  ///   - index: Which part of it.
  ///   - payload: Its bytes.
  ///   - byteCount: How many bytes.
  /// - Complexity: O(`byteCount`).
  @_noLocks
  public func append(
    kind: UInt16,
    index: UInt64,
    _ payload: UnsafeRawPointer,
    byteCount: Int
  ) {
    let total = SnapshotPiece.byteCount(payload: byteCount)
    guard let place = place(for: total) else {
      probe(.areaOverflown)
      unsafe control.pointee.hasOverflowed = true
      return
    }
    unsafe SnapshotPiece.write(
      bytes + place, kind: kind, index: index, payload, byteCount: byteCount)
    unsafe control.pointee.tail = place + total
    unsafe control.pointee.byteCount += total
  }

  /// Where so many bytes fit in one run: behind the tail, or at the start once that was read.
  @_noLocks
  private func place(for total: Int) -> Int? {
    let state = unsafe control.pointee
    if state.byteCount == 0 {
      unsafe control.pointee.head = 0
      unsafe control.pointee.gap = -1
      return total <= capacity ? 0 : nil
    }
    if state.tail > state.head {
      if total <= capacity - state.tail { return state.tail }
      guard total <= state.head else { return nil }
      probe(.areaWrapped)
      unsafe control.pointee.gap = state.tail
      return 0
    }
    return total <= state.head - state.tail ? state.tail : nil
  }

  /// Moves whole pieces out, oldest first.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - room: The bytes that fit there.
  /// - Returns: The bytes moved.
  @_noLocks
  public func take(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    var moved = 0
    while unsafe control.pointee.byteCount > 0 {
      if unsafe control.pointee.head == control.pointee.gap {
        unsafe control.pointee.head = 0
        unsafe control.pointee.gap = -1
      }
      let piece = unsafe bytes + control.pointee.head
      let total = unsafe Int(UInt32(littleEndian: piece.load(as: UInt32.self)))
      if total > room - moved { break }
      unsafe (target + moved).copyMemory(from: piece, byteCount: total)
      moved += total
      unsafe control.pointee.head += total
      unsafe control.pointee.byteCount -= total
    }
    return moved
  }
}
