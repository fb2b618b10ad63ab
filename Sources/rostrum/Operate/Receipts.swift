import Glibc
import Primitives
import Runtime
import Uring
import WAL

/// Makes receipts and writes them, all or none.
struct ReceiptWriter {
  /// A receipt that was written.
  struct Written {
    let path: String
    let receipt: BidReceipt

    private var batch: UInt64 { receipt.header?.batchNumber ?? 0 }

    var text: String {
      "\(path): record \(receipt.position) in batch \(batch), hash \(receipt.batchHash.hexadecimal)"
    }

    var json: JSONObject {
      var object = JSONObject()
      object.add("file", path)
      object.add("shard", receipt.header?.identity.shard.number ?? 0)
      object.add("position", receipt.position)
      object.add("batch", batch)
      object.add("batch_hash", receipt.batchHash.hexadecimal)
      return object
    }
  }

  /// A folder, or a file for a single receipt.
  let target: String

  /// The most receipts of one call: each reads its segment.
  static let countMax = 1_000

  /// Writes the receipts of all bids of a bidder on an auction.
  func write(
    bidsOf bidder: UInt64, on auction: AuctionID, _ shard: ShardFolder
  ) throws(CommandFailure) -> [Written] {
    var log = try LogReader(shard)
    var bids = RecordCollector(limit: Self.countMax) {
      AuctionRecords.isBid($0, of: bidder, on: auction.raw)
    }
    let range = try log.visitAll(&bids)
    guard bids.count > 0 else {
      throw CommandFailure(
        "records \(range.oldestPosition) to \(range.lastPosition) of shard \(shard.shard.number) "
          + "hold no bid of \(bidder) on auction \(auction.raw)")
    }
    guard bids.count <= Self.countMax else {
      throw CommandFailure(
        "\(bidder) bid \(bids.count) times on auction \(auction.raw), more than \(Self.countMax): "
          + "name single records with --position")
    }
    return try write(bids.records.map(\.position), shard)
  }

  /// Writes the receipts of records.
  func write(_ positions: [UInt64], _ shard: ShardFolder) throws(CommandFailure) -> [Written] {
    var log = try LogReader(shard)
    var written: [Written] = []
    for position in positions {
      let receipt = try log.receipt(of: position)
      if case .failure(let fault) = receipt.check() {
        throw CommandFailure("the receipt of record \(position) does not hold: \(fault)")
      }
      written.append(Written(path: path(shard.shard, position, positions.count), receipt: receipt))
    }
    for one in written { try TextFile.write(one.receipt.text, to: one.path) }
    return written
  }

  private func path(_ shard: ShardID, _ position: UInt64, _ count: Int) -> String {
    let name = "receipt-\(shard.number)-\(position).txt"
    if Machine.isFolder(target) || count > 1 { return "\(target)/\(name)" }
    return target.hasSuffix("/") ? target + name : target
  }
}

/// Makes the proof that leads from a receipt's batch to a hash.
struct ProofWriter {
  /// A proof and what it proves.
  struct Made {
    let batchNumber: UInt64
    let proof: ChainProof

    var text: String { proof.text }

    func json(_ path: String) -> JSONObject {
      var object = JSONObject()
      object.add("file", path)
      object.add("batch", batchNumber)
      object.add("from", proof.from.hexadecimal)
      object.add("links", proof.links.count)
      object.add("head", proof.to.hexadecimal)
      return object
    }
  }

  let folder: String

  /// Makes the proof.
  ///
  /// - Parameters:
  ///   - path: The receipt's file.
  ///   - head: The hash to lead to; nil = the log's last.
  /// - Returns: The proof, checked.
  /// - Throws: Why the receipt does not hold, or the folder cannot prove it.
  func prove(_ path: String, head: Digest?) throws(CommandFailure) -> Made {
    let receipt: BidReceipt
    do { receipt = try BidReceipt(text: try TextFile.read(path)) } catch {
      throw CommandFailure("\(path): \(FilesFailure.failure(error).description)")
    }
    if case .failure(let fault) = receipt.check() {
      throw CommandFailure("\(path): \(fault); it proves nothing")
    }
    guard let header = receipt.header else { throw CommandFailure("\(path): it has no header") }
    let data = try FilesFailure.told { try DataFolder(path: folder) }
    let shard = try ShardSelection.shard(header.identity.shard.number, of: data)
    var log = try LogReader(shard)
    var proof = try log.chain(from: header.batchNumber)
    guard proof.from == receipt.batchHash else {
      throw CommandFailure(
        "batch \(header.batchNumber) of '\(shard.path)' has hash \(proof.from.hexadecimal), the "
          + "receipt's has \(receipt.batchHash.hexadecimal): the receipt is of another log")
    }
    if let head { try Self.cut(&proof, to: head) }
    if case .failure(let fault) = proof.check(from: receipt.batchHash, to: proof.to) {
      throw CommandFailure("the proof does not hold: \(fault)")
    }
    return Made(batchNumber: header.batchNumber, proof: proof)
  }

  /// Cuts a proof off behind the batch with a hash: each link names the hash before it.
  private static func cut(_ proof: inout ChainProof, to head: Digest) throws(CommandFailure) {
    if head == proof.to { return }
    let next = proof.links.firstIndex { link in
      BatchHeader(hashedFields: link.fields)?.previousHash == head
    }
    guard let next else {
      throw CommandFailure(
        "no batch from the receipt's on has hash \(head.hexadecimal): it was published before the "
          + "record was logged, or is another shard's or another log's")
    }
    proof = ChainProof(from: proof.from, links: Array(proof.links[..<next]), to: head)
  }
}

extension BatchHeader {
  /// Reads the bytes of a header that its hash covers.
  fileprivate init?(hashedFields: [UInt8]) {
    let place = LogFormat.hashedFieldOffset
    guard hashedFields.count == LogFormat.hashedFieldByteCount else { return nil }
    var bytes = [UInt8](repeating: 0, count: LogFormat.headerByteCount)
    bytes.replaceSubrange(place..<(place + hashedFields.count), with: hashedFields)
    let header = unsafe bytes.withUnsafeBytes { buffer in
      unsafe buffer.baseAddress.map { unsafe BatchHeader(decoding: $0) }
    }
    guard let header else { return nil }
    self = header
  }
}
