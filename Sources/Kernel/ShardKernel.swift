public import Primitives
public import WAL

/// A folder whose names can be flushed by a ring, and whose files can be written in two ways.
public protocol FolderStorage: Storage, ~Copyable {
  /// The folder's own descriptor, to be flushed when names change.
  var folder: StorageFile { get }
  /// Opens a file that is there once more, for writes of whole blocks past the page cache.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The file, to be closed like any other; nil where it cannot be had, for instance
  ///   since the file system knows no such access.
  mutating func openDirect(_ name: String) -> StorageFile?
}

/// All that a shard asks of the machine it runs on: a ring, folders, clocks, memory, random bits.
///
/// Production gives Linux (`LinuxKernel`), a simulation gives a world made from a seed: the shard
/// is the same code on both. Its methods are called on the shard's thread alone.
public protocol ShardKernel {
  /// Its queue of requests.
  associatedtype Ring: RequestRing & ~Copyable
  /// Its folders.
  associatedtype Folder: FolderStorage & ~Copyable

  /// Opens the shard's ring.
  ///
  /// - Parameters:
  ///   - sizes: How big.
  ///   - memory: Where the receive buffers' memory comes from.
  /// - Returns: The ring.
  /// - Throws: `KernelError` when the kernel refuses.
  func openRing(sizes: RingSizes, memory: MemorySource) throws(KernelError) -> Ring
  /// Opens a folder; makes it, and those above it, when they are missing and may be written.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: How its files are opened.
  ///   - memory: Where buffers come from.
  /// - Returns: The folder.
  /// - Throws: `StorageError` if it cannot be made or opened.
  func openFolder(
    _ path: String, access: FolderAccess, memory: MemorySource
  ) throws(StorageError) -> Folder

  /// The wall time in nanoseconds since the Unix epoch; may step backwards.
  func wallTime() -> Nanoseconds
  /// A time that never steps backwards, in nanoseconds since some moment.
  func monotonicTime() -> Nanoseconds
  /// 64 bits that nobody can guess, for names and keys; never for what is replayed.
  func randomBits() -> UInt64

  /// Memory for tables of which many clients use a little each.
  var pages: MemorySource { get }
  /// Memory for the tables that every bid touches somewhere at random.
  var hugePages: MemorySource { get }
  /// Bytes that this thread has asked the allocator for, ever.
  var threadAllocatedBytes: UInt64 { get }
  /// Lets another thread of this core run first.
  func yield()
}
