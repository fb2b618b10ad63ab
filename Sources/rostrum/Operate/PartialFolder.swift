import Glibc

/// A new folder under a name of its own until all of it is there, proven and flushed.
///
/// Whoever looks at the target sees nothing or all of it. If the power fails before, a folder that
/// ends in `.partial` is left; the same command begins it again.
struct PartialFolder {
  /// The name that it gets.
  let target: String
  /// The name that it has until then.
  let path: String
  /// Keeps others that were given the same target from it; it goes with the process.
  private let lock: Int32

  /// Makes the folder.
  ///
  /// - Parameter target: The name that it gets; must be missing or an empty folder.
  /// - Throws: One line when there is something.
  init(_ target: String) throws(CommandFailure) {
    var target = target
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    self.target = target
    path = target + ".partial"
    if FolderTree.isThere(target) {
      guard let names = try FolderTree.names(target), names.isEmpty else {
        throw CommandFailure("'\(target)' is not empty: name a new folder, nothing was changed")
      }
    }
    try FolderTree.make(path)
    lock = try Self.lock(path)
    try clearLeftover()
  }

  /// Locks the folder; it is the system that unlocks it, however this process ends.
  private static func lock(_ path: String) throws(CommandFailure) -> Int32 {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FolderTree.failure("cannot be opened", path) }
    var (own, named) = (stat(), stat())
    // One that its owner renamed or deleted meanwhile is not the one that has the name.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, unsafe fstat(descriptor, &own) == 0,
      unsafe stat(path, &named) == 0, own.st_ino == named.st_ino, own.st_dev == named.st_dev
    else {
      close(descriptor)
      throw CommandFailure(
        "another command is writing '\(path)': wait for it, or name another folder")
    }
    return descriptor
  }

  /// Deletes what an interrupted run left, and nothing else.
  private func clearLeftover() throws(CommandFailure) {
    let names = try FolderTree.names(path) ?? []
    // The map's own unfinished file begins with the map's name.
    let isOurs = names.allSatisfy { $0.hasPrefix("shard-") || $0.hasPrefix(Self.mapName) }
    guard isOurs else {
      throw CommandFailure(
        "'\(path)' holds other things than an interrupted run leaves: move it away")
    }
    for name in names {
      let inside = "\(path)/\(name)"
      if name.hasPrefix("shard-") { try FolderTree.remove(inside) } else { unsafe unlink(inside) }
    }
  }

  /// The name of the file that says which auction is which after resharding.
  static let mapName = "reshard-map.csv"

  /// Gives it its name, flushed.
  func finish() throws(CommandFailure) {
    for name in try FolderTree.names(path) ?? [] where name.hasPrefix("shard-") {
      let shard = "\(path)/\(name)"
      for folder in try FolderTree.names(shard) ?? [] { try FolderTree.sync("\(shard)/\(folder)") }
      try FolderTree.sync(shard)
    }
    try FolderTree.sync(path)
    try FolderTree.rename(path, to: target)
    try FolderTree.sync(FolderTree.parent(target))
  }

  /// Runs work that fills it; deletes it when that fails.
  ///
  /// - Parameter work: Fills the folder.
  /// - Returns: What the work gives.
  /// - Throws: What the work throws.
  func fill<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      let result = try work()
      try finish()
      return result
    } catch {
      try? FolderTree.remove(path)
      throw error
    }
  }
}
