internal import CLinux
public import Kernel

/// The folders of the machine.
public struct LinuxFolders: FolderMaking, Sendable {
  /// The folders of the machine.
  public init() {}

  /// See `FolderMaking`.
  public func hasFolder(_ path: String) -> Bool { unsafe rl_is_directory(path) != 0 }

  /// See `FolderMaking`; nobody else may look into what is made.
  public func makeFolder(_ path: String) -> Int32 { unsafe -rl_make_directory(path) }

  /// See `FolderMaking`.
  public func flushFolder(holding path: String) -> Int32 { unsafe -rl_sync_parent(path) }
}
