public import Primitives

/// How slow and how faulty a network is; probabilities are per mille.
public struct NetworkFaults: Equatable, Sendable {
  /// The least time that a piece takes from one end to the other, in nanoseconds.
  public var delayNsMin: Nanoseconds = 20 * TimeSpan.microsecond
  /// How much longer an ordinary piece may take, in nanoseconds.
  public var delayNsSpread: Nanoseconds = 60 * TimeSpan.microsecond
  /// Pieces that take much longer.
  public var slowPerMille: UInt64 = 0
  /// The longest delay of those, in nanoseconds.
  public var slowNsMax: Nanoseconds = 40 * TimeSpan.millisecond
  /// Sends that go in pieces, cut at any byte.
  public var splitPerMille: UInt64 = 0
  /// Connections that are lost at some byte and both ends hear of it.
  public var cutPerMille: UInt64 = 0
  /// Connections that are lost at some byte and one end, or neither, hears of it.
  public var halfOpenPerMille: UInt64 = 0
  /// The most bytes that such a connection carries before it is lost.
  public var lossByteCountMax: UInt64 = 20_000
  /// Pieces behind which a direction stands still for a while.
  public var stallPerMille: UInt64 = 0
  /// The longest such stall, in nanoseconds.
  public var stallNsMax: Nanoseconds = 3 * TimeSpan.second
  /// Sends of the server that take a part of their bytes alone.
  public var partialSendPerMille: UInt64 = 0
  /// Connections that are refused although the server listens.
  public var refusePerMille: UInt64 = 0
  /// Completions of a multishot request that end it early, as the kernel may at any time.
  public var endsEarlyPerMille: UInt64 = 0
  /// Bytes that the server's socket holds for a client.
  public var sendRoom = 256 * 1_024
  /// Bytes that the server's socket holds for the server.
  public var receiveRoom = 128 * 1_024

  /// A network that is quick and loses nothing.
  public static let none = NetworkFaults()

  private init() {}

  /// Draws how a network behaves.
  ///
  /// - Parameter seed: Any number; the same one gives the same network.
  public init(seed: UInt64) {
    var chance = SeededGenerator(seed: mix64(seed ^ 0x6E65_7477_6F72_6B73))
    delayNsMin = (5 + chance.below(100)) * TimeSpan.microsecond
    delayNsSpread = (1 + chance.below(400)) * TimeSpan.microsecond
    slowPerMille = Self.rate(&chance, 60)
    slowNsMax = (1 + chance.below(300)) * TimeSpan.millisecond
    splitPerMille = Self.rate(&chance, 400)
    cutPerMille = Self.rate(&chance, 700)
    halfOpenPerMille = Self.rate(&chance, 150)
    lossByteCountMax = 200 << chance.below(12)
    stallPerMille = Self.rate(&chance, 4)
    stallNsMax = (10 + chance.below(20_000)) * TimeSpan.millisecond
    partialSendPerMille = Self.rate(&chance, 200)
    refusePerMille = Self.rate(&chance, 200)
    endsEarlyPerMille = Self.rate(&chance, 50)
    sendRoom = 4_096 << Int(chance.below(8))
    receiveRoom = 4_096 << Int(chance.below(6))
  }

  /// A rate up to a greatest one; a fault is absent from every third network.
  private static func rate(_ chance: inout SeededGenerator, _ most: UInt64) -> UInt64 {
    chance.below(3) == 0 ? 0 : chance.below(most + 1)
  }
}

/// What a network did so far, to show that every fault was met.
public struct NetworkCounts: Equatable, Sendable {
  /// Connections that clients began.
  public var connects = 0
  /// Those that were refused.
  public var refused = 0
  /// Connections that the server took.
  public var accepted = 0
  /// Connections that found no free place.
  public var noPlace = 0
  /// Connections lost with both ends told.
  public var cuts = 0
  /// Connections lost with an end that was not told.
  public var halfOpen = 0
  /// Times that a direction stood still.
  public var stalls = 0
  /// Pieces that took long.
  public var slowPieces = 0
  /// Sends that went in more than one piece.
  public var splits = 0
  /// Sends of the server that took a part alone.
  public var partialSends = 0
  /// Sends of the server that waited for room.
  public var fullSends = 0
  /// Receives that ended since no buffer was free.
  public var noBuffers = 0
  /// Receives that were cancelled.
  public var cancelled = 0
  /// Multishot requests that ended early.
  public var endedEarly = 0
  /// Resets that the server's end met.
  public var serverResets = 0
  /// Connections that a power failure or the end of the process took.
  public var lostWithServer = 0
  /// Bytes that came to the server.
  public var bytesToServer: UInt64 = 0
  /// Bytes that came to clients.
  public var bytesToClients: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
