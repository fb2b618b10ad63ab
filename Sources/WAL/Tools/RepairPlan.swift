/// A batch that a repair would cut off.
public struct LostBatch: Equatable, Sendable {
  /// The file in which it stands.
  public let file: String
  /// Where in the file, in bytes.
  public let offset: UInt64
  /// The batch's number.
  public let batchNumber: UInt64
  /// The position of its first record.
  public let firstPosition: UInt64
  /// How many records.
  public let recordCount: UInt32
  /// Whether its records are as they were sealed, so that they can still be read one by one.
  public let isIntact: Bool
}

/// What a repair changes, in the order in which it does.
public enum RepairStep: Equatable, Sendable {
  /// Rename the file.
  case moveAside(file: String, to: String)
  /// Copy the file under another name, then cut it off.
  case copyAsideAndCut(file: String, to: String, byteCount: UInt64)

  /// The file that is changed.
  public var file: String {
    switch self {
    case .moveAside(let file, _), .copyAsideAndCut(let file, _, _): file
    }
  }

  /// One line that says what is done.
  public var summary: String {
    switch self {
    case .moveAside(let file, let name): "rename \(file) to \(name)"
    case .copyAsideAndCut(let file, let name, let byteCount):
      "copy \(file) to \(name) and cut it off at byte \(byteCount)"
    }
  }
}

/// What a repair of a damaged log would keep, cut off and change.
public struct RepairPlan: Equatable, Sendable {
  /// Why the log is refused; nil if it is not, and then there is nothing to do.
  public internal(set) var damage: LogDamage?
  /// The position of the last record that is kept, 0 if there is none.
  public internal(set) var keptPosition: UInt64 = 0
  /// The number of the last batch that is kept.
  public internal(set) var keptBatchNumber: UInt64 = 0
  /// The batches that can still be recognised and would be cut off, by number.
  ///
  /// There may have been others: whatever a damaged block held cannot be told any more.
  public internal(set) var lost: [LostBatch] = []
  /// What is changed, in that order; if power fails in between, plan and apply again.
  public internal(set) var steps: [RepairStep] = []

  /// The last position that is known to be lost, nil if none is.
  ///
  /// A later batch tells where the ones before it ended, also if they cannot be read any more.
  public var lostThroughPosition: UInt64? {
    let last = lost.map { $0.firstPosition + UInt64($0.recordCount) - 1 }.max() ?? 0
    return last > keptPosition ? last : nil
  }

  /// Lines that say what would be lost and what would be changed.
  public var description: String {
    guard let damage else { return "nothing to repair" }
    var lines = ["case \(damage.recoveryCase.letter): \(damage.recoveryCase.summary)"]
    lines.append("kept: records to \(keptPosition), batches to \(keptBatchNumber)")
    if let last = lostThroughPosition {
      lines.append(
        "lost: records \(keptPosition + 1) to \(last), which may have been acknowledged"
      )
    } else {
      lines.append(
        "lost: batch \(keptBatchNumber + 1), whose records cannot be told any more and may have "
          + "been acknowledged"
      )
    }
    for batch in lost {
      lines.append(
        "  batch \(batch.batchNumber) at byte \(batch.offset) of \(batch.file): "
          + "\(batch.recordCount) records from \(batch.firstPosition), "
          + (batch.isIntact ? "intact" : "damaged")
      )
    }
    return (lines + steps.map { "will " + $0.summary }).joined(separator: "\n")
  }
}
