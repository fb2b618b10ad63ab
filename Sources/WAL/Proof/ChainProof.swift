public import Primitives

/// Proves that a batch is part of the history that a later batch's hash stands for.
///
/// One link a batch, each with what its hash is made of; records are not in it. Where the later
/// hash comes from is not part of the proof: it must be one that the log's owner published before.
public struct ChainProof: Equatable, Sendable {
  /// What a batch's hash is made of.
  public struct Link: Equatable, Sendable {
    /// Bytes 24 ..< 112 of the batch's header.
    public var fields: [UInt8]
    /// The root of the tree over its records.
    public var root: Digest

    /// Puts both together.
    ///
    /// - Parameters:
    ///   - fields: Bytes 24 ..< 112 of the batch's header.
    ///   - root: The root of the tree over its records.
    public init(fields: [UInt8], root: Digest) {
      self.fields = fields
      self.root = root
    }
  }

  /// The hash of the batch before the first link.
  public var from: Digest
  /// The batches after it, in order.
  public var links: [Link]
  /// The hash of the last one.
  public var to: Digest

  /// Puts the parts together without judging them.
  ///
  /// - Parameters:
  ///   - from: The hash of the batch before the first link.
  ///   - links: The batches after it, in order.
  ///   - to: The hash of the last one.
  public init(from: Digest, links: [Link], to: Digest) {
    self.from = from
    self.links = links
    self.to = to
  }

  /// Checks that the links lead from one hash to another.
  ///
  /// - Parameters:
  ///   - from: The hash of the batch that is to be proven: what `BidReceipt.check()` gave.
  ///   - to: A hash that is known to be the log's.
  /// - Returns: How many batches lie between, or what is wrong.
  public func check(from: Digest, to: Digest) -> Result<Int, ReceiptFault> {
    if from != self.from { return .failure(.start) }
    var hash = from
    var previous: BatchHeader?
    for (index, link) in links.enumerated() {
      guard let header = BatchHeader(fields: link.fields) else {
        return .failure(.link(index + 1, reason: "its fields are not 88 bytes"))
      }
      if let reason = Self.fault(header, after: previous, hash: hash) {
        return .failure(.link(index + 1, reason: reason))
      }
      hash = ProofHash.batch(root: link.root, fields: link.fields)
      previous = header
    }
    if hash != to || hash != self.to { return .failure(.end(reached: hash.hexadecimal)) }
    return .success(links.count)
  }

  /// Why a batch does not follow from the one before.
  private static func fault(
    _ header: BatchHeader,
    after previous: BatchHeader?,
    hash: Digest
  ) -> String? {
    if header.version != LogFormat.version { return "it has format version \(header.version)" }
    if header.previousHash != hash { return "it names another hash before it" }
    guard let previous else { return nil }
    let follows =
      header.batchNumber == previous.batchNumber &+ 1
      && header.firstPosition == previous.firstPosition &+ UInt64(previous.recordCount)
      && header.identity.shard == previous.identity.shard
    return follows ? nil : "its number, position or shard does not follow"
  }

  /// The proof as text, one link a line; `docs/audit-format.md` says it byte by byte.
  public var text: String {
    var lines = ["rostrum-chain 1", "from " + from.hexadecimal]
    for link in links {
      lines.append("link " + ProofText.hexadecimal(link.fields) + " " + link.root.hexadecimal)
    }
    lines.append("to " + to.hexadecimal)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a proof's text; `check(from:to:)` judges what it says.
  ///
  /// - Parameter text: The text; empty lines and those that begin with `#` do not count.
  /// - Throws: `ReceiptFault.malformed` with the line.
  public init(text: String) throws(ReceiptFault) {
    var lines = ProofText(text)
    try lines.requireVersion("rostrum-chain")
    from = try lines.digest(of: "from")
    links = []
    while let values = lines.nextIf("link") {
      guard values.count == 2 else {
        throw .malformed(line: lines.number, reason: "'link' has \(values.count) values, not 2")
      }
      let fields = try lines.bytes(values[0], count: LogFormat.hashedFieldByteCount)
      links.append(Link(fields: fields, root: try lines.digest(values[1])))
    }
    to = try lines.digest(of: "to")
    try lines.end()
  }
}
