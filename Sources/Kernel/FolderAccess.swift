/// How a folder's files are opened.
public enum FolderAccess: Sendable {
  /// For writing, past the page cache; the folder is made when it is missing.
  case writable
  /// For reading alone, past the page cache; nothing is made.
  case readable
  /// For writing through the page cache: what the files hold can be made again from the log.
  case cached
}
