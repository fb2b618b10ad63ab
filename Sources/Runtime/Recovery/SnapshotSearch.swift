internal import Kernel
internal import Primitives
internal import WAL

/// Finds the newest snapshot that is whole, and loads it.
///
/// A snapshot that is damaged, cut off or does not fit is passed over and named; the one before it
/// is tried, and at last the log from its first record. What was passed over stays where it is.
struct SnapshotSearch {
  /// The snapshots whose two ends are sound, newest first; a loaded one is sound all through.
  private(set) var sound: [SnapshotInfo] = []
  /// Why others were passed over, one line each.
  private(set) var notes: [String] = []
  /// The one that was loaded.
  private(set) var loaded: SnapshotInfo?

  /// Looks at the files of the folder.
  ///
  /// - Parameters:
  ///   - storage: The folder of the snapshots.
  ///   - shard: Whose they must be.
  ///   - memory: Where buffers come from.
  /// - Throws: `ShardError.storage` when the folder cannot be read.
  init<S: Storage & ~Copyable>(
    _ storage: inout S, shard: ShardID, memory: MemorySource
  ) throws(ShardError) {
    let entries: [SnapshotEntry]
    do { entries = try SnapshotStore.list(&storage, shard: shard, memory: memory) } catch {
      throw .storage(error)
    }
    for entry in entries {
      switch entry.finding {
      case .complete(let info): sound.append(info)
      case .unfinished: break
      case .refused(let error): notes.append("\(error)")
      }
    }
  }

  /// Adds a line to what is to be said about the search.
  mutating func note(_ text: String) { notes.append(text) }

  /// Loads the newest snapshot that is wanted and whole.
  ///
  /// - Parameters:
  ///   - storage: The folder of the snapshots.
  ///   - memory: Where buffers come from.
  ///   - isWanted: Which may be taken.
  ///   - fresh: Makes an empty state.
  /// - Returns: The state, or an empty one when none was loaded.
  mutating func load<S: Storage & ~Copyable, F: FolderStorage & ~Copyable>(
    _ storage: inout S, memory: MemorySource, where isWanted: (SnapshotInfo) -> Bool,
    fresh: () -> ReplayVisitor<F>
  ) -> ReplayVisitor<F> {
    for info in sound where isWanted(info) {
      var visitor = fresh()
      do throws(SnapshotError) {
        try SnapshotStore.load(&storage, info, memory: memory, visitor: &visitor)
        guard visitor.finishLoading() else {
          throw .damaged(file: info.name.text, offset: info.byteCount, reason: "pieces are missing")
        }
        loaded = info
        return visitor
      } catch {
        probe(.snapshotPassedOver)
        notes.append("\(error)")
        sound.removeAll { $0.position == info.position }
      }
    }
    return fresh()
  }
}
