/// A change of a folder's names.
enum NameChange {
  case create(String, DiskFile)
  case rename(String, to: String, DiskFile)
  case remove(String, DiskFile)

  /// The file that gets or loses a name.
  var file: DiskFile {
    switch self {
    case .create(_, let file), .rename(_, _, let file), .remove(_, let file): file
    }
  }
}

/// A folder: its names as programs see them, as a power failure leaves them, and what is between.
final class DiskDirectory {
  let path: String
  var names = NameTable<DiskFile>()
  var durableNames = NameTable<DiskFile>()
  private(set) var pending: [NameChange] = []
  private var settledCount = 0

  init(path: String) { self.path = path }

  /// How many changes there have been.
  var changeCount: Int { settledCount + pending.count }

  func change(_ change: NameChange) {
    Self.apply(change, to: &names)
    pending.append(change)
  }

  /// Has a name as if it had always been there.
  func hold(_ name: String, _ file: DiskFile) {
    names[name] = file
    durableNames[name] = file
  }

  /// Makes the changes up to one of them durable.
  func commit(through change: Int) {
    let count = min(change - settledCount, pending.count)
    guard count > 0 else { return }
    for change in pending[..<count] { Self.apply(change, to: &durableNames) }
    pending.removeFirst(count)
    settledCount += count
  }

  /// Makes all names durable.
  func commitAll() { commit(through: changeCount) }

  /// The power fails: each pending change is kept or lost; a rename is never half done.
  func settle(keeping isKept: (Int) -> Bool) {
    for (index, change) in pending.enumerated() where isKept(index) {
      Self.apply(change, to: &durableNames)
    }
    settledCount += pending.count
    pending.removeAll()
    names = durableNames
  }

  /// Applies a change, also to names that lack an earlier one: an entry that another file has
  /// meanwhile stays that file's.
  private static func apply(_ change: NameChange, to names: inout NameTable<DiskFile>) {
    switch change {
    case .create(let name, let file): if names[name] == nil { names[name] = file }
    case .rename(let old, let new, let file):
      if names[old] === file { names[old] = nil }
      names[new] = file
    case .remove(let name, let file): if names[name] === file { names[name] = nil }
    }
  }

  /// A folder of its own; a file that has several states here is one file there too.
  func copy(_ copies: inout [Int: DiskFile]) -> DiskDirectory {
    let other = DiskDirectory(path: path)
    func copied(_ file: DiskFile) -> DiskFile {
      if let copy = copies[file.number] { return copy }
      let copy = file.copy()
      copies[file.number] = copy
      return copy
    }
    other.names = names.mapValues(copied)
    other.durableNames = durableNames.mapValues(copied)
    other.pending = pending.map { change in
      switch change {
      case .create(let name, let file): .create(name, copied(file))
      case .rename(let old, let new, let file): .rename(old, to: new, copied(file))
      case .remove(let name, let file): .remove(name, copied(file))
      }
    }
    return other
  }

  /// Every file that has or had a name here since the last flush.
  var files: [DiskFile] {
    names.entries.map(\.value) + durableNames.entries.map(\.value) + pending.map(\.file)
  }
}
