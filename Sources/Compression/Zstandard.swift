internal import CZstd
public import WAL

/// The archive's codec: zstd frames with a checksum, through libzstd.
@safe
public struct Zstandard: ArchiveCodec, ~Copyable {
  private let compressor: OpaquePointer
  private let decompressor: OpaquePointer
  private let level: Int32

  /// The largest window that is read, as a power of two: bounds the memory to 16 MiB.
  private static var windowLogMax: Int32 { 24 }

  /// Makes a codec with memory of its own.
  ///
  /// - Parameter level: 1 to 19; on logs of bids 1 is the fastest and about as small as 3.
  /// - Throws: `CodecError` if there is no memory.
  public init(level: Int = 1) throws(CodecError) {
    guard let compressor = unsafe ZSTD_createCCtx() else {
      throw CodecError(reason: "no memory for compression")
    }
    guard let decompressor = unsafe ZSTD_createDCtx() else {
      _ = unsafe ZSTD_freeCCtx(compressor)
      throw CodecError(reason: "no memory for decompression")
    }
    unsafe self.compressor = compressor
    unsafe self.decompressor = decompressor
    self.level = Int32(max(1, min(19, level)))
  }

  deinit {
    _ = unsafe ZSTD_freeCCtx(compressor)
    _ = unsafe ZSTD_freeDCtx(decompressor)
  }

  /// The version of the library that is linked, for example 10504 for 1.5.4.
  public static var libraryVersion: Int { Int(ZSTD_versionNumber()) }

  @discardableResult
  private func check(_ code: Int) throws(CodecError) -> Int {
    if ZSTD_isError(code) == 0 { return code }
    throw CodecError(reason: unsafe String(cString: ZSTD_getErrorName(code)))
  }

  /// See `ArchiveCodec`.
  public mutating func beginCompressing(byteCount: UInt64) throws(CodecError) {
    try check(unsafe ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters))
    try check(unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level))
    try check(unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1))
    try check(unsafe ZSTD_CCtx_setPledgedSrcSize(compressor, byteCount))
  }

  /// See `ArchiveCodec`.
  public mutating func compress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(CodecError) -> CodecProgress {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let order = isLast ? ZSTD_e_end : ZSTD_e_continue
    let left = try check(unsafe ZSTD_compressStream2(compressor, &target, &source, order))
    return unsafe CodecProgress(
      consumedByteCount: source.pos, producedByteCount: target.pos,
      isComplete: isLast && left == 0)
  }

  /// See `ArchiveCodec`.
  public mutating func beginDecompressing() throws(CodecError) {
    try check(unsafe ZSTD_DCtx_reset(decompressor, ZSTD_reset_session_and_parameters))
    try check(
      unsafe ZSTD_DCtx_setParameter(decompressor, ZSTD_d_windowLogMax, Self.windowLogMax))
  }

  /// See `ArchiveCodec`.
  public mutating func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> CodecProgress {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let left = try check(unsafe ZSTD_decompressStream(decompressor, &target, &source))
    return unsafe CodecProgress(
      consumedByteCount: source.pos, producedByteCount: target.pos, isComplete: left == 0)
  }
}
