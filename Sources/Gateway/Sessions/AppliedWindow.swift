internal import Primitives
internal import Wire

/// Which of the last 1,024 request numbers of a session left a log record.
///
/// It is part of the logged state, so that a request is applied once also across a crash. Requests
/// are marked in rising order; the bits of numbers that fall out of the window are cleared, so that
/// equal histories give equal bytes.
@safe
struct AppliedWindow: BitwiseCopyable {
  /// How many numbers are remembered.
  static var span: Int { @_noLocks get { 1_024 } }
  /// The bytes of the bits.
  static var byteCount: Int { @_noLocks get { 128 } }

  /// The highest number that was applied; 0 = none.
  private(set) var highest: UInt64 = 0
  private let words: UnsafeMutablePointer<UInt64>

  /// Takes memory for the bits and clears it.
  ///
  /// - Parameter memory: 128 bytes, aligned to 8.
  @_noLocks
  init(memory: UnsafeMutableRawPointer) {
    unsafe words = memory.assumingMemoryBound(to: UInt64.self)
    clear()
  }

  /// Takes memory for the bits and what a snapshot says of them.
  ///
  /// - Parameters:
  ///   - memory: 128 bytes, aligned to 8.
  ///   - highest: The highest number that was applied.
  ///   - bits: 16 words, little-endian.
  init(memory: UnsafeMutableRawPointer, highest: UInt64, bits: UnsafeRawPointer) {
    unsafe self.init(memory: memory)
    self.highest = highest
    for index in 0..<16 { unsafe words[index] = LittleEndian.uint64(bits, at: index * 8) }
  }

  /// What is known of a request number.
  enum Verdict {
    /// Above the highest.
    case new
    /// It left a record: its reply is in the recoverable stream.
    case applied
    /// It left none, and never will.
    case notApplied
    /// Too old to be known.
    case forgotten
  }

  /// Looks a number up.
  ///
  /// - Parameter sequence: The number, from 1.
  /// - Returns: What is known.
  @_noLocks
  func verdict(_ sequence: UInt64) -> Verdict {
    if sequence > highest { return .new }
    if highest - sequence >= UInt64(Self.span) { return .forgotten }
    return isMarked(sequence) ? .applied : .notApplied
  }

  /// Marks a request as applied.
  ///
  /// - Parameter sequence: Its number, above all before.
  @_noLocks @inline(__always)
  mutating func mark(_ sequence: UInt64) {
    invariant(sequence > highest, "requests are applied in the order of their numbers")
    if sequence != highest + 1 { forget(from: highest + 1, to: sequence) }
    let bit = UInt64(1) << (sequence & 63)
    let index = wordIndex(sequence)
    // SAFETY: the index is below 16 by its mask, and the memory holds 16 words.
    unsafe words[index] |= bit
    highest = sequence
  }

  /// A word of the bits, for hashing.
  ///
  /// - Parameter index: 0 ..< 16.
  /// - Returns: The word.
  @_noLocks
  func word(_ index: Int) -> UInt64 {
    invariant(index >= 0 && index < 16, "the window has 16 words")
    return unsafe words[index]
  }

  @_noLocks @inline(__always)
  private func wordIndex(_ sequence: UInt64) -> Int { Int(truncatingIfNeeded: sequence >> 6) & 15 }

  @_noLocks @inline(__always)
  private func isMarked(_ sequence: UInt64) -> Bool {
    unsafe words[wordIndex(sequence)] >> (sequence & 63) & 1 == 1
  }

  @_noLocks @inline(__always)
  private func clearBit(_ sequence: UInt64) {
    unsafe words[wordIndex(sequence)] &= ~(UInt64(1) << (sequence & 63))
  }

  /// Clears the bits of numbers that were skipped.
  @_noLocks
  private func forget(from first: UInt64, to end: UInt64) {
    if end - first >= UInt64(Self.span) {
      probe(.windowCleared)
      return clear()
    }
    var sequence = first
    while sequence < end {
      clearBit(sequence)
      sequence += 1
    }
  }

  @_noLocks
  private func clear() {
    for index in 0..<16 { unsafe words[index] = 0 }
  }
}
