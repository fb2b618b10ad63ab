internal import Primitives

/// A set of connections that something is to be done for: a bit each.
@safe
struct ConnectionSet: ~Copyable {
  private let words: Region
  private let wordCount: Int
  private var count = 0
  private var nextWord = 0

  /// An empty set.
  ///
  /// - Parameters:
  ///   - connectionsMax: How many connections there are.
  ///   - memory: Where the bits come from.
  init(connectionsMax: Int, memory: MemorySource) {
    wordCount = (connectionsMax + 63) / 64
    words = Region(byteCount: wordCount * 8, alignment: 64, from: memory)
  }

  /// Adds a connection; nothing happens when it is there.
  ///
  /// - Parameter connection: Which one.
  @_noLocks @inline(__always)
  mutating func insert(_ connection: ConnectionIndex) {
    let bit = UInt64(1) << UInt64(connection & 63)
    let word = unsafe address(connection >> 6)
    if unsafe word.pointee & bit == 0 {
      unsafe word.pointee |= bit
      count += 1
    }
  }

  /// Removes a connection; nothing happens when it is not there.
  ///
  /// - Parameter connection: Which one.
  @_noLocks @inline(__always)
  mutating func remove(_ connection: ConnectionIndex) {
    let bit = UInt64(1) << UInt64(connection & 63)
    let word = unsafe address(connection >> 6)
    if unsafe word.pointee & bit != 0 {
      unsafe word.pointee &= ~bit
      count -= 1
    }
  }

  /// Takes a connection out, each one in its turn.
  ///
  /// - Returns: A connection; nil when there is none.
  @_noLocks
  mutating func takeFirst() -> ConnectionIndex? {
    guard count > 0 else { return nil }
    while true {
      let word = unsafe address(nextWord)
      if unsafe word.pointee != 0 {
        let connection = unsafe nextWord << 6 | word.pointee.trailingZeroBitCount
        remove(connection)
        return connection
      }
      nextWord = nextWord + 1 == wordCount ? 0 : nextWord + 1
    }
  }

  @_noLocks @inline(__always)
  private func address(_ index: Int) -> UnsafeMutablePointer<UInt64> {
    let isThere = UInt(bitPattern: index) < UInt(bitPattern: wordCount)
    invariant(isThere, "a connection's index is below their count")
    return unsafe words.base.assumingMemoryBound(to: UInt64.self) + index
  }
}
