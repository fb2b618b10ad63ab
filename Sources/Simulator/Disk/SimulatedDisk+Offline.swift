internal import Primitives

// What those who judge a run look at; nothing of it passes time, fails or leaves a trace.
extension SimulatedDisk {
  /// A folder as it is now, also when the power is off; what is written there is durable at once.
  ///
  /// - Parameter path: The folder; it is made when it is missing.
  /// - Returns: The folder.
  public func folder(_ path: String) -> SimulatedFolder {
    SimulatedFolder(disk: self, directory: directory(path), use: .offline)
  }

  /// Whether there is a folder.
  ///
  /// - Parameter path: Its path.
  /// - Returns: Whether it was made.
  public func hasFolder(_ path: String) -> Bool { directories[path] != nil }

  /// A disk of its own with the same contents, outside of the world: nothing fails there.
  ///
  /// - Returns: The disk.
  public func copy() -> SimulatedDisk {
    let other = SimulatedDisk(world: world, faults: .none, isOffline: true)
    var copies: [Int: DiskFile] = [:]
    other.directories = directories.mapValues { $0.copy(&copies) }
    other.nextFileNumber = nextFileNumber
    return other
  }

  /// A disk of its own with what a power failure now could leave, outside of the world.
  ///
  /// - Parameter seed: Which of the many possible outcomes.
  /// - Returns: The disk.
  public func copyAfterPowerFailure(seed: UInt64) -> SimulatedDisk {
    let other = copy()
    other.faults = faults
    other.generator = .init(seed: seed)
    other.settleAll()
    return other
  }

  /// A disk of its own that holds what was flushed and nothing else, outside of the world.
  ///
  /// - Returns: The disk.
  public func copyOfFlushed() -> SimulatedDisk {
    let other = copy()
    other.settleAll(.nothing)
    return other
  }
}
