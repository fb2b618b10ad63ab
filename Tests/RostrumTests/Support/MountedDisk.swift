import Foundation

/// A small ext4 file system of its own on a loop device, in a mount namespace of its own: it goes
/// with its last process, whatever becomes of the tests.
final class MountedDisk {
  private let folder: TemporaryFolder
  private let holder: ChildProcess
  /// Where the processes of the namespace see it.
  let path: String
  /// Where everybody else does.
  var outsidePath: String { "/proc/\(holder.pid)/root\(path)" }

  /// Makes a file system and mounts it.
  ///
  /// - Parameter mebibytes: Its size.
  /// - Throws: Why this machine has none, such as a container without the right to mount.
  init(mebibytes: Int) throws {
    folder = try TemporaryFolder()
    path = folder.file("disk")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let image = folder.file("image")
    guard FileManager.default.createFile(atPath: image, contents: nil),
      truncate(image, mebibytes << 20) == 0
    else { throw TestFailure("no image of a disk: errno \(errno)") }
    // No blocks for root alone: the server may be root, and "full" is to mean it.
    let script = """
      mkfs.ext4 -q -m 0 -E lazy_itable_init=1 "$1" && mount -o loop "$1" "$2" && echo mounted \
      && exec sleep 120
      """
    holder = try ChildProcess(
      [
        "/usr/bin/env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "unshare", "--mount",
        "--propagation", "private", "sh", "-c", script, "sh", image, path,
      ], output: folder.file("holder.out"), errors: folder.file("holder.err"))
    let holder = holder
    try waitUntil(20, "no disk was mounted") {
      guard holder.isRunning else { throw TestFailure("no disk: \(holder.errors)") }
      return holder.output.contains("mounted")
    }
  }

  /// What a process on it is started with.
  var wrapper: [String] { ["nsenter", "--mount", "--target", "\(holder.pid)", "--"] }

  /// The bytes that are free.
  func freeByteCount() throws -> UInt64 {
    var facts = statvfs()
    guard statvfs(outsidePath, &facts) == 0 else { throw TestFailure("statvfs: errno \(errno)") }
    return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
  }

  /// Fills it with a file, but for some bytes.
  func fill(leaving byteCount: UInt64) throws {
    let file = open(outsidePath + "/filler", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TestFailure("no filler: errno \(errno)") }
    defer { close(file) }
    var step: Int64 = 16 << 20
    var length = lseek(file, 0, SEEK_END)
    while step >= 4_096 {
      let room = Int64(try freeByteCount()) - Int64(byteCount)
      if room >= step, posix_fallocate(file, off_t(length), off_t(step)) == 0 {
        length += off_t(step)
      } else {
        step /= 2
      }
    }
  }

  /// Takes the filler away.
  func free() throws {
    guard unlink(outsidePath + "/filler") == 0 else {
      throw TestFailure("the filler stays: errno \(errno)")
    }
  }
}
