internal import Primitives

/// What a client does beside its requests; each is a chance per 10,000 steps.
public struct ClientManners: Equatable, Sendable {
  /// Breaks its connection.
  public var breaksOff: UInt64 = 0
  /// Ends its connection in order and comes back.
  public var logsOut: UInt64 = 0
  /// Opens a second connection of the same session while the first one stands.
  public var doubles: UInt64 = 0
  /// Sends a request again that it has sent before.
  public var repeats: UInt64 = 0
  /// Leaves numbers out.
  public var skips: UInt64 = 0
  /// Sends a request behind the one that follows it; the chance is one of 10,000 requests.
  public var reorders: UInt64 = 0
  /// Asks for messages again that it has.
  public var rewinds: UInt64 = 0
  /// Sends frames that no server takes, on a connection that stays.
  public var misspeaks: UInt64 = 0
  /// Sends bytes that are no frame.
  public var babbles: UInt64 = 0
  /// Stops reading for a while.
  public var goesDeaf: UInt64 = 0
  /// The longest time that it does not read, in nanoseconds.
  public var deafNsMax: UInt64 = 8_000_000_000
  /// Replies that it waits for at most; may be more than the server allows.
  public var windowMax = 64
  /// How often it shows that it is alive, in milliseconds.
  public var keepaliveMs: UInt32 = 1_000

  /// A client that does nothing but its work.
  public static let polite = ClientManners()

  private init() {}

  /// Draws how a client behaves.
  ///
  /// - Parameter seed: Any number; the same one gives the same manners.
  public init(seed: UInt64) {
    var chance = SeededGenerator(seed: mix64(seed ^ 0x6D61_6E6E_6572_7321))
    breaksOff = Self.draw(&chance, 60)
    logsOut = Self.draw(&chance, 30)
    doubles = Self.draw(&chance, 60)
    repeats = Self.draw(&chance, 400)
    skips = Self.draw(&chance, 100)
    rewinds = Self.draw(&chance, 80)
    misspeaks = Self.draw(&chance, 60)
    babbles = Self.draw(&chance, 20)
    goesDeaf = Self.draw(&chance, 15)
    deafNsMax = (1 + chance.below(25_000)) * TimeSpan.millisecond
    windowMax = 1 << Int(chance.below(12))
    keepaliveMs = UInt32(500 + chance.below(6_000))
    reorders = Self.draw(&chance, 300)
  }

  private static func draw(_ chance: inout SeededGenerator, _ most: UInt64) -> UInt64 {
    chance.below(2) == 0 ? 0 : chance.below(most + 1)
  }
}
