/// The auctions that are remembered: asked by id, walked through in the order of slots.
struct LotTable {
  private var slots: [Lot?] = []

  /// The auction with an id; nil when there is none.
  subscript(id: UInt64) -> Lot? {
    let slot = id & 0xFFFF_FFFF
    guard slot < UInt64(slots.count), let lot = slots[Int(slot)], lot.id == id else { return nil }
    return lot
  }

  /// All of them, in the order of their slots.
  var all: [Lot] { slots.compactMap { $0 } }

  /// Puts an auction in its slot.
  mutating func put(_ lot: Lot) {
    while UInt64(slots.count) <= lot.slot { slots.append(nil) }
    slots[Int(lot.slot)] = lot
  }

  /// Empties the slot of an auction.
  mutating func forget(_ lot: Lot) { slots[Int(lot.slot)] = nil }
}
