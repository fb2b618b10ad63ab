/// How far a codec came with the bytes that it got.
public struct CodecProgress: Equatable, Sendable, BitwiseCopyable {
  /// How many bytes of the input it took.
  public let consumedByteCount: Int
  /// How many bytes of output it made.
  public let producedByteCount: Int
  /// Whether the compressed bytes are complete.
  public let isComplete: Bool

  /// Says how far a codec came.
  ///
  /// - Parameters:
  ///   - consumedByteCount: How many bytes of the input it took.
  ///   - producedByteCount: How many bytes of output it made.
  ///   - isComplete: Whether the compressed bytes are complete.
  public init(consumedByteCount: Int, producedByteCount: Int, isComplete: Bool) {
    self.consumedByteCount = consumedByteCount
    self.producedByteCount = producedByteCount
    self.isComplete = isComplete
  }

  /// Whether the codec neither took nor gave a byte and waits for more.
  var isStuck: Bool { consumedByteCount == 0 && producedByteCount == 0 && !isComplete }
}

/// Why a codec cannot go on.
public struct CodecError: Error, Equatable, Sendable {
  /// What the codec says.
  public let reason: String

  /// Takes what the codec says.
  ///
  /// - Parameter reason: What it says.
  public init(reason: String) { self.reason = reason }
}

/// Compresses the archive's segments and gives them back, piece by piece in bounded memory.
///
/// A protocol, so that the log links no compression library: the module `Compression` brings zstd.
public protocol ArchiveCodec: ~Copyable {
  /// Begins a run of compressed bytes; what was begun before is forgotten.
  ///
  /// - Parameter byteCount: The bytes that will be given in.
  /// - Throws: `CodecError` if the codec cannot begin.
  mutating func beginCompressing(byteCount: UInt64) throws(CodecError)

  /// Takes bytes in and gives compressed ones out; call it again with the rest of the input.
  ///
  /// - Parameters:
  ///   - input: The bytes; those that were not consumed come again.
  ///   - output: Where to.
  ///   - isLast: Whether no byte follows the input; call until complete then.
  /// - Returns: How far it came.
  /// - Throws: `CodecError` if the codec fails.
  mutating func compress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(CodecError) -> CodecProgress

  /// Begins to read a run of compressed bytes; what was begun before is forgotten.
  ///
  /// - Throws: `CodecError` if the codec cannot begin.
  mutating func beginDecompressing() throws(CodecError)

  /// Takes compressed bytes in and gives the bytes out; call it again with the rest of the input.
  ///
  /// - Parameters:
  ///   - input: The compressed bytes; those that were not consumed come again.
  ///   - output: Where to.
  /// - Returns: How far it came.
  /// - Throws: `CodecError` if the bytes are none of this codec's.
  mutating func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> CodecProgress
}
