internal import CIntrinsics

extension Probe {
  // In Sources/Journal:
  /// The rare branches of the event journal.
  public enum Journal: UInt16, CaseIterable, Sendable {
    /// The journal filled a file and began the next one.
    case journalFileTurned = 206
    /// The journal's memory went on at its beginning.
    case journalWrapped = 207
    /// A journal that was given up let events go.
    case journalLetGo = 208
    /// A write of the journal failed and waits to be tried again.
    case journalWriteFailed = 209
    /// A write of the journal fell short, and the rest followed.
    case journalShortWrite = 210
    /// The journal was given up until the next start.
    case journalAbandoned = 211
    /// The journal's files were cut off behind what the log implies.
    case journalTailCut = 212
    /// A file of the journal was let go.
    case journalTrimmed = 213
    /// A reader needed what is no longer in memory.
    case journalReadFromDisk = 214
    /// A replay's events were the same as those on the disk, to the end.
    case journalConfirmed = 215
    /// A replay's events were not those on the disk, which are written over.
    case journalDiverged = 216
    /// The journal on the disk did not reach the state, and began anew.
    case journalBegunAnew = 217
    /// The journal began anew in the middle of a file.
    case journalFloorDue = 218
    /// The journal ended inside an event.
    case journalCutEvent = 219
    /// No sound event stood where the journal should go on.
    case journalDamaged = 220
    /// The journal held events of records that the log lost.
    case journalAheadOfLog = 221
    /// The journal held events of an earlier life of the file.
    case journalOutOfOrder = 222
    /// A follower asked for events that are no longer held.
    case followerTooOld = 223
    /// A follower asked for events where none begins or that are yet to come.
    case followerRefused = 224
    /// A history reaches back to what is no longer held.
    case historyCutOff = 225
    /// A history was longer than the page that was asked for.
    case historyPaged = 226
    /// An event was longer than the end of a reader's window.
    case historyReadTwice = 227
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.Journal) { rostrum_probe_hit(probe.rawValue) }
