/// What became of a request.
public struct Completion: Sendable, BitwiseCopyable {
  /// Whose request it was.
  public let token: Token
  /// Bytes, a slot, or a negative errno.
  public let result: Int32
  /// Whether more completions of the same request follow.
  public let hasMore: Bool
  /// The receive buffer that holds the bytes; nil when there is none.
  public let bufferIndex: UInt16?

  /// Describes what became of a request.
  ///
  /// - Parameters:
  ///   - token: Whose request it was.
  ///   - result: Bytes, a slot, or a negative errno.
  ///   - hasMore: Whether more completions of the same request follow.
  ///   - bufferIndex: The receive buffer that holds the bytes.
  @inlinable @inline(__always) @_noLocks
  public init(token: Token, result: Int32, hasMore: Bool = false, bufferIndex: UInt16? = nil) {
    self.token = token
    self.result = result
    self.hasMore = hasMore
    self.bufferIndex = bufferIndex
  }
}
