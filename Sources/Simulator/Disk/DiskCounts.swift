/// What a disk has done, right and wrong.
public struct DiskCounts: Sendable, Equatable {
  /// Reads.
  public var reads: UInt64 = 0
  /// Writes.
  public var writes: UInt64 = 0
  /// Bytes written.
  public var writtenBytes: UInt64 = 0
  /// Flushes of files.
  public var flushes: UInt64 = 0
  /// Flushes of folders.
  public var folderFlushes: UInt64 = 0
  /// Files made, renamed, cut or deleted.
  public var nameChanges: UInt64 = 0

  /// Reads that failed.
  public var readErrors: UInt64 = 0
  /// Writes that failed.
  public var writeErrors: UInt64 = 0
  /// Flushes that failed.
  public var flushErrors: UInt64 = 0
  /// Changes of names that failed.
  public var nameErrors: UInt64 = 0
  /// Reads that gave less than there is.
  public var shortReads: UInt64 = 0
  /// Writes that wrote less than asked.
  public var shortWrites: UInt64 = 0
  /// Steps refused because the disk was full.
  public var fullRefusals: UInt64 = 0
  /// Answers about free room while there was little of it.
  public var scarceMeasures: UInt64 = 0
  /// Steps that were slow.
  public var slowSteps: UInt64 = 0

  /// Power failures.
  public var powerFailures: UInt64 = 0
  /// Processes that died with the disk's cache alive.
  public var processDeaths: UInt64 = 0
  /// Unflushed pages that a power failure or a failed flush kept.
  public var pagesKept: UInt64 = 0
  /// Unflushed pages that it lost.
  public var pagesDropped: UInt64 = 0
  /// Unflushed pages of which it kept some sectors.
  public var pagesTorn: UInt64 = 0
  /// Sectors that it filled with anything.
  public var sectorsGarbled: UInt64 = 0
  /// Unflushed changes of names that it kept.
  public var namesKept: UInt64 = 0
  /// Unflushed changes of names that it lost.
  public var namesDropped: UInt64 = 0
  /// Folders that were lost with their names, and all that was in them.
  public var foldersLost: UInt64 = 0

  /// Writes that reached nothing.
  public var lostWrites: UInt64 = 0
  /// Writes that reached another place.
  public var misdirectedWrites: UInt64 = 0
  /// Pages whose bits changed at rest.
  public var rottenPages: UInt64 = 0
  /// Pages that became unreadable at rest.
  public var unreadablePages: UInt64 = 0

  /// A disk that has done nothing.
  public init() {}
}
