/// The number of a shard: one pinned thread with its own auctions, sessions and log.
public struct ShardID: Equatable, Hashable, Sendable, BitwiseCopyable {
  /// The number, from 0.
  public let number: UInt16

  /// Names a shard.
  ///
  /// - Parameter number: The number, from 0 to 1,022.
  @inlinable @_noLocks public init(_ number: UInt16) { self.number = number }
}

/// An auction's 64-bit name: shard, generation of the slot, slot.
///
/// The shard stands in the high bits, so that any client can route a bid; the slot indexes a slab,
/// so that finding an auction is one memory touch. The generation, from 1, tells a slot's later
/// auctions apart, so that 0 never names one.
///
/// | bits | meaning |
/// |---|---|
/// | 63...54 | shard |
/// | 53...32 | generation of the slot, 1... |
/// | 31...0 | slot |
public struct AuctionID: Equatable, Hashable, Sendable, BitwiseCopyable {
  /// The whole name, as it goes over the wire.
  public let raw: UInt64

  /// The most shards that a name can tell apart.
  public static let shardsMax = 1 &<< 10
  /// The most auctions, one after the other, that one slot can hold.
  public static let generationMax: UInt32 = (1 &<< 22) - 1

  /// Takes a name as it came over the wire.
  ///
  /// - Parameter raw: The 64 bits.
  @inlinable @inline(__always) @_noLocks public init(raw: UInt64) { self.raw = raw }

  /// Makes a name of its parts.
  ///
  /// - Parameters:
  ///   - shard: The shard that owns the auction.
  ///   - generation: Which auction of the slot, 1 ... `generationMax`.
  ///   - slotIndex: The index in the shard's slab.
  @inlinable @inline(__always) @_noLocks
  public init(shard: ShardID, generation: UInt32, slotIndex: UInt32) {
    raw = UInt64(shard.number) &<< 54 | UInt64(generation) &<< 32 | UInt64(slotIndex)
  }

  /// The shard that owns the auction.
  @inlinable public var shard: ShardID {
    @inline(__always) @_noLocks get { ShardID(UInt16(truncatingIfNeeded: raw &>> 54)) }
  }
  /// Which auction of the slot.
  @inlinable public var generation: UInt32 {
    @inline(__always) @_noLocks get { UInt32(truncatingIfNeeded: raw &>> 32) & 0x3F_FFFF }
  }
  /// The index in the shard's slab.
  @inlinable public var slotIndex: UInt32 {
    @inline(__always) @_noLocks get { UInt32(truncatingIfNeeded: raw) }
  }
}

/// A session's place in its shard's table.
///
/// The low 16 bits are the index, the high 16 bits tell later sessions of the same place apart.
/// Zero names no session.
public struct SessionHandle: Equatable, Hashable, Sendable, BitwiseCopyable {
  /// The 32 bits, as they stand in the log.
  public let raw: UInt32

  /// No session: the server itself.
  public static let none = SessionHandle(raw: 0)

  /// Takes a handle as it stands in the log.
  ///
  /// - Parameter raw: The 32 bits.
  @inlinable @inline(__always) @_noLocks public init(raw: UInt32) { self.raw = raw }

  /// Makes a handle of its parts.
  ///
  /// - Parameters:
  ///   - index: The place in the table.
  ///   - generation: Which session of that place, from 1.
  @inlinable @inline(__always) @_noLocks
  public init(index: UInt16, generation: UInt16) {
    raw = UInt32(generation) &<< 16 | UInt32(index)
  }

  /// The place in the table.
  @inlinable public var index: UInt16 {
    @inline(__always) @_noLocks get { UInt16(truncatingIfNeeded: raw) }
  }
  /// Which session of that place.
  @inlinable public var generation: UInt16 {
    @inline(__always) @_noLocks get { UInt16(truncatingIfNeeded: raw &>> 16) }
  }
}

/// What the sender of a command may do beyond acting for its own account.
public struct Roles: OptionSet, Equatable, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand in the log.
  public let rawValue: UInt32

  /// Takes the bits as they stand in the log.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable @inline(__always) @_noLocks public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// May act for any account: the web edge, a clearing member, a load generator.
  public static let broker = Roles(rawValue: 1)
  /// May do what only an operator may: void bids, cancel with bids, block, verify, limit.
  public static let `operator` = Roles(rawValue: 2)
}
