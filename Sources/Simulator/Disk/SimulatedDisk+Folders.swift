// Folders: each has a name in the one above, and is lost when that name is.
extension SimulatedDisk {
  /// A folder's name, and the folder that holds it.
  static func place(of path: String) -> (parent: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  /// A folder; when it is missing it is made, with those above, and durable at once.
  func directory(_ path: String) -> DiskDirectory {
    if let directory = directories[path] { return directory }
    let place = Self.place(of: path)
    directory(place.parent).hold(place.name, newFolderFile())
    let made = DiskDirectory(path: path)
    directories[path] = made
    return made
  }

  private func newFolderFile() -> DiskFile {
    defer { nextFileNumber += 1 }
    return DiskFile(number: nextFileNumber, isFolder: true)
  }

  /// Makes a folder in one that is there; 0, or an errno.
  func makeFolder(_ path: String) -> Int32 {
    if directories[path] != nil, !world.isPowerOff { return 0 }
    spend(.create)
    let place = Self.place(of: path)
    guard let parent = directories[place.parent] else { return Self.errnoMissing }
    let fate = fate(of: .create, in: parent, 0)
    if let errno = fate.errno { return errno }
    if freeByteCount() == 0 {
      counts.fullRefusals += 1
      refuse(.create, in: parent, Self.errnoNoSpace)
      return Self.errnoNoSpace
    }
    counts.nameChanges += 1
    parent.change(.create(place.name, newFolderFile()))
    directories[path] = DiskDirectory(path: path)
    return powerFails(fate)
  }

  /// Flushes the folder that holds a folder; 0, or an errno.
  func flushFolder(holding path: String) -> Int32 {
    guard let parent = directories[Self.place(of: path).parent] else { return Self.errnoMissing }
    let mark = parent.changeCount
    spend(.syncFolder)
    return Int32(-syncNames(parent, through: mark))
  }

  /// The power has failed: a folder whose name is lost takes all that is in it along.
  func loseFolders() {
    for path in directories.names where !path.isEmpty {
      let place = Self.place(of: path)
      if directories[place.parent]?.names[place.name] == nil {
        counts.foldersLost += 1
        directories[path] = nil
      }
    }
  }
}
