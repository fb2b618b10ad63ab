internal import Primitives
public import WAL

/// Who makes and flushes folders: what `makeFolders` stands on.
public protocol FolderMaking {
  /// Whether there is a folder.
  ///
  /// - Parameter path: Its path.
  /// - Returns: Whether there is one.
  func hasFolder(_ path: String) -> Bool
  /// Makes a folder in one that is there; not before `flushFolder` will it outlive a power failure.
  ///
  /// - Parameter path: The folder.
  /// - Returns: 0 when it is there now, or an errno.
  func makeFolder(_ path: String) -> Int32
  /// Makes the name of a folder durable: flushes the folder that holds it.
  ///
  /// - Parameter path: The folder.
  /// - Returns: 0, or an errno.
  func flushFolder(holding path: String) -> Int32
}

extension FolderMaking {
  /// Makes a folder and those above it that are missing, so that they outlive a power failure.
  ///
  /// Each name is flushed before anything is made in its folder. So of the folders that are there
  /// already only the last can have a name that is not flushed yet (its maker was killed before
  /// that), and it is flushed too: a log in it would vanish with it, acknowledged bids and all.
  ///
  /// - Parameter path: The folder.
  /// - Throws: `StorageError` if a folder cannot be made or flushed.
  public func makeFolders(_ path: String) throws(StorageError) {
    let folders = folderPaths(path)
    let foundCount = (folders.lastIndex(where: hasFolder) ?? -1) + 1
    if foundCount > 0 {
      let errno = flush(folders[foundCount - 1])
      if errno != 0, !mayBeAnothers(errno) { throw failure(.syncFolder, path, errno) }
    }
    for folder in folders[foundCount...] {
      var errno = makeFolder(folder)
      if errno != 0 { throw failure(.create, path, errno) }
      errno = flush(folder)
      if errno != 0 { throw failure(.syncFolder, path, errno) }
    }
  }

  private func flush(_ folder: String) -> Int32 {
    FaultPoint.skipParentSync.isPlanted ? 0 : flushFolder(holding: folder)
  }

  /// Whether a folder that is there cannot be flushed since it is not this user's, or on a file
  /// system that is not written or flushes no folders: EPERM, EACCES, EINVAL, EROFS.
  private func mayBeAnothers(_ errno: Int32) -> Bool { [1, 13, 22, 30].contains(errno) }

  private func failure(
    _ operation: StorageError.Operation, _ path: String, _ errno: Int32
  ) -> StorageError {
    StorageError(operation: operation, file: path, errno: errno)
  }
}

/// The folders that a path goes through, the outermost first, and the path itself.
private func folderPaths(_ path: String) -> [String] {
  var folders: [String] = []
  var folder = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    folder += part
    folders.append(folder)
    folder += "/"
  }
  return folders
}
