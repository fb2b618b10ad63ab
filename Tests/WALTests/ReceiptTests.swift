import Foundation
import Primitives
import Testing

@testable import WAL

/// Receipts and proofs, checked by this code and by a program that shares nothing with it.
@Suite struct ReceiptTests {
  /// Batches of 1, 2, 15, 16, 17, 256, 257 and 300 records.
  private static let counts = [1, 2, 15, 16, 17, 256, 257, 300]

  private func log() throws -> FaultyDisk {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    var next: UInt64 = 1
    for count in Self.counts {
      _ = try log.append((0..<UInt64(count)).map { testRecord(next + $0, frameByteCount: 88) })
      next += UInt64(count)
    }
    return disk
  }

  private func receipt(_ disk: FaultyDisk, _ position: UInt64) throws(LogError) -> BidReceipt {
    var storage = FaultyStorage(disk: disk)
    return try BidReceipt.make(
      &storage,
      shard: testShard,
      position: position,
      limits: smallLimits(),
      memory: testMemory
    )
  }

  private func proof(
    _ disk: FaultyDisk,
    from: UInt64,
    through: UInt64? = nil
  ) throws(LogError) -> ChainProof {
    var storage = FaultyStorage(disk: disk)
    return try ChainProof.make(
      &storage,
      shard: testShard,
      from: from,
      through: through,
      limits: smallLimits(),
      memory: testMemory
    )
  }

  /// Positions at the edges of batches and of the nodes of their trees.
  private var positions: [UInt64] {
    var found: Set<UInt64> = []
    var first: UInt64 = 1
    for count in Self.counts {
      for index in [0, 1, 14, 15, 16, 17, 254, 255, 256, count - 1]
      where index < count && index >= 0 {
        found.insert(first + UInt64(index))
      }
      first += UInt64(count)
    }
    return found.sorted()
  }

