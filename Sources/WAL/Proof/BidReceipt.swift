public import Primitives

/// Proves that a record stands at a position of the log whose hash is known.
///
/// It holds all that is needed to check it, and of the other records of the batch nothing but
/// blinded hashes. `docs/audit-format.md` says it byte by byte.
public struct BidReceipt: Equatable, Sendable {
  /// The record: 16 bytes of time, session and roles, then the frame as it came.
  public var record: [UInt8]
  /// What blinds the record's own hash.
  public var blind: RecordBlind
  /// The record's number over the whole log, from 1.
  public var position: UInt64
  /// The siblings on each level of the batch's tree, from the leaves up.
  public var path: [[Digest]]
  /// Bytes 24 ..< 112 of the batch's header.
  public var fields: [UInt8]
  /// The batch's own hash.
  public var batchHash: Digest

  /// Puts the parts together without judging them.
  ///
  /// - Parameters:
  ///   - record: Prefix and frame.
  ///   - blind: What blinds the record's own hash.
  ///   - position: The record's number over the whole log.
  ///   - path: The siblings on each level, from the leaves up.
  ///   - fields: Bytes 24 ..< 112 of the batch's header.
  ///   - batchHash: The batch's own hash.
  public init(
    record: [UInt8],
    blind: RecordBlind,
    position: UInt64,
    path: [[Digest]],
    fields: [UInt8],
    batchHash: Digest
  ) {
    self.record = record
    self.blind = blind
    self.position = position
    self.path = path
    self.fields = fields
    self.batchHash = batchHash
  }

  /// The batch's header as far as the receipt shows it; nil if it is too short.
  ///
  /// Log number and checksums are zero in it.
  public var header: BatchHeader? {
    BatchHeader(fields: fields).map { header in
      var header = header
      header.hash = batchHash
      return header
    }
  }

  /// Checks the receipt by itself: that its record is one of the batch that it names.
  ///
  /// Whether that batch is part of the log says a `ChainProof` to a hash that is known to be the
  /// log's.
  ///
  /// - Returns: The batch's hash, or what is wrong.
  public func check() -> Result<Digest, ReceiptFault> {
    guard let header else { return .failure(.malformed(line: 0, reason: "88 bytes of fields")) }
    if header.version != LogFormat.version { return .failure(.version(header.version)) }
    guard isWellFormed else { return .failure(.record) }
    guard position >= header.firstPosition,
      position - header.firstPosition < UInt64(header.recordCount)
    else { return .failure(.position) }
    let index = Int(position - header.firstPosition)
    let counts = ProofPath.siblingCounts(index: index, leafCount: Int(header.recordCount))
    guard path.map(\.count) == counts else { return .failure(.path) }
    let root = ProofPath.root(leaf: leaf, index: index, path: path)
    let hash = ProofHash.batch(root: root, fields: fields)
    if hash != batchHash { return .failure(.hash(computed: hash.hexadecimal)) }
    return .success(hash)
  }

  private var isWellFormed: Bool {
    unsafe record.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return false }
      let frame = unsafe LogRecord.frameByteCount(base, remaining: raw.count)
      return frame == raw.count - LogFormat.recordPrefixByteCount
    }
  }

  private var leaf: Digest {
    unsafe record.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return .zero }
      return unsafe ProofHash.leaf(blind, base, byteCount: raw.count)
    }
  }
}

extension BatchHeader {
  /// Reads bytes 24 ..< 112 of a header; everything else is zero.
  init?(fields: [UInt8]) {
    guard fields.count == LogFormat.hashedFieldByteCount else { return nil }
    let rest = LogFormat.headerByteCount - LogFormat.hashedFieldOffset - fields.count
    let bytes =
      [UInt8](repeating: 0, count: LogFormat.hashedFieldOffset) + fields
      + [UInt8](repeating: 0, count: rest)
    let header = unsafe bytes.withUnsafeBytes { raw in
      unsafe raw.baseAddress.map { unsafe BatchHeader(decoding: $0) }
    }
    guard let header else { return nil }
    self = header
  }
}

extension ProofHash {
  /// The same over an array.
  static func batch(root: Digest, fields: [UInt8]) -> Digest {
    var state = SHA256State()
    state.update(root)
    unsafe fields.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe state.update(base, byteCount: raw.count)
    }
    return state.finish()
  }
}
