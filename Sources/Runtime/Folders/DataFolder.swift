public import Primitives
internal import Uring

/// Where a shard keeps its files.
public struct ShardFolder: Equatable, Sendable {
  /// Which shard.
  public let shard: ShardID
  /// The shard's own folder.
  public let path: String

  /// Names a shard's folder.
  ///
  /// - Parameters:
  ///   - dataPath: The data folder of all shards.
  ///   - shard: Which shard.
  public init(dataPath: String, shard: ShardID) {
    self.shard = shard
    path = "\(dataPath)/\(Self.name(shard))"
  }

  /// The folder of the log.
  public var logPath: String { "\(path)/log" }
  /// The folder of the snapshots.
  public var snapshotsPath: String { "\(path)/snapshots" }
  /// The folder of the event journal.
  public var journalPath: String { "\(path)/journal" }

  /// The name of a shard's folder.
  ///
  /// - Parameter shard: Which shard.
  /// - Returns: `shard-000` for the first.
  public static func name(_ shard: ShardID) -> String {
    let digits = String(shard.number)
    return "shard-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}

/// A data folder with all its shards, as tools see it: nothing is made or changed.
public struct DataFolder: Equatable, Sendable {
  /// Its path.
  public let path: String
  /// Its shards, in order.
  public let shards: [ShardFolder]

  /// Looks which shards a data folder has.
  ///
  /// - Parameter path: The data folder.
  /// - Throws: `ShardError.notADataFolder` when it is none.
  public init(path: String) throws(ShardError) {
    var shards: [ShardFolder] = []
    for number in 0..<UInt16(1_023) {
      let folder = ShardFolder(dataPath: path, shard: ShardID(number))
      guard Machine.isFolder(folder.logPath) || Machine.isFolder(folder.snapshotsPath) else {
        break
      }
      shards.append(folder)
    }
    guard !shards.isEmpty else { throw .notADataFolder(path) }
    self.path = path
    self.shards = shards
  }
}
