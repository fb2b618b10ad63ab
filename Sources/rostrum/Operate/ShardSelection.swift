import ArgumentParser
import Primitives
import Runtime

/// Which shards of a data folder a command looks at.
struct ShardSelection: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Only this shard; else all.", valueName: "n"))
  var shard: UInt16?

  /// The shards that are meant.
  ///
  /// - Parameter path: The data folder.
  /// - Returns: At least one.
  /// - Throws: That there is no data folder, or no such shard.
  func shards(of path: String) throws(CommandFailure) -> [ShardFolder] {
    let folder = try FilesFailure.told { try DataFolder(path: path) }
    guard let shard else { return folder.shards }
    return [try Self.shard(shard, of: folder)]
  }

  /// The one shard that is meant, where numbers are those of a shard.
  ///
  /// - Parameters:
  ///   - path: The data folder.
  ///   - what: What the number is of, for example `a record`.
  /// - Returns: The shard.
  /// - Throws: That there is no data folder or no such shard, or that several could be meant.
  func oneShard(of path: String, for what: String) throws(CommandFailure) -> ShardFolder {
    let folder = try FilesFailure.told { try DataFolder(path: path) }
    if let shard { return try Self.shard(shard, of: folder) }
    guard folder.shards.count == 1, let only = folder.shards.first else {
      throw CommandFailure(
        "\(what) is of one shard, and the folder has \(folder.shards.count): say which with "
          + "--shard N")
    }
    return only
  }

  /// A shard by its number.
  ///
  /// - Parameters:
  ///   - number: The number.
  ///   - folder: The data folder.
  /// - Returns: The shard.
  /// - Throws: That there is no such shard.
  static func shard(_ number: UInt16, of folder: DataFolder) throws(CommandFailure) -> ShardFolder {
    guard Int(number) < folder.shards.count else {
      throw CommandFailure(
        "'\(folder.path)' has no shard \(number): its shards are 0 to \(folder.shards.count - 1)")
    }
    return folder.shards[Int(number)]
  }
}
