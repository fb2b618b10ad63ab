internal import Engine
internal import Gateway
public import Primitives

/// Why a data folder could not be put on another number of shards; every message says what to do.
public enum ReshardError: Error, CustomStringConvertible, Sendable {
  /// A shard's files could not be read or written.
  case shard(ShardID, ShardError)
  /// The folder does not hold every shard that it was made with.
  case shardsMissing(found: Int, made: Int)
  /// A table of a new shard is too small.
  case noRoom(ShardID, String)
  /// An auction is not the same as before: nothing of the new folder may be used.
  case different(AuctionID)

  /// What happened and what to do.
  public var description: String {
    switch self {
    case .shard(let shard, let error): "shard \(shard.number): \(error)"
    case .shardsMissing(let found, let made):
      "the folder has \(found) of the \(made) shards that it was made with: restore the missing"
        + " ones from a backup"
    case .noRoom(let shard, let table):
      "the new shard \(shard.number) has no room for all \(table): choose more shards"
    case .different(let id):
      "auction \(id.raw) is not the same on its new shard: the new folder is not used; please"
        + " report this with a backup of the old one"
    }
  }
}

/// An auction's name before and after.
public struct MovedAuction: Equatable, Sendable {
  /// Its name in the old data folder.
  public let old: AuctionID
  /// Its name in the new one.
  public let new: AuctionID
}

/// A shard of the new data folder.
public struct ReshardedShard: Sendable {
  /// Which shard.
  public let shard: ShardID
  /// How many auctions it has.
  public let auctionCount: Int
  /// The hash of its state.
  public let stateHash: Digest
  /// Bidders of rate-limited auctions who have all their tokens again.
  public let lostRateCount: Int
}

/// Puts the state of a data folder on another number of shards, in a new folder.
///
/// The auctions in the order of their names go to the new shards in turn. Each shard's log begins
/// with its configuration and the hash of the state that was brought in, which a snapshot at that
/// position gives; sessions are not carried over. Nothing of the old folder is changed; the caller
/// makes sure that nobody serves it.
public struct Resharding {
  private let sources: [SourceShard]
  private let shardCount: UInt16
  private let path: String
  private let engineID: (high: UInt64, low: UInt64)
  private let time: Nanoseconds
  /// Every auction that is remembered, in the order of the names.
  private let auctions: [AuctionID]
  /// The auctions that were moved so far.
  public private(set) var moved: [MovedAuction] = []

  /// Reads the state of a data folder.
  ///
  /// - Parameters:
  ///   - folder: The old data folder.
  ///   - path: The new one; empty or missing.
  ///   - shardCount: How many shards it gets.
  ///   - engineID: The name that it gets, 128 random bits.
  ///   - progress: Told how far the replay of a shard is.
  /// - Throws: `ReshardError` when the old state cannot be had.
  public init(
    _ folder: DataFolder, to path: String, shardCount: UInt16,
    engineID: (high: UInt64, low: UInt64),
    progress: @escaping (ShardID, ReplayProgress) -> Void
  ) throws(ReshardError) {
    var sources: [SourceShard] = []
    for shard in folder.shards {
      do throws(ShardError) {
        let state = try ReplayedShard.replay(shard, progress: { progress(shard.shard, $0) })
        sources.append(SourceShard(state))
      } catch { throw .shard(shard.shard, error) }
    }
    let made = Int(sources[0].state.gateway.identity.shards)
    guard made == sources.count else {
      throw .shardsMissing(found: sources.count, made: made)
    }
    self.sources = sources
    self.path = path
    self.shardCount = shardCount
    self.engineID = engineID
    time = sources.map { $0.state.time }.max() ?? 0
    auctions = sources.flatMap { $0.auctions() }.sorted { $0.raw < $1.raw }
  }

  /// The auctions that the old folder remembers.
  public var auctionCount: Int { auctions.count }
  /// The positions that the state is of, shard by shard.
  public var positions: [UInt64] { sources.map { $0.state.position } }

