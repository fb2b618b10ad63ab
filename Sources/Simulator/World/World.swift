public import Kernel
public import Primitives

/// The time, the chance and the events of one simulation: everything follows from its seed.
///
/// Owner: the one thread that runs the simulation. The shard's code runs inside the world's events:
/// when it waits for its ring, the world goes on until something is done for it.
public final class World {
  /// What everything follows from.
  public let seed: UInt64
  /// The true time since the Unix epoch, in nanoseconds; the shard's clocks are made from it.
  public private(set) var now: Nanoseconds
  /// Which life of the shard this is; a crash or a stop begins the next one.
  public private(set) var life = 1
  /// Whether the power is off: nothing that the shard does has an effect any more.
  public private(set) var isPowerOff = false
  /// How far the shard's wall clock is from the true time, in nanoseconds.
  public var wallOffsetNs: Int64 = 0
  /// Called once when the power fails, before the shard's code returns.
  public var onPowerFailure: [() -> Void] = []

  private var events = EventQueue()
  private var completions: [Completion] = []
  private var completionHead = 0

  /// 2026-01-01, when every simulation begins.
  public static let epoch: Nanoseconds = 1_767_225_600 * TimeSpan.second

  /// Makes a world.
  ///
  /// - Parameter seed: Any number; the same one gives the same world.
  public init(seed: UInt64) {
    self.seed = seed
    now = Self.epoch
  }

  /// A sequence of chance of its own, so that one part's draws never move another's.
  ///
  /// - Parameter stream: Which part of the simulation; each has its own number.
  /// - Returns: The sequence, from its beginning.
  public func generator(_ stream: ChanceStream) -> SeededGenerator {
    SeededGenerator(seed: mix64(seed ^ mix64(stream.rawValue)))
  }

  /// The shard's wall clock, in nanoseconds since the Unix epoch; may step.
  public var wallTime: Nanoseconds { Nanoseconds(Int64(now) + wallOffsetNs) }

  /// Does something later, whatever becomes of the shard.
  ///
  /// - Parameters:
  ///   - delay: How much later, in nanoseconds.
  ///   - action: What.
  public func schedule(after delay: Nanoseconds, _ action: @escaping () -> Void) {
    events.push(at: now + delay, action)
  }

  /// Does something later for the shard that lives now; not when it has died by then.
  ///
  /// - Parameters:
  ///   - delay: How much later, in nanoseconds.
  ///   - action: What.
  public func scheduleForLife(after delay: Nanoseconds, _ action: @escaping () -> Void) {
    let owner = life
    events.push(at: now + delay) { [unowned self] in
      if life == owner, !isPowerOff { action() }
    }
  }

  /// Gives the shard a completion now.
  ///
  /// - Parameter completion: What became of its request.
  public func complete(_ completion: Completion) {
    guard !isPowerOff else { return }
    completions.append(completion)
  }

  /// Takes the next completion that is there.
  ///
  /// - Returns: The completion; nil when there is none.
  public func takeCompletion() -> Completion? {
    guard completionHead < completions.count else { return nil }
    defer {
      completionHead += 1
      if completionHead == completions.count {
        completions.removeAll(keepingCapacity: true)
        completionHead = 0
      }
    }
    return completions[completionHead]
  }

  /// Lets time pass until a completion is there for the shard, the power fails or time is up.
  ///
  /// - Parameters:
  ///   - limitNs: How long at most, in nanoseconds.
  ///   - stopsAtCompletion: Whether a completion ends it early.
  public func pass(_ limitNs: Nanoseconds, stopsAtCompletion: Bool) {
    let end = now + limitNs
    while !isPowerOff, !(stopsAtCompletion && completionHead < completions.count) {
      guard let due = events.nextTime, due <= end else { break }
      now = max(now, due)
      events.pop()?()
    }
    if !isPowerOff, !(stopsAtCompletion && completionHead < completions.count) {
      now = max(now, end)
    }
  }

  /// The power fails: what the shard does from here on has no effect, and its memory is lost.
  public func failPower() {
    guard !isPowerOff else { return }
    isPowerOff = true
    let actions = onPowerFailure
    onPowerFailure = []
    for action in actions { action() }
  }

  /// The machine is switched on again; the shard's next life may start.
  public func beginNextLife() {
    life += 1
    isPowerOff = false
    completions.removeAll(keepingCapacity: true)
    completionHead = 0
  }
}

/// The parts of a simulation that draw chance, each from a sequence of its own.
public enum ChanceStream: UInt64, Sendable {
  /// The options of the run.
  case options = 1
  /// The disk's delays and faults.
  case disk
  /// The network's delays and faults.
  case network
  /// The clock's steps.
  case clock
  /// What clients do.
  case workload
  /// When the power fails.
  case power
  /// Names and keys that the shard asks for.
  case keys
}
