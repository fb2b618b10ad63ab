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
  ///   - entries: What `SnapshotStore.list` gave; only complete ones count.
  ///   - retainedCount: How many snapshots stay, at least 1.
  public init(_ entries: [SnapshotEntry], retainedCount: Int = 2) {
    self.retainedCount = max(1, retainedCount)
    held = entries.compactMap(\.info).sorted { $0.position > $1.position }
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

  /// Forgets a snapshot that turned out not to be readable: it protects nothing.
  ///
  /// - Parameter name: Its file.
  public mutating func drop(_ name: SnapshotName) { held.removeAll { $0.name == name } }

  /// The oldest snapshot beyond those that stay; it counts as gone from now on.
  ///
  /// - Returns: The file to delete, nil if none is to go. If it cannot be deleted, the next start
  ///   does it.
  public mutating func takeRemovable() -> SnapshotName? {
    guard held.count > retainedCount else { return nil }
    probe(.snapshotOldRemoved)
    return held.removeLast().name
  }

  /// Up to where the log may be released.
  ///
  /// - Parameter archivedThrough: The position up to which the archive has the log; nil without an
  ///   archive.
  /// - Returns: A position; 0 if nothing may go.
  public func trimPosition(archivedThrough: UInt64?) -> UInt64 {
    Self.trimPosition(
      positions: held.map(\.position), retainedCount: retainedCount,
      archivedThrough: archivedThrough)
  }

  /// Up to where the log may be released: not before enough snapshots cover it and, with an
  /// archive, not before that has it.
  ///
  /// - Parameters:
  ///   - positions: The positions of the complete snapshots, in any order.
  ///   - retainedCount: How many snapshots stay.
  ///   - archivedThrough: The position up to which the archive has the log; nil without an archive.
  /// - Returns: A position; 0 if nothing may go.
  public static func trimPosition(
    positions: [UInt64], retainedCount: Int, archivedThrough: UInt64?
  ) -> UInt64 {
    let newestFirst = positions.sorted(by: >)
    guard retainedCount > 0, newestFirst.count >= retainedCount else { return 0 }
    // A snapshot that is still there although it should have gone may be the one that is loaded.
    let needed = newestFirst[newestFirst.count - 1]
    return min(needed, archivedThrough ?? .max)
  }
}