  /// Makes one of the new shards and proves it by reading it back.
  ///
  /// - Parameter shard: Which.
  /// - Returns: What it holds.
  /// - Throws: `ReshardError`; the new folder is of no use then.
  public mutating func make(_ shard: ShardID) throws(ReshardError) -> ReshardedShard {
    var made = NewShard(
      ShardFolder(dataPath: path, shard: shard), limits: limits,
      identity: EngineIdentity(
        engineIdHigh: engineID.high, engineIdLow: engineID.low, shard: shard,
        shards: shardCount),
      time: time)
    for source in sources where !made.engine.adoptAccounts(from: source.state.engine) {
      throw .noRoom(shard, "accounts")
    }
    let moves = try adoptAuctions(&made.engine, shard)
    let names = Dictionary(uniqueKeysWithValues: moves.map { ($0.old, $0.new) })
    let lostRateCount = sources.reduce(0) { count, source in
      count + made.engine.adoptRates(from: source.state.engine) { names[$0] }
    }
    let origin = sources[0].state.gateway.identity
    let stateHash: Digest
    do throws(ShardError) {
      stateHash = try made.write(from: (origin.engineIdHigh, origin.engineIdLow))
    } catch { throw .shard(shard, error) }
    try prove(shard, moves, stateHash)
    moved += moves
    return ReshardedShard(
      shard: shard, auctionCount: moves.count, stateHash: stateHash,
      lostRateCount: lostRateCount)
  }

  private func adoptAuctions(
    _ engine: inout Engine, _ shard: ShardID
  ) throws(ReshardError) -> [MovedAuction] {
    var moves: [MovedAuction] = []
    for (index, old) in auctions.enumerated()
    where index % Int(shardCount) == Int(shard.number) {
      let source = sources[Int(old.shard.number)]
      guard let new = engine.adopt(old, from: source.state.engine) else {
        throw .noRoom(shard, "auctions and bids")
      }
      moves.append(MovedAuction(old: old, new: new))
    }
    return moves
  }

  /// Each table as large as those of the old shards that come together here.
  private var limits: EngineLimits {
    let largest = sources.map { $0.state.engine.limits }
    let factor = (sources.count + Int(shardCount) - 1) / Int(shardCount)
    func scaled(_ sizes: [Int], _ ceiling: Int) -> Int {
      min((sizes.max() ?? 1) * factor, ceiling)
    }
    return EngineLimits(
      auctionsMax: scaled(largest.map(\.auctionsMax), (1 << 31) - 1),
      bidsMax: scaled(largest.map(\.bidsMax), (1 << 31) - 1),
      accountsMax: scaled(largest.map(\.accountsMax), (1 << 30) - 1),
      linkGroupsMax: scaled(largest.map(\.linkGroupsMax), (1 << 24) - 1),
      sellerBlocksMax: scaled(largest.map(\.sellerBlocksMax), (1 << 30) - 1),
      rateBucketsMax: scaled(largest.map(\.rateBucketsMax), (1 << 30) - 1),
      incrementTablesMax: scaled(largest.map(\.incrementTablesMax), (1 << 16) - 9),
      retention: sources[0].state.engine.retention)
  }

  /// Reads the new shard as a server would, and compares every auction.
  private func prove(
    _ shard: ShardID, _ moves: [MovedAuction], _ stateHash: Digest
  ) throws(ReshardError) {
    do throws(ShardError) {
      let state = try ReplayedShard.replay(ShardFolder(dataPath: path, shard: shard))
      for move in moves {
        let source = sources[Int(move.old.shard.number)]
        let isSame =
          state.engine.auctionHash(move.new) == source.state.engine.auctionHash(move.old)
        if !isSame { throw .snapshotMissing(move.old.raw) }
      }
      if state.stateHash != stateHash { throw .baseMissing(path) }
    } catch {
      if case .snapshotMissing(let raw) = error { throw .different(AuctionID(raw: raw)) }
      throw .shard(shard, error)
    }
  }
}

/// The state of an old shard: a reference, since states are not copied.
private final class SourceShard {
  let state: ReplayedShard

  init(_ state: consuming ReplayedShard) { self.state = state }

  func auctions() -> [AuctionID] {
    var ids: [AuctionID] = []
    var slot: UInt32?
    while let next = state.engine.nextAuction(after: slot) {
      ids.append(next.id)
      slot = next.slot
    }
    return ids
  }
}
