import ArgumentParser
import Primitives
import Runtime
import WAL

/// Answers a dispute from the log alone.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Prove what the log says, and replay an auction without an account.",
    subcommands: [
      AuditReceiptCommand.self, AuditProveCommand.self, AuditCheckCommand.self,
      AuditAuctionCommand.self,
    ])
}

/// Writes receipts of records.
struct AuditReceiptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt",
    abstract: "Write the receipt of a record, or of every bid of a bidder on an auction.",
    discussion: """
      A receipt shows that its record stands at its position of the log, and nothing of any other \
      record. It holds the bid as it came, its maximum too: give it to its bidder alone.

      Examples:
        rostrum audit receipt ./data --position 4711
        rostrum audit receipt ./data --auction 4294967296 --bidder 7 --to ./receipts
      """
  )

  @Argument(help: "The data folder.")
  var folder: String

  @Option(name: .long, help: "The record's position; a bid's answer names it.")
  var position: UInt64?

  @Option(name: .long, help: "The auction's number, with --bidder.")
  var auction: AuctionArgument?

  @Option(name: .long, help: "The account that bid, with --auction.")
  var bidder: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp("Where to: a folder, or a file for a single receipt.", valueName: "path"))
  var to = "."

  @OptionGroup var selection: ShardSelection

  @Flag(name: .long, help: "Print what was written as one JSON object.")
  var json = false

  func validate() throws {
    guard (position == nil) != (auction == nil), (auction == nil) == (bidder == nil) else {
      throw ValidationError("Give --position, or --auction and --bidder.")
    }
    if position == 0 { throw ValidationError("--position counts from 1.") }
  }

  func run() throws {
    try reportingFailures {
      let writer = ReceiptWriter(target: to)
      let written: [ReceiptWriter.Written]
      if let auction, let bidder {
        let data = try FilesFailure.told { try DataFolder(path: folder) }
        let shard = try ShardSelection.shard(auction.id.shard.number, of: data)
        written = try writer.write(bidsOf: bidder, on: auction.id, shard)
      } else {
        let shard = try selection.oneShard(of: folder, for: "a record's position")
        written = try writer.write([position ?? 0], shard)
      }
      if json {
        var object = JSONObject()
        object.add("receipts", objects: written.map(\.json))
        StandardOutput.print(object.text)
      } else {
        for receipt in written { StandardOutput.print(receipt.text) }
      }
    }
  }
}

/// Writes the proof that a receipt's batch is part of the log.
struct AuditProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Write the proof that a receipt's batch is part of the log.",
    discussion: """
      The proof leads from the receipt's batch to a later one whose hash was published, by one \
      line of 240 bytes a batch. Without --head it leads to the newest batch.

      Example:
        rostrum audit prove ./data --receipt receipt-0-4711.txt --head 5d0c...e1
      """
  )

  @Argument(help: "The data folder.")
  var folder: String

  @Option(name: .long, help: ArgumentHelp("The receipt.", valueName: "file"))
  var receipt: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The batch hash to lead to, as it was published.",
      valueName: "hash"))
  var head: HashArgument?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where to; else beside the receipt, with .chain at its end.",
      valueName: "file"))
  var to: String?

  @Flag(name: .long, help: "Print what was written as one JSON object.")
  var json = false

  func run() throws {
    try reportingFailures {
      let proof = try ProofWriter(folder: folder).prove(receipt, head: head?.digest)
      let path = to ?? receipt + ".chain"
      try TextFile.write(proof.text, to: path)
      StandardOutput.print(
        json
          ? proof.json(path).text
          : "\(path): from batch \(proof.batchNumber) through \(Plural.text(proof.proof.links.count, "later one")) "
            + "to \(proof.proof.to.hexadecimal)")
    }
  }
}

/// Checks receipts and proofs without any folder.
struct AuditCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check receipts and proofs; needs no data folder.",
    discussion: """
      Each receipt is checked by itself, and with the proof that begins at its batch, if one is \
      given. With --head the last hash must be that one. docs/audit-format.md says it byte by \
      byte, and scripts/check-receipt.py does the same without this program.

      Examples:
        rostrum audit check receipt-0-4711.txt
        rostrum audit check receipt-0-4711.txt receipt-0-4711.txt.chain --head 5d0c...e1
      """
  )

  @Argument(help: "Receipts and proofs, in any order.")
  var files: [String]

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A batch hash that the log's owner published.",
      valueName: "hash"))
  var head: HashArgument?

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func run() throws {
    var isSound = true
    try reportingFailures {
      let check = try ReceiptCheck(files: files, head: head?.digest)
      isSound = check.isSound
      if json {
        StandardOutput.print(check.json.text)
      } else {
        for line in check.lines { StandardOutput.print(line) }
      }
    }
    if !isSound { throw ExitCode(1) }
  }
}

/// Replays an auction without an account.
struct AuditAuctionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auction",
    abstract: "An auction as it would have gone without an account.",
    discussion: """
      Replays the shard's log twice: as it is, and without everything that the account asked for \
      on the auction. All others do what they did. Needs the log from before the auction began.

      Example:
        rostrum audit auction ./data 4294967296 --without 7 --rows
      """
  )

  @Argument(help: "The data folder.")
  var folder: String

  @Argument(help: "The auction's number.")
  var auction: AuctionArgument

  @Option(name: .long, help: ArgumentHelp("The account to leave out.", valueName: "account"))
  var without: UInt64

  @Flag(name: .long, help: "Show the rows of both histories.")
  var rows = false

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func validate() throws {
    if without == 0 { throw ValidationError("--without must be an account's number, from 1.") }
  }

  func run() throws {
    try reportingFailures {
      let data = try FilesFailure.told { try DataFolder(path: folder) }
      let shard = try ShardSelection.shard(auction.id.shard.number, of: data)
      let answer = try Counterfactual(shard, auction.id, without: without).answer(showsRows: rows)
      try StandardOutput.write(
        (json ? answer.json.text : answer.lines.joined(separator: "\n")) + "\n")
    }
  }
}

/// A hash as an argument: 64 hexadecimal digits.
struct HashArgument: ExpressibleByArgument, Equatable {
  let digest: Digest

  init?(argument: String) {
    guard argument.utf8.count == 64 else { return nil }
    // A digest's digits are its bytes in order, each word's lowest byte first.
    var words: [UInt64] = []
    var digits = Substring(argument)
    while !digits.isEmpty {
      guard let word = UInt64(digits.prefix(16), radix: 16) else { return nil }
      words.append(word.byteSwapped)
      digits = digits.dropFirst(16)
    }
    digest = Digest(words[0], words[1], words[2], words[3])
    guard digest.hexadecimal == argument.lowercased() else { return nil }
  }
}
