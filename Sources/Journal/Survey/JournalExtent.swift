/// A place in the journal and the sum over all that was found before it.
public struct JournalCheckpoint: Equatable, Sendable, BitwiseCopyable {
  /// The offset.
  public let offset: UInt64
  /// CRC-32C over the first eight bytes (length and checksum) of each item since the known offset.
  public let sum: UInt32

  /// Names a checkpoint.
  ///
  /// - Parameters:
  ///   - offset: The offset.
  ///   - sum: The sum.
  public init(offset: UInt64, sum: UInt32) {
    self.offset = offset
    self.sum = sum
  }
}

/// Why the proven part of a journal ends where it does.
public enum JournalEnding: String, Equatable, Sendable {
  /// The files end there too.
  case complete
  /// A file ends inside an event: a write that a crash cut.
  case cutEvent
  /// The bytes that follow are no event: a write that a crash tore, an earlier life, or damage.
  case noEvent
  /// The event that follows has a later position than the durable log: of another life.
  case aheadOfLog
  /// The event that follows has an earlier position than the one before: of another life.
  case outOfOrder
  /// The known offset lies behind what is there, or before what is held.
  case unreached
}

/// What a survey found: the part of the journal that may be relied on.
public struct JournalExtent: Equatable, Sendable {
  /// The offset up to which the caller knew the journal to be right.
  public let known: UInt64
  /// Where the oldest event is that is held.
  public let oldest: UInt64
  /// Where the proven part ends; what follows is not of this journal.
  public let end: UInt64
  /// Whether the files reach the known offset; otherwise an older state is needed.
  public let reachesKnown: Bool
  /// Why it ends there.
  public let ending: JournalEnding
  /// Whether bytes or files follow that are to be cut off before anything is written.
  public let hasTail: Bool
  /// Sums from the known offset to the end, with which a replay is compared.
  public let checkpoints: [JournalCheckpoint]

  /// The extent of a journal that has no files.
  ///
  /// - Parameter known: Where the state says that it ends.
  /// - Returns: What a survey of an empty folder gives.
  public static func empty(known: UInt64) -> JournalExtent {
    JournalExtent(
      known: known, oldest: known, end: 0, reachesKnown: known == 0,
      ending: known == 0 ? .complete : .unreached, hasTail: false, checkpoints: [])
  }
}
