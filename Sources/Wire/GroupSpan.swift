/// A repeating group in a frame: 8 bytes of dimensions (u32 entry length, u32 count), then entries.
///
/// The entries of a newer sender may be longer than this build knows; stepping by the length in
/// the dimensions reads what is known of each.
@unsafe
public struct GroupSpan: BitwiseCopyable {
  /// The first entry's first byte.
  public let first: UnsafeRawPointer
  /// The bytes from an entry to the next.
  public let entryLength: Int
  /// How many entries.
  public let count: Int

  /// Reads the dimensions.
  ///
  /// - Parameter dimensions: The first byte of the group.
  @inlinable @inline(__always) @_noLocks
  public init(at dimensions: UnsafeRawPointer) {
    unsafe entryLength = Int(LittleEndian.uint32(dimensions, at: 0))
    unsafe count = Int(LittleEndian.uint32(dimensions, at: 4))
    unsafe first = dimensions + Schema.groupHeaderLength
  }

  /// The first byte after the group.
  @inlinable @inline(__always)
  public var end: UnsafeRawPointer { @_noLocks get { unsafe first + entryLength * count } }

  /// An entry's first byte.
  ///
  /// - Parameter index: Which entry, from 0; below `count`.
  /// - Returns: The entry's first byte.
  @inlinable @inline(__always) @_noLocks
  public func entry(_ index: Int) -> UnsafeRawPointer { unsafe first + entryLength * index }

  /// Writes a group's dimensions.
  ///
  /// - Parameters:
  ///   - dimensions: Where to; 8 bytes.
  ///   - entryLength: The bytes of an entry.
  ///   - count: How many entries follow.
  /// - Returns: Where the first entry goes.
  @inlinable @inline(__always) @_noLocks @discardableResult
  public static func write(
    _ dimensions: UnsafeMutableRawPointer,
    entryLength: Int,
    count: Int
  ) -> UnsafeMutableRawPointer {
    unsafe LittleEndian.store(UInt32(truncatingIfNeeded: entryLength), dimensions, at: 0)
    unsafe LittleEndian.store(UInt32(truncatingIfNeeded: count), dimensions, at: 4)
    return unsafe dimensions + Schema.groupHeaderLength
  }

  /// Writes a whole group.
  ///
  /// - Parameters:
  ///   - entries: What to write.
  ///   - dimensions: Where to; 8 bytes and `entryLength` an entry.
  /// - Returns: The first byte after the group.
  @discardableResult
  public static func write<Entry: GroupEntry>(
    _ entries: [Entry],
    to dimensions: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var next = unsafe write(dimensions, entryLength: Entry.entryLength, count: entries.count)
    for entry in entries {
      unsafe entry.write(body: next)
      unsafe next += Entry.entryLength
    }
    return unsafe next
  }
}
