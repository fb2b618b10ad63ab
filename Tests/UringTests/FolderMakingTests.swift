import Glibc
import Kernel
import Testing
import WAL

/// A new folder outlives a power failure before anything is made in it.
@Suite struct FolderMakingTests {
  @Test func eachNameIsFlushedBeforeTheNextIsMade() throws {
    let folders = RecordedFolders(["/srv"])
    try folders.makeFolders("/srv/rostrum/data")
    #expect(
      folders.calls == [
        "flush /srv", "make /srv/rostrum", "flush /srv/rostrum", "make /srv/rostrum/data",
        "flush /srv/rostrum/data",
      ])
  }

  @Test func ofThoseThatAreThereTheLastIsFlushed() throws {
    let folders = RecordedFolders(["a", "a/b"])
    try folders.makeFolders("a//b/")
    #expect(folders.calls == ["flush a/b"])
  }

  @Test func withNothingThereTheFirstIsMade() throws {
    let folders = RecordedFolders([])
    try folders.makeFolders("a")
    #expect(folders.calls == ["make a", "flush a"])
  }

  @Test func whatFailsIsNamed() {
    let folders = RecordedFolders(["a"])
    folders.errnos = ["make a/b": ENOSPC]
    #expect(throws: StorageError(operation: .create, file: "a/b/c", errno: ENOSPC)) {
      try folders.makeFolders("a/b/c")
    }
    folders.errnos = ["flush a/b": EINVAL]
    #expect(throws: StorageError(operation: .syncFolder, file: "a/b/c", errno: EINVAL)) {
      try folders.makeFolders("a/b/c")
    }
  }

  /// A folder that is there may be somebody else's; but one that the disk cannot flush is refused.
  @Test(arguments: [(EACCES, false), (EPERM, false), (EROFS, false), (EINVAL, false), (EIO, true)])
  func whatIsThereNeedNotBeFlushed(errno: Int32, isRefused: Bool) {
    let folders = RecordedFolders(["a"])
    folders.errnos = ["flush a": errno]
    do {
      try folders.makeFolders("a")
      #expect(!isRefused)
    } catch {
      #expect(isRefused && error == StorageError(operation: .syncFolder, file: "a", errno: errno))
    }
  }
}

/// Folders that tell what is done with them.
private final class RecordedFolders: FolderMaking {
  var errnos: [String: Int32] = [:]
  private(set) var calls: [String] = []
  private var found: Set<String>

  init(_ found: Set<String>) { self.found = found }

  func hasFolder(_ path: String) -> Bool { found.contains(path) }

  func makeFolder(_ path: String) -> Int32 {
    let errno = note("make \(path)")
    if errno == 0 { found.insert(path) }
    return errno
  }

  func flushFolder(holding path: String) -> Int32 { note("flush \(path)") }

  private func note(_ call: String) -> Int32 {
    calls.append(call)
    return errnos[call] ?? 0
  }
}
