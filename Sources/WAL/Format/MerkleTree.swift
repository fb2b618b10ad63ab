internal import Primitives

/// The tree of hashes over a batch's records, 16 children a node, in memory of a fixed size.
///
/// Nodes over leaves are hashed two at a time, as soon as the last leaf of the second is there, and
/// the nodes above as soon as their last child is, so that at the end at most two nodes of leaves
/// and the unfinished node of each level are left. `docs/log-format.md` says what is hashed.
struct MerkleTree {
  /// The most children of a node.
  static var arity: Int { @_noLocks get { 16 } }
  /// The leaves, and enough levels above them for 268,435,456; the largest batch has 419,426.
  private static var levelCount: Int { @_noLocks get { 7 } }

  /// The hashes that wait for their node, four words each: two nodes' leaves, then a node's
  /// children of each level.
  private var words = [512 of UInt64](repeating: 0)
  private var counts = [7 of Int](repeating: 0)

  @_noLocks
  init() {}

  /// Forgets all leaves.
  @_noLocks
  mutating func reset() {
    for level in 0..<Self.levelCount { counts[level] = 0 }
  }

  /// Adds the next leaf.
  @_noLocks
  mutating func add(_ leaf: Digest) {
    put(leaf, 0)
    guard counts[0] == 2 * Self.arity else { return }
    let (first, second) = closeLeaves()
    rise(first)
    rise(second)
  }

  /// The root over all leaves; then nothing but `reset()` may follow.
  @_noLocks
  mutating func finish() -> Digest {
    if counts[0] > Self.arity {
      let rest = counts[0] - Self.arity
      counts[0] = 0
      rise(node(at: 0, childCount: Self.arity))
      rise(node(at: Self.arity, childCount: rest))
    }
    var level = 0
    while level < Self.levelCount - 1 {
      if counts[level] == 1, isTop(level) { return hash(at: Self.start(level)) }
      if counts[level] > 0 { put(closeNode(level), level + 1) }
      level += 1
    }
    return counts[level] == 0 ? ProofHash.ofNothing() : hash(at: Self.start(level))
  }

  /// Puts the hash of a node over leaves under its parent, and closes each parent that it fills.
  @_noLocks
  private mutating func rise(_ node: Digest) {
    var level = 1
    put(node, level)
    while counts[level] == Self.arity {
      let parent = closeNode(level)
      level += 1
      put(parent, level)
    }
  }

  @_noLocks
  private func isTop(_ level: Int) -> Bool {
    for above in (level + 1)..<Self.levelCount where counts[above] > 0 { return false }
    return true
  }

  /// Hashes the children that wait at a level, at most a node's, and clears it.
  @_noLocks
  private mutating func closeNode(_ level: Int) -> Digest {
    let count = counts[level]
    counts[level] = 0
    return node(at: Self.start(level), childCount: count)
  }
}

extension MerkleTree {
  /// Where a level's hashes begin.
  @_noLocks @inline(__always)
  private static func start(_ level: Int) -> Int { level == 0 ? 0 : (level + 1) * arity }

  @_noLocks @inline(__always)
  private mutating func put(_ hash: Digest, _ level: Int) {
    let word = 4 * (Self.start(level) + counts[level])
    words[word] = hash.word0.littleEndian
    words[word + 1] = hash.word1.littleEndian
    words[word + 2] = hash.word2.littleEndian
    words[word + 3] = hash.word3.littleEndian
    counts[level] += 1
  }

  @_noLocks
  private func hash(at index: Int) -> Digest {
    Digest(
      UInt64(littleEndian: words[4 * index]),
      UInt64(littleEndian: words[4 * index + 1]),
      UInt64(littleEndian: words[4 * index + 2]),
      UInt64(littleEndian: words[4 * index + 3])
    )
  }

  /// What a node's digest begins with.
  private static var nodePrefix: UInt8 { @_noLocks get { 1 } }

  /// SHA-256(0x01, the hashes of the children).
  @_noLocks
  private mutating func node(at index: Int, childCount: Int) -> Digest {
    var prefix = Self.nodePrefix
    return unsafe withUnsafeMutableBytes(of: &prefix) { prefix in
      unsafe withUnsafeMutableBytes(of: &words) { raw in
        guard let head = prefix.baseAddress, let base = raw.baseAddress else {
          return Digest(0, 0, 0, 0)
        }
        let children = unsafe base + 32 * index
        return unsafe SHA256State.digest(
          head,
          headByteCount: 1,
          children,
          byteCount: 32 * childCount
        )
      }
    }
  }

  /// The two nodes over as many leaves as there is room for, side by side.
  @_noLocks
  private mutating func closeLeaves() -> (Digest, Digest) {
    counts[0] = 0
    var prefix = Self.nodePrefix
    return unsafe withUnsafeMutableBytes(of: &prefix) { prefix in
      unsafe withUnsafeMutableBytes(of: &words) { raw in
        guard let head = prefix.baseAddress, let base = raw.baseAddress else {
          return (Digest(0, 0, 0, 0), Digest(0, 0, 0, 0))
        }
        let byteCount = 32 * Self.arity
        return unsafe SHA256State.digests(
          (UnsafeRawPointer(head), UnsafeRawPointer(head)),
          headByteCount: 1,
          (UnsafeRawPointer(base), UnsafeRawPointer(base + byteCount)),
          byteCount: byteCount
        )
      }
    }
  }
}
