import Engine
import Gateway
import Primitives

/// A field that has another value on the other side.
struct FieldChange: Equatable {
  let name: String
  let first: String
  let second: String

  var text: String { "\(name) \(first) -> \(second)" }

  var json: JSONObject {
    var object = JSONObject()
    object.add("field", name)
    object.add("first", first)
    object.add("second", second)
    return object
  }
}

/// Collects the fields that differ.
struct FieldChanges {
  private(set) var list: [FieldChange] = []

  mutating func add<Value: Equatable>(
    _ name: String, _ first: Value, _ second: Value, _ text: (Value) -> String = { "\($0)" }
  ) {
    guard first != second else { return }
    list.append(FieldChange(name: name, first: text(first), second: text(second)))
  }
}

/// What differs between two states of an auction.
struct AuctionChanges {
  let showsHidden: Bool

  /// The fields that differ; what only the hash tells is named as such.
  func list(_ one: StateTable.Auction, _ other: StateTable.Auction) -> [FieldChange] {
    let currency = Currency(number: one.view.currency)
    var changes = FieldChanges()
    changes.add("status", one.view.status, other.view.status)
    changes.add("price", one.view.price, other.view.price, currency.text)
    changes.add("leader", one.view.leader, other.view.leader)
    changes.add("rows", one.view.bidCount, other.view.bidCount)
    changes.add("least next bid", one.view.minNext, other.view.minNext, currency.text)
    changes.add("reserve state", one.view.reserveState, other.view.reserveState)
    changes.add("buy now", one.view.buyNow, other.view.buyNow, currency.text)
    changes.add("start", one.view.startTime, other.view.startTime, Moment.text)
    changes.add("end", one.view.endTime, other.view.endTime, Moment.text)
    changes.add("revision", one.view.revision, other.view.revision)
    changes.add("seller", one.view.seller, other.view.seller)
    changes.add("currency", one.view.currency, other.view.currency)
    if showsHidden {
      changes.add("maximum", one.secrets.maximum, other.secrets.maximum, currency.text)
      changes.add("reserve", one.secrets.reserve, other.secrets.reserve, currency.text)
      changes.add("hard end", one.secrets.hardEnd, other.secrets.hardEnd) { Moment.text($0) }
    }
    if changes.list.isEmpty {
      changes.add("hash", one.hash, other.hash) { String($0.hexadecimal.prefix(16)) }
    }
    return changes.list
  }
}

/// What differs between two states of an account.
struct AccountChanges {
  let showsHidden: Bool

  /// The fields that differ; exposures follow from maxima and are as hidden as they are.
  func list(_ one: AccountView, _ other: AccountView) -> [FieldChange] {
    var changes = FieldChanges()
    if showsHidden { changes.add("exposure", one.exposure, other.exposure) }
    changes.add("limit", one.limit, other.limit) { $0 == Money.absent ? "none" : String($0) }
    changes.add("blocked", one.isBlocked, other.isBlocked)
    changes.add("verified", one.isVerified, other.isVerified)
    changes.add("link group", one.linkGroup, other.linkGroup)
    changes.add("sellers who refuse it", one.sellerBlockCount, other.sellerBlockCount)
    return changes.list
  }
}

/// What differs between two states of a session.
enum SessionChanges {
  /// The fields that differ.
  static func list(_ one: SessionView, _ other: SessionView) -> [FieldChange] {
    var changes = FieldChanges()
    changes.add("handle", one.handle.raw, other.handle.raw)
    changes.add("account", one.account, other.account)
    changes.add("key", one.apiKey, other.apiKey)
    changes.add("requests", one.highestRequest, other.highestRequest)
    changes.add("next frame", one.nextServerSequence, other.nextServerSequence)
    changes.add("last request", one.lastActivity, other.lastActivity, Moment.text)
    changes.add("window", one.windowHash, other.windowHash, FolderInspection.hexadecimal)
    return changes.list
  }
}
