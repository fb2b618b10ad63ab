// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// What a logon asks for.
public struct LogonFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt32

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Only on a server without keys: may act for any account.
  @inlinable public static var insecureBroker: LogonFlags {
    @_noLocks get { Self(rawValue: 1 << 0) }
  }
  /// Only on a server without keys: may do what an operator may.
  @inlinable public static var insecureOperator: LogonFlags {
    @_noLocks get { Self(rawValue: 1 << 1) }
  }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] { ["insecureBroker", "insecureOperator"] }
}

/// Choices of an auction.
public struct AuctionFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt8

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not published yet.
  @inlinable public static var draft: AuctionFlags { @_noLocks get { Self(rawValue: 1 << 0) } }
  /// Only verified accounts may bid.
  @inlinable public static var requireVerified: AuctionFlags {
    @_noLocks get { Self(rawValue: 1 << 1) }
  }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] { ["draft", "requireVerified"] }
}

/// Which fields of an UpdateAuction are meant; the others are ignored.
public struct UpdateFields: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt32

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Sets the starting price.
  @inlinable public static var startPrice: UpdateFields { @_noLocks get { Self(rawValue: 1 << 0) } }
  /// Sets the reserve (absent removes it).
  @inlinable public static var reserve: UpdateFields { @_noLocks get { Self(rawValue: 1 << 1) } }
  /// Sets the buy-now price (absent removes it).
  @inlinable public static var buyNow: UpdateFields { @_noLocks get { Self(rawValue: 1 << 2) } }
  /// Sets the start.
  @inlinable public static var startTime: UpdateFields { @_noLocks get { Self(rawValue: 1 << 3) } }
  /// Sets the end.
  @inlinable public static var endTime: UpdateFields { @_noLocks get { Self(rawValue: 1 << 4) } }
  /// Sets the hard end.
  @inlinable public static var hardEnd: UpdateFields { @_noLocks get { Self(rawValue: 1 << 5) } }
  /// Sets the soft-close window and extension.
  @inlinable public static var softClose: UpdateFields { @_noLocks get { Self(rawValue: 1 << 6) } }
  /// Sets the category.
  @inlinable public static var category: UpdateFields { @_noLocks get { Self(rawValue: 1 << 7) } }
  /// Sets the bid rate limit.
  @inlinable public static var rateLimit: UpdateFields { @_noLocks get { Self(rawValue: 1 << 8) } }
  /// Sets the increment table.
  @inlinable public static var increments: UpdateFields { @_noLocks get { Self(rawValue: 1 << 9) } }
  /// Sets whether bidders must be verified.
  @inlinable public static var verified: UpdateFields { @_noLocks get { Self(rawValue: 1 << 10) } }
  /// Sets the reserve policies.
  @inlinable public static var policies: UpdateFields { @_noLocks get { Self(rawValue: 1 << 11) } }
  /// Sets the currency.
  @inlinable public static var currency: UpdateFields { @_noLocks get { Self(rawValue: 1 << 12) } }
  /// Sets the title.
  @inlinable public static var title: UpdateFields { @_noLocks get { Self(rawValue: 1 << 13) } }
  /// Adds the text group to the description.
  @inlinable public static var appendText: UpdateFields {
    @_noLocks get { Self(rawValue: 1 << 14) }
  }
  /// Replaces the description by the text group.
  @inlinable public static var replaceText: UpdateFields {
    @_noLocks get { Self(rawValue: 1 << 15) }
  }
  /// A draft becomes scheduled.
  @inlinable public static var publish: UpdateFields { @_noLocks get { Self(rawValue: 1 << 16) } }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] {
    [
      "startPrice", "reserve", "buyNow", "startTime", "endTime", "hardEnd", "softClose", "category",
      "rateLimit", "increments", "verified", "policies", "currency", "title", "appendText",
      "replaceText", "publish",
    ]
  }
}

/// More about an accepted bid.
public struct AckFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt8

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The bid moved the end (soft close).
  @inlinable public static var extended: AckFlags { @_noLocks get { Self(rawValue: 1 << 0) } }
  /// The bid moved the public price.
  @inlinable public static var priceMoved: AckFlags { @_noLocks get { Self(rawValue: 1 << 1) } }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] { ["extended", "priceMoved"] }
}

/// How a subscriber wants its updates.
public struct SubscribeFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt32

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Only the newest price when the reader is slow.
  @inlinable public static var conflate: SubscribeFlags { @_noLocks get { Self(rawValue: 1 << 0) } }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] { ["conflate"] }
}

/// More about a row of the history.
public struct BidEntryFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits, as they stand on the wire.
  public let rawValue: UInt8

  /// Takes the bits as they stand on the wire.
  ///
  /// - Parameter rawValue: The bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A move of the leader's proxy, not a bid.
  @inlinable public static var automatic: BidEntryFlags { @_noLocks get { Self(rawValue: 1 << 0) } }

  /// The names of the bits, from the lowest on.
  static var names: [StaticString] { ["automatic"] }
}
