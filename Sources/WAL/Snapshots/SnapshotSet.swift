internal import Primitives

/// The complete snapshots of a serving shard: which may go, and which of the log they still need.
///
/// A pure decision. Deleting a snapshot comes before the log that only it needs is released, and
/// both come after the newer snapshots are durable: whatever step the power fails at, the
/// `retainedCount` newest snapshots are there and the log from the oldest of them on.
public struct SnapshotSet: Sendable {
  /// How many snapshots stay.
  public let retainedCount: Int
  /// The snapshots, newest first.
  public private(set) var held: [SnapshotInfo]

  /// Takes over what is there.
  ///
  /// - Parameters:
  ///   - complete: The complete ones that `SnapshotStore.list` gave.
  ///   - retainedCount: How many snapshots stay, at least 1.
  public init(_ complete: [SnapshotInfo], retainedCount: Int = 2) {
    self.retainedCount = max(1, retainedCount)
    held = complete.sorted { $0.position > $1.position }
    // A shard that serves takes notes of further ones without asking for memory.
    held.reserveCapacity(16)
  }

  /// The newest snapshot, nil if there is none.
  public var newest: SnapshotInfo? { held.first }

  /// Takes note of a snapshot that is complete and durable.
  ///
  /// - Parameter info: The snapshot.
  public mutating func add(_ info: SnapshotInfo) {
    held.removeAll { $0.position == info.position }
    let place = held.firstIndex { $0.position < info.position } ?? held.count
    held.insert(info, at: place)
  }

  /// The oldest snapshot beyond those that stay; it counts as gone from now on.
  ///
  /// - Returns: The file to delete, nil if none is to go. If it cannot be deleted, the next start
  ///   does it.
  public mutating func takeRemovable() -> SnapshotName? {
    guard held.count > retainedCount else { return nil }
    probe(.snapshotOldRemoved)
    return held.removeLast().name
  }

  /// Up to where the log may be released: not before enough snapshots cover it and, with an
  /// archive, not before that has it.
  ///
  /// - Parameter archivedThrough: The position up to which the archive has the log; nil without an
  ///   archive.
  /// - Returns: A position; 0 if nothing may go.
  public func trimPosition(archivedThrough: UInt64?) -> UInt64 {
    // A snapshot that is still there although it should have gone may be the one that is loaded.
    guard held.count >= retainedCount, let oldest = held.last else { return 0 }
    return min(oldest.position, archivedThrough ?? .max)
  }
}
