/// Values by name, in the order of the names: the same in each process, unlike a dictionary's.
struct NameTable<Value> {
  /// The names and their values, in order.
  private(set) var entries: [(name: String, value: Value)] = []

  /// The names, in order.
  var names: [String] { entries.map(\.name) }

  subscript(name: String) -> Value? {
    get {
      let place = place(of: name)
      return holds(name, at: place) ? entries[place].value : nil
    }
    set {
      let place = place(of: name)
      if holds(name, at: place) {
        if let newValue { entries[place].value = newValue } else { entries.remove(at: place) }
      } else if let newValue {
        entries.insert((name: name, value: newValue), at: place)
      }
    }
  }

  private func holds(_ name: String, at place: Int) -> Bool {
    place < entries.count && entries[place].name == name
  }

  /// Where a name stands or would stand.
  private func place(of name: String) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// A table of other values under the same names.
  func mapValues<Other>(_ transform: (Value) -> Other) -> NameTable<Other> {
    var other = NameTable<Other>()
    other.entries = entries.map { (name: $0.name, value: transform($0.value)) }
    return other
  }
}
