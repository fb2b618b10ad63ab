internal import Primitives

/// The numbers of the engine that stand in no table, as one piece of a snapshot.
///
/// They are put and taken in the same order; the last word is a mix of all others, so that a piece
/// that was altered is told.
struct ScalarWords: BitwiseCopyable {
  /// A change of what is saved, in the scalars or in any page, must raise it.
  static var formatVersion: UInt64 { 1 }
  static var wordCount: Int { 36 }
  static var byteCount: Int { wordCount * 8 }

  private var words = InlineArray<36, UInt64>(repeating: 0)
  private var cursor = 0

  init() {}

  /// Reads a piece; nil when it is none of this kind or was altered.
  init?(_ piece: SnapshotPiece) {
    guard piece.kind == EnginePiece.scalars.rawValue, piece.index == 0 else { return nil }
    let bytes = unsafe piece.payload
    guard bytes.count == ScalarWords.byteCount else { return nil }
    for index in 0..<ScalarWords.wordCount {
      words[index] = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    guard words[ScalarWords.wordCount - 1] == mix else { return nil }
  }

  /// Adds a number.
  mutating func put(_ word: UInt64) {
    words[cursor] = word
    cursor += 1
  }

  /// Adds a number that is not negative.
  mutating func put(_ number: some BinaryInteger) { put(UInt64(truncatingIfNeeded: number)) }

  /// The next number.
  mutating func take() -> UInt64 {
    cursor += 1
    return words[cursor - 1]
  }

  /// The next number as an index below or at a bound; nil when it is greater.
  mutating func takeIndex(atMost bound: Int) -> Int? {
    let word = take()
    return word <= UInt64(bound) ? Int(word) : nil
  }

  /// Moves the piece into the area.
  mutating func append(to area: SnapshotArea) {
    words[ScalarWords.wordCount - 1] = mix
    for index in 0..<ScalarWords.wordCount { words[index] = words[index].littleEndian }
    unsafe withUnsafeBytes(of: &words) { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe area.append(
        kind: EnginePiece.scalars.rawValue, index: 0, base, byteCount: ScalarWords.byteCount)
    }
  }

  private var mix: UInt64 {
    var mixed: UInt64 = 0x5253_544D
    for index in 0..<ScalarWords.wordCount - 1 { mixed = mix64(mixed &* 3 ^ words[index]) }
    return mixed
  }
}
