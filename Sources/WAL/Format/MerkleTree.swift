internal import Primitives

/// The tree of hashes over a batch's records, 16 children a node, in memory of a fixed size.
///
/// A node is hashed as soon as its last child is there, so that at the end only the unfinished
/// node of each level is left. `docs/log-format.md` says what is hashed.
struct MerkleTree {
  /// The most children of a node.
  static var arity: Int { @_noLocks get { 16 } }
  /// Enough for 16,777,216 leaves; the largest batch has 419,426 records.
  private static var levelCount: Int { @_noLocks get { 7 } }
  /// A level's words: one whose last byte is the node's prefix, and the hashes that wait.
  private static var levelWordCount: Int { @_noLocks get { 65 } }

  private var words = [455 of UInt64](repeating: 0)
  private var counts = [7 of Int](repeating: 0)

  @_noLocks
  init() {
    for level in 0..<Self.levelCount { words[level * Self.levelWordCount] = Self.nodePrefix }
  }

  /// A word in memory whose last byte is 0x01.
  private static var nodePrefix: UInt64 { @_noLocks get { (1 << 56 as UInt64).littleEndian } }

  /// Forgets all leaves.
  @_noLocks
  mutating func reset() {
    for level in 0..<Self.levelCount { counts[level] = 0 }
  }

  /// Adds the next leaf.
  @_noLocks
  mutating func add(_ leaf: Digest) {
    var hash = leaf
    var level = 0
    put(hash, level)
    while counts[level] == Self.arity {
      hash = closeNode(level)
      level += 1
      put(hash, level)
    }
  }

  /// The root over all leaves; then nothing but `reset()` may follow.
  @_noLocks
  mutating func finish() -> Digest {
    var level = 0
    while level < Self.levelCount - 1 {
      if counts[level] == 1, isTop(level) { return first(level) }
      if counts[level] > 0 { put(closeNode(level), level + 1) }
      level += 1
    }
    return counts[level] == 0 ? ProofHash.ofNothing() : first(level)
  }

  @_noLocks
  private func isTop(_ level: Int) -> Bool {
    for above in (level + 1)..<Self.levelCount where counts[above] > 0 { return false }
    return true
  }

  @_noLocks @inline(__always)
  private mutating func put(_ hash: Digest, _ level: Int) {
    let word = level * Self.levelWordCount + 1 + 4 * counts[level]
    words[word] = hash.word0.littleEndian
    words[word + 1] = hash.word1.littleEndian
    words[word + 2] = hash.word2.littleEndian
    words[word + 3] = hash.word3.littleEndian
    counts[level] += 1
  }

  @_noLocks
  private func first(_ level: Int) -> Digest {
    let word = level * Self.levelWordCount + 1
    return Digest(
      UInt64(littleEndian: words[word]),
      UInt64(littleEndian: words[word + 1]),
      UInt64(littleEndian: words[word + 2]),
      UInt64(littleEndian: words[word + 3])
    )
  }

  /// Hashes the children that wait at a level and clears it.
  @_noLocks
  private mutating func closeNode(_ level: Int) -> Digest {
    let start = level * Self.levelWordCount * 8 + 7
    let byteCount = 32 * counts[level]
    counts[level] = 0
    return unsafe withUnsafeMutableBytes(of: &words) { raw in
      guard let base = raw.baseAddress else { return Digest(0, 0, 0, 0) }
      let node = unsafe UnsafeRawPointer(base) + start
      return unsafe SHA256State.digest(node, headByteCount: 1, node + 1, byteCount: byteCount)
    }
  }
}
