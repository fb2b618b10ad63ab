internal import Primitives

extension BidReceipt {
  /// The receipt as text, one field a line; `docs/audit-format.md` says it byte by byte.
  public var text: String {
    var lines = ["rostrum-receipt 1", "position \(position)"]
    lines.append("record " + ProofText.hexadecimal(record))
    lines.append("blind " + ProofText.hexadecimal(blind.bytes))
    lines.append("fields " + ProofText.hexadecimal(fields))
    for siblings in path {
      lines.append((["level"] + siblings.map(\.hexadecimal)).joined(separator: " "))
    }
    lines.append("batch-hash " + batchHash.hexadecimal)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a receipt's text; `check()` judges what it says.
  ///
  /// - Parameter text: The text; empty lines and those that begin with `#` do not count.
  /// - Throws: `ReceiptFault.malformed` with the line.
  public init(text: String) throws(ReceiptFault) {
    var lines = ProofText(text)
    try lines.requireVersion("rostrum-receipt")
    position = try lines.integer(of: "position")
    record = try lines.bytes(of: "record")
    blind = RecordBlind(bytes: try lines.bytes(of: "blind", count: 16))
    fields = try lines.bytes(of: "fields", count: LogFormat.hashedFieldByteCount)
    path = []
    while let siblings = lines.nextIf("level") {
      var level: [Digest] = []
      for sibling in siblings { level.append(try lines.digest(sibling)) }
      path.append(level)
    }
    batchHash = try lines.digest(of: "batch-hash")
    try lines.end()
  }
}

extension ProofText {
  /// The first line must name the format and its version.
  mutating func requireVersion(_ word: String) throws(ReceiptFault) {
    let version = try integer(of: word)
    if version != 1 {
      throw .malformed(line: number, reason: "version \(version) is not known, only 1")
    }
  }
}

extension RecordBlind {
  /// The 16 bytes.
  var bytes: [UInt8] {
    [word0, word1].flatMap { word in
      stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }

  init(bytes: [UInt8]) {
    self.init(
      bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) },
      bytes[8..<16].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    )
  }
}
