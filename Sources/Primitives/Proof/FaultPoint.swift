internal import CIntrinsics

/// A bug that a test can plant in a debug build, to show that the simulation finds it.
///
/// Release builds do not contain the branches: `isPlanted` is a constant there.
public enum FaultPoint: UInt8, CaseIterable, Sendable {
  /// Replies leave before the batch they speak of is flushed.
  case acknowledgeBeforeFlush = 1
  /// Recovery takes a batch whose hash is wrong.
  case skipHashCheck = 2
  /// A new file's name is never flushed.
  case skipFolderSync = 3
  /// A snapshot forgets how far each session's commands have come.
  case forgetSequence = 4
  /// Of two equal maxima the later one leads.
  case breakTieWrong = 5
  /// A new folder's name is never flushed.
  case skipParentSync = 6

  /// Whether this build can plant bugs at all.
  public static var canPlant: Bool {
    #if FAULT_POINTS
    true
    #else
    false
    #endif
  }

  /// Plants a bug in this process; only one at a time, and only in a build that can.
  ///
  /// - Parameter fault: The bug; nil for none.
  public static func plant(_ fault: FaultPoint?) { rostrum_plant(fault?.rawValue ?? 0) }

  #if FAULT_POINTS
  /// Whether the bug is planted.
  public var isPlanted: Bool { @_noLocks get { rostrum_fault() == rawValue } }
  #else
  /// Whether the bug is planted: never in a release, where every module sees so when it is built.
  @inlinable public var isPlanted: Bool { @_noLocks @inline(__always) get { false } }
  #endif
}
