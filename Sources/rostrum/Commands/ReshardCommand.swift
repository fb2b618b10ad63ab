import ArgumentParser
import Primitives
import Runtime

/// Puts a data folder's state on another number of shards.
struct ReshardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reshard",
    abstract: "Put the same state on another number of shards, in a new folder.",
    discussion: """
      The folder must not be served; it is only read. The auctions, in the order of their numbers,
      go to the new shards in turn and get new numbers there, which reshard-map.csv in the new
      folder tells (old,new). Every auction is compared with what it was before the folder gets its
      name. Sessions are not carried over: clients log on anew. Limits, blocks and marks of
      accounts go to every shard.

      The new log begins with this state: keep the old folder for audits of what was before.

      Example:
        rostrum reshard ./data --to ./data-of-4 --shards 4
        rostrum serve --data ./data-of-4 --shards 4 ...
      """)

  @Argument(help: ArgumentHelp("The data folder.", valueName: "dir"))
  var folder: String

  @Option(
    name: .long, help: ArgumentHelp("The new data folder; missing or empty.", valueName: "dir"))
  var to: String

  @Option(name: .long, help: "How many shards it gets: 1 to 1022.")
  var shards: UInt16

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if shards < 1 || shards > 1_022 { throw ValidationError("--shards is 1 to 1022.") }
  }

  func run() throws {
    try reportingFailures {
      let source = try FilesFailure.told { try DataFolder(path: folder) }
      let lock = try FolderUse.lock(
        folder, otherwise: "stop it first, or reshard a backup of the folder")
      defer { FolderUse.unlock(lock) }
      let target = try PartialFolder(to)
      let (made, positions) = try target.fill { try reshard(source, target) }
      StandardError.endProgress()
      if json { return StandardOutput.print(jsonText(made, positions)) }
      printText(made, positions)
    }
  }

  private func reshard(
    _ source: DataFolder, _ target: PartialFolder
  ) throws -> ([ReshardedShard], [UInt64]) {
    var generator = SystemRandomNumberGenerator()
    let engineID = (high: generator.next() as UInt64, low: generator.next() as UInt64)
    let progress = ReplayProgressLine("reading")
    do {
      var resharding = try Resharding(
        source, to: target.path, shardCount: shards, engineID: engineID
      ) { progress.show($1) }
      var made: [ReshardedShard] = []
      for number in 0..<shards { made.append(try resharding.make(ShardID(number))) }
      try writeMap(resharding.moved, target)
      return (made, resharding.positions)
    } catch let error as ReshardError { throw CommandFailure("\(error)") }
  }

  private func writeMap(_ moved: [MovedAuction], _ target: PartialFolder) throws {
    var text = "old,new\n"
    for move in moved.sorted(by: { $0.old.raw < $1.old.raw }) {
      text += "\(move.old.raw),\(move.new.raw)\n"
    }
    try TextFile.write(text, to: "\(target.path)/\(PartialFolder.mapName)")
  }

  private func printText(_ made: [ReshardedShard], _ positions: [UInt64]) {
    let count = made.reduce(0) { $0 + $1.auctionCount }
    let from = positions.map { "\($0)" }.joined(separator: ", ")
    StandardOutput.print(
      "\(count) auctions of \(positions.count) shard(s) at record(s) \(from) are on"
        + " \(made.count) shard(s) in \(to), each proven equal:")
    for shard in made {
      StandardOutput.print(
        "  shard \(shard.shard.number): \(shard.auctionCount) auctions,"
          + " state \(shard.stateHash.hexadecimal)")
    }
    let lost = made.reduce(0) { $0 + $1.lostRateCount }
    if lost > 0 {
      StandardOutput.print(
        "  note: \(lost) bidders of rate-limited auctions have all their tokens again")
    }
    StandardOutput.print("the new number of each auction is in \(to)/\(PartialFolder.mapName)")
  }

  private func jsonText(_ made: [ReshardedShard], _ positions: [UInt64]) -> String {
    var object = JSONObject()
    object.add("path", to)
    object.add("auctions", made.reduce(0) { $0 + $1.auctionCount })
    object.add("from_positions", numbers: positions)
    object.add("map", "\(to)/\(PartialFolder.mapName)")
    object.add(
      "shards",
      objects: made.map { shard in
        var object = JSONObject()
        object.add("shard", shard.shard.number)
        object.add("auctions", shard.auctionCount)
        object.add("state_hash", shard.stateHash.hexadecimal)
        object.add("lost_rates", shard.lostRateCount)
        return object
      })
    return object.text
  }
}
