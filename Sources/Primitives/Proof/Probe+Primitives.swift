internal import CIntrinsics

extension Probe {
  // In Sources/Primitives/Snapshot:
  /// The rare branches of the copies that a snapshot keeps of pages.
  public enum Primitives: UInt16, CaseIterable, Sendable {
    /// A page of a table was copied before it changed, for a snapshot.
    case pagePreserved = 69
    /// A page found no room beside a snapshot, which must be given up.
    case areaOverflown = 70
    /// Pages beside a snapshot went on at the beginning of their memory.
    case areaWrapped = 71
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.Primitives) { rostrum_probe_hit(probe.rawValue) }
