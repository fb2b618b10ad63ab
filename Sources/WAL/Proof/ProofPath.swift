internal import Primitives

/// The way from a leaf to the root: the siblings on each level.
enum ProofPath {
  /// How many siblings each level has for one leaf of so many.
  static func siblingCounts(index: Int, leafCount: Int) -> [Int] {
    var counts: [Int] = []
    var place = index
    var count = leafCount
    while count > 1 {
      let first = place / MerkleTree.arity * MerkleTree.arity
      counts.append(min(MerkleTree.arity, count - first) - 1)
      place /= MerkleTree.arity
      count = (count + MerkleTree.arity - 1) / MerkleTree.arity
    }
    return counts
  }

  /// The siblings on each level, those before and those behind in one list.
  static func make(index: Int, leaves: [Digest]) -> [[Digest]] {
    var path: [[Digest]] = []
    var place = index
    var level = leaves
    while level.count > 1 {
      let first = place / MerkleTree.arity * MerkleTree.arity
      let group = level[first..<min(first + MerkleTree.arity, level.count)]
      path.append(group.indices.filter { $0 != place }.map { level[$0] })
      level = stride(from: 0, to: level.count, by: MerkleTree.arity).map { start in
        node(Array(level[start..<min(start + MerkleTree.arity, level.count)]))
      }
      place /= MerkleTree.arity
    }
    return path
  }

  /// The root that a leaf and its siblings lead to.
  static func root(leaf: Digest, index: Int, path: [[Digest]]) -> Digest {
    var hash = leaf
    var place = index
    for siblings in path {
      var children = siblings
      children.insert(hash, at: place % MerkleTree.arity)
      hash = node(children)
      place /= MerkleTree.arity
    }
    return hash
  }

  private static func node(_ children: [Digest]) -> Digest {
    var state = SHA256State()
    state.update(byte: 1)
    for child in children { state.update(child) }
    return state.finish()
  }
}
