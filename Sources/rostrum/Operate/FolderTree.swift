import Glibc
import Kernel
import Uring
import WAL

/// Folders as commands make, move and clear them; every failure names the path and the reason.
enum FolderTree {
  /// The names in a folder; nil when there is none.
  static func names(_ path: String) throws(CommandFailure) -> [String]? {
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT { return nil }
      throw failure("cannot be read", path)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether anything has this name.
  static func isThere(_ path: String) -> Bool {
    var facts = stat()
    return unsafe lstat(path, &facts) == 0
  }

  /// Refuses a folder in which something is no file: reading a pipe would wait for ever, and what
  /// is passed over would be missing in a copy.
  static func refuseWhatIsNoFile(in path: String) throws(CommandFailure) {
    for name in try names(path) ?? [] {
      var facts = stat()
      let inside = "\(path)/\(name)"
      guard unsafe lstat(inside, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG else { continue }
      throw CommandFailure("'\(inside)' is no file of a data folder: move it away")
    }
  }

  /// The length of a file in bytes; nil when there is none.
  static func byteCount(_ path: String) -> UInt64? {
    var facts = stat()
    return unsafe stat(path, &facts) == 0 ? UInt64(facts.st_size) : nil
  }

  /// Makes a folder and those above it, durably.
  static func make(_ path: String) throws(CommandFailure) {
    do { try LinuxFolders().makeFolders(path) } catch {
      errno = error.errno
      throw failure("cannot be made", path)
    }
  }

  /// Deletes a folder and everything in it.
  static func remove(_ path: String) throws(CommandFailure) {
    for name in try names(path) ?? [] {
      var facts = stat()
      let inside = "\(path)/\(name)"
      guard unsafe lstat(inside, &facts) == 0 else { continue }
      if facts.st_mode & S_IFMT == S_IFDIR {
        try remove(inside)
      } else if unsafe unlink(inside) != 0 {
        throw failure("cannot be deleted", inside)
      }
    }
    if unsafe rmdir(path) != 0 && errno != ENOENT { throw failure("cannot be deleted", path) }
  }

  /// Renames a file or folder; an empty folder of that name is replaced.
  static func rename(_ path: String, to newPath: String) throws(CommandFailure) {
    if unsafe Glibc.rename(path, newPath) != 0 { throw failure("cannot be renamed", path) }
  }

  /// Makes the names in a folder durable.
  static func sync(_ path: String) throws(CommandFailure) {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("cannot be opened", path) }
    defer { close(folder) }
    if fsync(folder) != 0 { throw failure("cannot be flushed", path) }
  }

  /// The folder that holds a path.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func failure(_ what: String, _ path: String) -> CommandFailure {
    let reason = unsafe String(cString: strerror(errno))
    return CommandFailure("'\(path)' \(what) (\(reason)); check the path, its rights and the disk")
  }
}