  @Test func everyRecordHasAReceiptThatLeadsToItsBatch() throws {
    let disk = try log()
    let batches = try readLog(disk).1.batches
    for position in positions {
      let receipt = try receipt(disk, position)
      #expect(receipt.record == testRecord(position, frameByteCount: 88))
      let batch = try #require(
        batches.first { $0.lastPosition >= position && $0.firstPosition <= position })
      #expect(receipt.check() == .success(batch.hash))
      #expect(receipt.header?.batchNumber == batch.batchNumber)
      #expect(try BidReceipt(text: receipt.text) == receipt)
    }
  }

  @Test func aReceiptShowsNoOtherRecordAndNoSecretOfTheLog() throws {
    let receipt = try receipt(log(), 40)
    let text = receipt.text
    let secrets = [
      digestBytes(testKey), withUnsafeBytes(of: testLogID.littleEndian) { Array($0) },
    ]
    for secret in secrets { #expect(!text.contains(ProofText.hexadecimal(secret))) }
    for other in [39, 41] as [UInt64] {
      let frame = Array(testRecord(other, frameByteCount: 88).dropFirst(24))
      #expect(!text.contains(ProofText.hexadecimal(frame)))
    }
    // A neighbour's hash does not tell what was guessed right: the blind is missing.
    let guess = sha256([0] + receipt.blind.bytes + testRecord(41, frameByteCount: 88))
    #expect(!text.contains(ProofText.hexadecimal(guess)))
  }

  @Test func everyChangedByteOfAReceiptIsFound() throws {
    let disk = try log()
    let receipt = try receipt(disk, 300)
    for index in receipt.record.indices {
      var other = receipt
      other.record[index] ^= 0x10
      #expect(other.check() != receipt.check())
    }
    for index in receipt.fields.indices {
      var other = receipt
      other.fields[index] ^= 1
      #expect(other.check() != receipt.check())
    }
    for level in receipt.path.indices {
      for sibling in receipt.path[level].indices {
        var other = receipt
        other.path[level][sibling].word2 ^= 1 << 40
        #expect(other.check() != receipt.check())
      }
    }
    for index in receipt.blind.bytes.indices {
      var bytes = receipt.blind.bytes
      bytes[index] ^= 0x80
      var other = receipt
      other.blind = RecordBlind(bytes: bytes)
      #expect(other.check() != receipt.check())
    }
    var other = receipt
    other.batchHash = .zero
    guard case .failure(.hash) = other.check() else {
      Issue.record("another hash was accepted")
      return
    }
  }

  @Test func aRecordIsProvenAtItsOwnPositionOnly() throws {
    let disk = try log()
    let receipt = try receipt(disk, 300)
    let header = try #require(receipt.header)
    for position in header.firstPosition...header.lastPosition where position != 300 {
      var other = receipt
      other.position = position
      guard case .failure = other.check() else {
        Issue.record("position \(position) was accepted")
        return
      }
    }
    for position in [0, header.firstPosition - 1, header.lastPosition + 1, .max] {
      var other = receipt
      other.position = position
      #expect(other.check() == .failure(.position))
    }
    var longer = receipt
    longer.path.append([.zero])
    #expect(longer.check() == .failure(.path))
    longer.path = []
    #expect(longer.check() == .failure(.path))
  }

  @Test func recordsThatAreNotHeldHaveNoReceipt() throws {
    let disk = try log()
    let last = UInt64(Self.counts.reduce(0, +))
    #expect(throws: LogError.positionNotHeld(wanted: last + 1, oldest: 1, last: last)) {
      _ = try receipt(disk, last + 1)
    }
    #expect { _ = try receipt(disk, 0) } throws: { error in
      guard case .positionNotHeld = error as? LogError else { return false }
      return true
    }
    #expect { _ = try receipt(FaultyDisk(), 1) } throws: { error in
      guard case .positionNotHeld = error as? LogError else { return false }
      return true
    }
  }

  @Test func theChainLeadsFromEveryBatchToEveryLaterOne() throws {
    let disk = try log()
    _ = try openLog(disk)
    let batches = try readLog(disk).1.batches
    for first in batches {
      for last in batches where last.batchNumber >= first.batchNumber {
        let proof = try proof(disk, from: first.batchNumber, through: last.batchNumber)
        let count = Int(last.batchNumber - first.batchNumber)
        #expect(proof.check(from: first.hash, to: last.hash) == .success(count))
        #expect(try ChainProof(text: proof.text) == proof)
      }
    }
    #expect(try proof(disk, from: 2).to == batches.last?.hash)
    #expect(throws: LogError.batchNotHeld(first: 5, last: 99)) {
      _ = try proof(disk, from: 5, through: 99)
    }
    #expect(throws: LogError.batchNotHeld(first: 5, last: 4)) {
      _ = try proof(disk, from: 5, through: 4)
    }
  }

  @Test func everyChangedByteOfAProofIsFound() throws {
    let proof = try proof(log(), from: 3)
    #expect(proof.check(from: proof.from, to: proof.to) == .success(6))
    #expect(proof.check(from: proof.to, to: proof.to) == .failure(.start))
    guard case .failure(.end) = proof.check(from: proof.from, to: proof.from) else {
      Issue.record("another end was accepted")
      return
    }
    for link in proof.links.indices {
      var other = proof
      other.links.remove(at: link)
      #expect(other.check(from: proof.from, to: proof.to) != .success(5))
      for index in 0..<88 {
        other = proof
        other.links[link].fields[index] ^= 1
        guard case .failure = other.check(from: proof.from, to: proof.to) else {
          Issue.record("link \(link) byte \(index) was accepted")
          return
        }
      }
      other = proof
      other.links[link].root.word3 ^= 1
      guard case .failure = other.check(from: proof.from, to: proof.to) else {
        Issue.record("link \(link) was accepted with another root")
        return
      }
    }
  }

  @Test(arguments: [
    ("", "line 1: 'rostrum-receipt' is expected here"),
    ("rostrum-receipt 2\n", "line 1: version 2 is not known, only 1"),
    ("# a\n\nrostrum-receipt 1\nposition x\n", "line 4: 'x' is not a number"),
    ("rostrum-receipt 1\nposition 01\n", "line 2: '01' is not a number"),
    ("rostrum-receipt 1\nposition 1 2\n", "line 2: 'position' has 2 values, not 1"),
    ("rostrum-receipt 1\nposition 1\nrecord abc\n", "line 3: 3 hexadecimal digits"),
    ("rostrum-receipt 1\nposition 1\nrecord zz\n", "line 3: not hexadecimal"),
    ("rostrum-receipt 1\nposition 1\nrecord 00\nblind 00\n", "line 4: 2 hexadecimal digits"),
    (
      "rostrum-receipt 1\nposition 1\nrecord 00\nblind 000102030405060708090a0b0c0d0e0f\n",
      "line 4: 32 hexadecimal digits"
    ),
  ])
  func textsThatAreNoReceiptAreRefusedWithTheLine(_ text: String, _ message: String) {
    #expect { _ = try BidReceipt(text: text) } throws: { "\($0)".hasPrefix(message) }
  }

  @Test func nothingMayFollow() throws {
    let disk = try log()
    let receipt = try receipt(disk, 1)
    #expect { _ = try BidReceipt(text: receipt.text + "x\n") } throws: {
      "\($0)".hasSuffix("nothing more is expected")
    }
    let proof = try proof(disk, from: 9)
    #expect(try ChainProof(text: "# made today\n" + proof.text + "\n# end") == proof)
    #expect(throws: ReceiptFault.self) { _ = try ChainProof(text: receipt.text) }
  }

  // MARK: - The independent program

  private var root: URL {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String)
  {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = root.appendingPathComponent("scripts/check-receipt.py").path
    process.arguments = ["python3", "-B", script] + arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errorText = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self),
      String(decoding: errorText, as: UTF8.self)
    )
  }

  /// Calls a body with the paths of two files that are gone afterwards.
  private func withFiles(
    _ receipt: String,
    _ proof: String,
    _ body: (String, String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("rostrum-receipt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["receipt", "proof"].map { folder.appendingPathComponent($0) }
    try Data(receipt.utf8).write(to: paths[0])
    try Data(proof.utf8).write(to: paths[1])
    try body(paths[0].path, paths[1].path)
  }

  @Test func anIndependentProgramAcceptsReceiptAndProof() throws {
    let disk = try log()
    for position in [1, 34, 864] as [UInt64] {
      let receipt = try receipt(disk, position)
      let proof = try proof(disk, from: try #require(receipt.header?.batchNumber))
      try withFiles(receipt.text, proof.text) { receiptPath, proofPath in
        let alone = try run([receiptPath])
        #expect(alone.status == 0 && alone.output.contains(receipt.batchHash.hexadecimal))
        let found = try run([receiptPath, "--chain", proofPath, "--head", proof.to.hexadecimal])
        #expect(found.status == 0, "\(found.errors)")
        #expect(found.output.contains("proven    the record is part of the published log"))
        #expect(found.output.contains("position  \(position), in batch"))
        let other = try run([receiptPath, "--chain", proofPath, "--head", Digest.zero.hexadecimal])
        #expect(other.status == 1 && other.errors.contains("not the published one"))
      }
    }
  }

  @Test func anIndependentProgramRefusesWhatThisCodeRefuses() throws {
    let disk = try log()
    let receipt = try receipt(disk, 300)
    let proof = try proof(disk, from: 7)
    var receipts = [receipt, receipt, receipt, receipt]
    receipts[0].record[50] ^= 1
    receipts[1].position += 1
    receipts[2].path[1][0].word0 ^= 1
    receipts[3].path.removeLast()
    for wrong in receipts {
      guard case .failure(let fault) = wrong.check() else {
        Issue.record("accepted")
        return
      }
      try withFiles(wrong.text, proof.text) { receiptPath, _ in
        let found = try run([receiptPath])
        #expect(found.status == 1)
        #expect(found.errors == "check-receipt: \(fault.description)\n")
      }
    }
    let blind = ProofText.hexadecimal(receipt.blind.bytes)
    let longer = receipt.text.replacingOccurrences(of: blind, with: blind + "0000")
    try withFiles(longer, proof.text) { receiptPath, _ in
      let found = try run([receiptPath])
      #expect(found.status == 1)
      #expect(found.errors == "check-receipt: 16 bytes where 14 are expected\n")
    }
    var broken = proof
    broken.links[1].root.word0 ^= 1
    try withFiles(receipt.text, broken.text) { receiptPath, proofPath in
      let found = try run([receiptPath, "--chain", proofPath])
      #expect(found.status == 1 && !found.errors.contains("Traceback"))
    }
  }

  @Test func theDocumentedExampleHoldsForBoth() throws {
    let page = try String(
      contentsOf: root.appendingPathComponent("docs/audit-format.md"),
      encoding: .utf8
    )
    func block(_ kind: String) throws -> String {
      let start = try #require(page.range(of: "```\(kind)\n"))
      let rest = page[start.upperBound...]
      return String(rest[..<(try #require(rest.range(of: "```")).lowerBound)])
    }
    let receipt = try BidReceipt(text: block("receipt"))
    let proof = try ChainProof(text: block("chain"))
    #expect(proof.check(from: try receipt.check().get(), to: proof.to) == .success(1))
    #expect(try receipt.text == block("receipt") && proof.text == block("chain"))
    try withFiles(receipt.text, proof.text) { receiptPath, proofPath in
      let found = try run([receiptPath, "--chain", proofPath, "--head", proof.to.hexadecimal])
      #expect(found.status == 0)
      #expect(try block("text").hasSuffix("--head \(proof.to.hexadecimal)\n" + found.output))
    }
  }

  /// A receipt proves everything before it in its segment: damage there is named, not passed over.
  @Test func damageOnTheWayToARecordIsNamed() throws {
    let disk = try logWithBatches(5)
    disk.edit(segmentName(1)) { $0[batchOffset(3) + 70] ^= 1 }
    let expected = LogError.damaged(
      LogDamage(
        recoveryCase: .batchesMissing, file: segmentName(1), offset: UInt64(batchOffset(3)),
        batchNumber: 3))
    #expect(throws: expected) { _ = try receipt(disk, 4) }
    #expect(throws: expected) { _ = try proof(disk, from: 2, through: 5) }
    #expect(try receipt(disk, 1).position == 1, "what is before it can be proven")
    // A batch that is not there at all is where the log ends.
    let torn = try logWithBatches(5)
    torn.edit(segmentName(1)) { $0[batchOffset(3) + 300] ^= 1 }
    #expect(throws: LogError.positionNotHeld(wanted: 4, oldest: 1, last: 1)) {
      _ = try receipt(torn, 4)
    }
    #expect(throws: LogError.batchNotHeld(first: 2, last: 5)) {
      _ = try proof(torn, from: 2, through: 5)
    }
  }

  @Test func aProofGoesOverNoSegmentOfAnotherHistory() throws {
    let disk = try reopenedLog(2)
    #expect(try proof(disk, from: 1, through: 6).links.count == 5)
    disk.edit(segmentName(2)) { bytes in
      bytes[80] ^= 1
      resealHeader(&bytes, at: 0)
    }
    #expect { _ = try proof(disk, from: 1, through: 6) } throws: { error in
      guard case .damaged(let damage) = error as? LogError else { return false }
      return damage.recoveryCase == .wrongChain && damage.file == segmentName(2)
    }
  }

  @Test func fieldsOfAnotherLengthAreNoFields() throws {
    let disk = try log()
    var receipt = try receipt(disk, 40)
    receipt.fields.removeLast()
    #expect(receipt.header == nil)
    #expect(receipt.check() == .failure(.malformed(line: 0, reason: "88 bytes of fields")))
    var proof = try proof(disk, from: 3)
    proof.links[1].fields.append(0)
    let fault = ReceiptFault.link(2, reason: "its fields are not 88 bytes")
    #expect(proof.check(from: proof.from, to: proof.to) == .failure(fault))
    #expect {
      _ = try ChainProof(
        text: proof.text.replacingOccurrences(of: "\nlink ", with: "\nlink aa bb "))
    } throws: { "\($0)" == "line 3: 'link' has 4 values, not 2" }
  }
}
