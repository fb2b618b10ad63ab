/// What a request to the kernel was for.
public enum RequestKind: UInt8, Sendable {
  /// New connections of the listener; goes on until told otherwise.
  case accept = 1
  /// Bytes of a connection; goes on until told otherwise.
  case receive
  /// Bytes to a connection.
  case send
  /// The end of both directions of a connection.
  case shutdown
  /// A connection's place in the table of registered files is given back.
  case close
  /// Another request is to stop.
  case cancel
  /// Another thread wants attention.
  case wake
  /// A batch on its way to the log.
  case logWrite
  /// The flush of that batch.
  case logSync
  /// Zeros on their way to a segment that is being prepared.
  case prepareWrite
  /// The flush of those.
  case prepareSync
  /// A piece of a snapshot on its way to its file, or a flush of it.
  case snapshotStep
  /// Events on their way to the journal.
  case journalWrite
  /// A flush of the journal.
  case journalSync
  /// Events on their way back from the journal.
  case journalRead
}

/// The 64 bits that come back with a completion: what it was for, and for whom.
///
/// The generation tells a connection from the one that had its place before, so that the last
/// bytes of a dead connection never enter a new one.
public struct Token: Sendable, BitwiseCopyable {
  /// kind (8 bits), generation (24 bits), index (32 bits).
  public let raw: UInt64

  /// Takes a token as the kernel gives it back.
  ///
  /// - Parameter raw: The 64 bits.
  @inlinable @inline(__always) @_noLocks public init(raw: UInt64) { self.raw = raw }

  /// Makes a token.
  ///
  /// - Parameters:
  ///   - kind: What the request is for.
  ///   - index: For whom: a connection, a buffer.
  ///   - generation: Which user of that index; the low 24 bits count.
  @inlinable @inline(__always) @_noLocks
  public init(_ kind: RequestKind, index: UInt32 = 0, generation: UInt32 = 0) {
    raw = UInt64(kind.rawValue) &<< 56 | UInt64(generation & 0xFF_FFFF) &<< 32 | UInt64(index)
  }

  /// What the request was for; nil for a token that was never made.
  @inlinable public var kind: RequestKind? {
    @inline(__always) @_noLocks get { RequestKind(rawValue: UInt8(truncatingIfNeeded: raw &>> 56)) }
  }
  /// For whom.
  @inlinable public var index: UInt32 {
    @inline(__always) @_noLocks get { UInt32(truncatingIfNeeded: raw) }
  }
  /// Which user of that index.
  @inlinable public var generation: UInt32 {
    @inline(__always) @_noLocks get { UInt32(truncatingIfNeeded: raw &>> 32) & 0xFF_FFFF }
  }
}
