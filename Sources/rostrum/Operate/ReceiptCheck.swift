import Primitives
import WAL
import Wire

/// Receipts and proofs, checked by their own bytes alone.
struct ReceiptCheck {
  private var receipts: [(path: String, receipt: BidReceipt)] = []
  private var proofs: [(path: String, proof: ChainProof)] = []
  private let head: Digest?
  private(set) var isSound = true
  private(set) var lines: [String] = []
  private(set) var json = JSONObject()

  /// Reads and checks files.
  ///
  /// - Parameters:
  ///   - files: Receipts and proofs.
  ///   - head: A hash that is known to be the log's; nil = none is.
  /// - Throws: That a file cannot be read, or is neither.
  init(files: [String], head: Digest?) throws(CommandFailure) {
    self.head = head
    for path in files { try read(path) }
    guard !receipts.isEmpty else {
      throw CommandFailure(
        "there is no receipt among the files; give one, a proof alone says nothing")
    }
    var objects: [JSONObject] = []
    for (path, receipt) in receipts { objects.append(check(path, receipt)) }
    let starts = receipts.map(\.receipt.batchHash)
    for (path, proof) in proofs where !starts.contains(proof.from) {
      isSound = false
      lines.append("\(path): WRONG: the proof begins at no receipt's batch")
    }
    json.add("sound", isSound)
    json.add("receipts", objects: objects)
  }

  private mutating func read(_ path: String) throws(CommandFailure) {
    let text = try TextFile.read(path)
    let first = text.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("#") } ?? ""
    do {
      if first.hasPrefix("rostrum-chain") {
        proofs.append((path, try ChainProof(text: text)))
      } else {
        receipts.append((path, try BidReceipt(text: text)))
      }
    } catch {
      throw CommandFailure("\(path): \(error); it is no receipt or proof of this format")
    }
  }

  private mutating func check(_ path: String, _ receipt: BidReceipt) -> JSONObject {
    var object = JSONObject()
    object.add("file", path)
    object.add("position", receipt.position)
    if case .failure(let fault) = receipt.check() { return refuse(path, "\(fault)", object) }
    let record = ReceiptRecord(receipt)
    let text = FrameText(showsHidden: true)
    lines += [
      "\(path): record \(receipt.position) of shard \(record.shard), batch \(record.batch)",
      "  \(Moment.text(record.time)) \(text.line(record.frame))",
      "  batch hash \(receipt.batchHash.hexadecimal)",
    ]
    object.add("shard", record.shard)
    object.add("batch", record.batch)
    object.add("time", record.time)
    object.add("session", record.session)
    object.add("frame", text.json(record.frame))
    object.add("batch_hash", receipt.batchHash.hexadecimal)
    return follow(path, receipt.batchHash, object)
  }

  /// Goes from a receipt's batch to the last hash that the proofs lead to.
  private mutating func follow(
    _ path: String, _ batchHash: Digest, _ start: JSONObject
  ) -> JSONObject {
    var object = start
    var end = batchHash
    // Of several proofs of one batch the one that leads to the published hash counts.
    let fitting = proofs.filter { $0.proof.from == batchHash }
    if let (proofPath, proof) = fitting.first(where: { $0.proof.to == head }) ?? fitting.first {
      switch proof.check(from: batchHash, to: proof.to) {
      case .failure(let fault): return refuse(proofPath, "\(fault)", object)
      case .success(let count):
        end = proof.to
        lines.append(
          "  \(Plural.text(count, "link")) later the hash is \(end.hexadecimal) (\(proofPath))"
        )
        object.add("links", count)
      }
    }
    object.add("end_hash", end.hexadecimal)
    guard let head else {
      lines.append("  holds in itself; compare the last hash with one that was published (--head)")
      object.add("sound", true)
      object.add("proven", false)
      return object
    }
    guard end == head else {
      return refuse(
        path, "its last hash is not the published one; prove it with `rostrum audit prove --head`",
        object)
    }
    lines.append("  proven: the record is part of the published log")
    object.add("sound", true)
    object.add("proven", true)
    return object
  }

  private mutating func refuse(
    _ path: String, _ reason: String, _ start: JSONObject
  ) -> JSONObject {
    var object = start
    isSound = false
    lines.append("\(path): WRONG: \(reason)")
    object.add("sound", false)
    object.add("proven", false)
    object.add("finding", reason)
    return object
  }
}

/// What a receipt's record says.
private struct ReceiptRecord {
  let shard: UInt16
  let batch: UInt64
  let time: Nanoseconds
  let session: UInt32
  let frame: DescribedFrame

  /// Reads the record of a receipt that holds.
  init(_ receipt: BidReceipt) {
    shard = receipt.header?.identity.shard.number ?? 0
    batch = receipt.header?.batchNumber ?? 0
    time = Self.number(receipt.record, at: 0, byteCount: 8)
    session = UInt32(truncatingIfNeeded: Self.number(receipt.record, at: 8, byteCount: 4))
    frame = unsafe receipt.record.withUnsafeBytes { bytes in
      let start = min(LogFormat.recordPrefixByteCount, bytes.count)
      return unsafe DescribedFrame(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
  }

  private static func number(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
