import Engine
import Gateway
import Primitives
import Runtime

/// What is compared of a state: one entry an auction, an account and a session, by name.
struct StateTable {
  /// An auction: all of it as a hash, and what can be shown.
  struct Auction {
    let hash: Digest
    let view: AuctionView
    let secrets: AuctionSecrets
  }

  /// A session's name.
  struct SessionName: Hashable, Comparable {
    let high: UInt64
    let low: UInt64

    static func < (one: SessionName, other: SessionName) -> Bool {
      (one.high, one.low) < (other.high, other.low)
    }
  }

  let position: UInt64
  let time: Nanoseconds
  let hash: Digest
  private(set) var auctions: [UInt64: Auction] = [:]
  private(set) var accounts: [UInt64: AccountView] = [:]
  private(set) var sessions: [SessionName: SessionView] = [:]

  /// Replays a shard and keeps what is compared.
  init(_ shard: ShardFolder, until end: ReplayEnd, title: String) throws(CommandFailure) {
    let progress = ReplayProgressLine(title)
    let state: ReplayedShard
    do throws(ShardError) {
      state = try ReplayedShard.replay(shard, until: end, progress: progress.show)
    } catch {
      if case .time(let time) = end, case .notConfigured = error {
        throw CommandFailure(
          "'\(shard.path)' holds no record of \(Moment.text(time)) or before: name a later time")
      }
      throw FilesFailure.failure(error)
    }
    progress.end()
    if case .position(let wanted) = end, state.position != wanted {
      throw CommandFailure(
        "'\(shard.path)' ends at record \(state.position), before record \(wanted): name one that "
          + "it holds")
    }
    position = state.position
    time = state.time
    hash = state.stateHash
    take(state.engine)
    take(state.gateway)
  }

  private mutating func take(_ engine: borrowing Engine) {
    var next = engine.nextAuction(after: nil)
    while let (slot, id) = next {
      if let hash = engine.auctionHash(id), let view = engine.view(of: id),
        let secrets = engine.secrets(of: id)
      {
        auctions[id.raw] = Auction(hash: hash, view: view, secrets: secrets)
      }
      next = engine.nextAuction(after: slot)
    }
    var account = engine.nextAccount(after: nil)
    while let (place, view) = account {
      accounts[view.id] = view
      account = engine.nextAccount(after: place)
    }
  }

  private mutating func take(_ gateway: borrowing Gateway) {
    for place in 0..<gateway.sessionCount {
      let view = gateway.sessionView(at: place)
      sessions[SessionName(high: view.idHigh, low: view.idLow)] = view
    }
  }
}

/// The names that differ between two tables, in order.
struct TableDifference<Name: Hashable & Comparable> {
  private(set) var changed: [Name] = []
  private(set) var onlyOne: [Name] = []
  private(set) var onlyOther: [Name] = []
  private(set) var equalCount = 0

  /// Compares two tables.
  init<Entry>(
    _ one: [Name: Entry], _ other: [Name: Entry], isEqual: (Entry, Entry) -> Bool
  ) {
    for name in one.keys.sorted() {
      guard let entry = one[name] else { continue }
      guard let partner = other[name] else {
        onlyOne.append(name)
        continue
      }
      if isEqual(entry, partner) { equalCount += 1 } else { changed.append(name) }
    }
    onlyOther = other.keys.filter { one[$0] == nil }.sorted()
  }

  /// One line with the counts.
  func summary(_ what: String) -> String {
    "  \(what): \(changed.count) differ, \(onlyOne.count) only in the first, "
      + "\(onlyOther.count) only in the second, \(equalCount) equal"
  }

  /// The counts, and the first names of each kind.
  func json(limit: Int, _ text: (Name) -> String, _ change: (Name) -> JSONObject) -> JSONObject {
    var object = JSONObject()
    object.add("changed", changed.count)
    object.add("only_first", onlyOne.count)
    object.add("only_second", onlyOther.count)
    object.add("equal", equalCount)
    object.add("changes", objects: changed.prefix(limit).map(change))
    object.add("first_names", texts: onlyOne.prefix(limit).map(text))
    object.add("second_names", texts: onlyOther.prefix(limit).map(text))
    return object
  }
}
