import Engine
import Gateway
import Primitives
import Runtime

/// Compares two states and says what differs.
struct StateComparison {
  /// What was found.
  struct Answer {
    var isEqual = true
    var lines: [String] = []
    var json = JSONObject()
  }

  let limit: Int
  let showsHidden: Bool

  /// Replays and compares.
  ///
  /// - Parameters:
  ///   - one: The one side.
  ///   - other: The other side.
  ///   - selection: Which shards.
  /// - Returns: What differs.
  /// - Throws: Why the two cannot be compared.
  func compare(
    _ one: StatePlace, _ other: StatePlace, _ selection: ShardSelection
  ) throws(CommandFailure) -> Answer {
    let first = try selection.shards(of: one.path)
    let second = try selection.shards(of: other.path)
    guard first.count == second.count else {
      throw CommandFailure(
        "'\(one.path)' has \(first.count) shards and '\(other.path)' has \(second.count): only the "
          + "same shards can be compared; see --shard")
    }
    if first.count > 1, one.isPosition || other.isPosition {
      throw CommandFailure(
        "a position is of one shard, and the folders have \(first.count): say which with --shard N")
    }
    var answer = Answer()
    var objects: [JSONObject] = []
    for (shard, partner) in zip(first, second) {
      let table = try StateTable(shard, until: one.end, title: one.text)
      let otherTable = try StateTable(partner, until: other.end, title: other.text)
      let found = compare(table, otherTable, shard: shard.shard)
      answer.isEqual = answer.isEqual && found.isEqual
      answer.lines += found.lines
      objects.append(found.json)
    }
    answer.json.add("equal", answer.isEqual)
    answer.json.add("shards", objects: objects)
    return answer
  }

  private func compare(_ one: StateTable, _ other: StateTable, shard: ShardID) -> Answer {
    var answer = Answer(isEqual: one.hash == other.hash)
    answer.json.add("shard", shard.number)
    answer.json.add("equal", answer.isEqual)
    answer.json.add("first", json(one))
    answer.json.add("second", json(other))
    if answer.isEqual {
      answer.lines = [
        "shard \(shard.number): equal, hash \(one.hash.hexadecimal)", "  first at \(place(one))",
        "  second at \(place(other))",
      ]
      return answer
    }
    answer.lines = [
      "shard \(shard.number): different", "  first at \(place(one)), hash \(one.hash.hexadecimal)",
      "  second at \(place(other)), hash \(other.hash.hexadecimal)",
    ]
    addAuctions(one, other, to: &answer)
    addAccounts(one, other, to: &answer)
    addSessions(one, other, to: &answer)
    return answer
  }

  private func place(_ table: StateTable) -> String {
    "record \(table.position), \(Moment.text(table.time))"
  }

  private func json(_ table: StateTable) -> JSONObject {
    var object = JSONObject()
    object.add("position", table.position)
    object.add("time", table.time)
    object.add("state_hash", table.hash.hexadecimal)
    return object
  }

  private func addAuctions(
    _ one: StateTable, _ other: StateTable, to answer: inout Answer
  ) {
    let difference = TableDifference(one.auctions, other.auctions) { $0.hash == $1.hash }
    let changes = { (name: UInt64) -> [FieldChange] in
      guard let first = one.auctions[name], let second = other.auctions[name] else { return [] }
      return AuctionChanges(showsHidden: showsHidden).list(first, second)
    }
    add(difference, "auctions", to: &answer, String.init, changes)
  }

  private func addAccounts(
    _ one: StateTable, _ other: StateTable, to answer: inout Answer
  ) {
    let difference = TableDifference(one.accounts, other.accounts, isEqual: ==)
    let changes = { (name: UInt64) -> [FieldChange] in
      guard let first = one.accounts[name], let second = other.accounts[name] else { return [] }
      return AccountChanges(showsHidden: showsHidden).list(first, second)
    }
    add(difference, "accounts", to: &answer, String.init, changes)
  }

  private func addSessions(
    _ one: StateTable, _ other: StateTable, to answer: inout Answer
  ) {
    let difference = TableDifference(one.sessions, other.sessions, isEqual: ==)
    let changes = { (name: StateTable.SessionName) -> [FieldChange] in
      guard let first = one.sessions[name], let second = other.sessions[name] else { return [] }
      return SessionChanges.list(first, second)
    }
    let text = { (name: StateTable.SessionName) in
      FolderInspection.hexadecimal(name.high) + FolderInspection.hexadecimal(name.low)
    }
    add(difference, "sessions", to: &answer, text, changes)
  }

  private func add<Name>(
    _ difference: TableDifference<Name>, _ what: String, to answer: inout Answer,
    _ text: (Name) -> String, _ changes: (Name) -> [FieldChange]
  ) {
    answer.lines.append(difference.summary(what))
    for name in difference.changed.prefix(limit) {
      let list = changes(name).map(\.text).joined(separator: ", ")
      answer.lines.append("    \(text(name)): " + (list.isEmpty ? "not shown" : list))
    }
    if difference.changed.count > limit, limit > 0 {
      answer.lines.append("    \(difference.changed.count - limit) more; see --limit")
    }
    let object = difference.json(limit: limit, text) { name in
      var object = JSONObject()
      object.add("name", text(name))
      object.add("fields", objects: changes(name).map(\.json))
      return object
    }
    answer.json.add(what, object)
  }
}
