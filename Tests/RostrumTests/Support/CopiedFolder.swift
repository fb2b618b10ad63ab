import CSystemCalls
import Foundation

/// A copy of a folder that may be damaged; it goes with its owner.
///
/// The zeros of prepared segments become holes, so a copy costs what is written in it.
final class CopiedFolder {
  private let folder: TemporaryFolder
  let path: String

  /// Copies a folder with all that is in it.
  ///
  /// - Parameter source: The folder; nobody may be writing to it.
  /// - Throws: When a file cannot be copied.
  init(_ source: String) throws {
    folder = try TemporaryFolder()
    path = folder.file("data")
    try Self.copy(source, to: path)
  }

  private static func copy(_ source: String, to target: String) throws {
    try FileManager.default.createDirectory(
      atPath: target, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    for name in try FileManager.default.contentsOfDirectory(atPath: source) {
      let (from, to) = (source + "/" + name, target + "/" + name)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: from, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try copy(from, to: to)
      } else {
        let failure = rostrum_copy_file(from, to)
        guard failure == 0 else {
          throw TestFailure("\(from) cannot be copied: \(String(cString: strerror(failure)))")
        }
      }
    }
  }
}
