internal import Primitives

/// A disk that forgets: bytes count only after a flush, names only after a flush of their folder.
///
/// It does what a kernel and a drive may do to a program, and everything it does follows from the
/// world's seed. Owner: the one thread that runs the simulation. Descriptors are never used twice,
/// so that one which is used after it was closed is found out (EBADF).
public final class SimulatedDisk {
  /// Whose time passes while the disk works.
  public let world: World
  /// What it does wrong from now on.
  public var faults: DiskFaults
  /// What it has done.
  public internal(set) var counts = DiskCounts()
  /// A number that follows from everything it was asked and everything it answered, in order.
  public private(set) var trace: UInt64 = 0
  /// How many steps have changed something: made, written, cut, flushed, renamed, deleted.
  public private(set) var stepCount: UInt64 = 0
  /// The step, by its number from 1, at which the power fails; nil for none.
  public var failPowerAtStep: UInt64?
  /// What was flushed when the power failed; nil while it has not failed.
  public internal(set) var flushedAtFailure: SimulatedDisk?
  /// What it refused in this life of its user.
  var refusals: [DiskRefusal] = []
  /// The damage that was done to durable bytes.
  public internal(set) var mediaFaults: [MediaFault] = []

  /// Whether it stands outside of the world: no time passes, nothing fails, everything is durable.
  let isOffline: Bool
  var generator: SeededGenerator
  /// The folders by their paths, those above before those in them; "" holds all of them.
  var directories = NameTable<DiskDirectory>()
  var openFiles: [Int32: OpenFile] = [:]
  weak var ring: RingRequests?
  var nextFileNumber = 1
  var isArmed = false
  var losesProcessOnly = false
  private var nextDescriptor = SimulatedDisk.descriptorMin
  private var foreignByteCount: UInt64 = 0
  private var fullUntil: Nanoseconds = 0

  /// Lower descriptors are others': listeners, counters.
  static let descriptorMin: Int32 = 1_000
  static let errnoInputOutput: Int32 = 5
  static let errnoBadFile: Int32 = 9
  static let errnoMissing: Int32 = 2
  static let errnoIsFolder: Int32 = 21
  static let errnoNoSpace: Int32 = 28
  static let errnoReadOnly: Int32 = 30

  /// Makes an empty disk.
  ///
  /// - Parameters:
  ///   - world: Whose time passes while the disk works.
  ///   - faults: What it does wrong.
  public convenience init(world: World, faults: DiskFaults = .none) {
    self.init(world: world, faults: faults, isOffline: false)
    arm()
  }

  init(world: World, faults: DiskFaults, isOffline: Bool) {
    self.world = world
    self.faults = faults
    self.isOffline = isOffline
    generator = world.generator(.disk)
    directories[""] = DiskDirectory(path: "")
  }
}

/// A descriptor: of a file, or of a folder.
struct OpenFile {
  let directory: DiskDirectory
  /// The file; nil for the folder itself.
  let file: DiskFile?
  let name: String
  /// Whether it can be written.
  let isWritable: Bool
  /// Whether it goes past the page cache.
  let isDirect: Bool
  /// Whether it stands outside of the world.
  let isOffline: Bool
}

/// What the disk is asked to do.
enum DiskStep: UInt64 {
  case read = 1
  case write, truncate, syncData, syncFolder, create, rename, remove, list

  var changesSomething: Bool { self != .read && self != .list }
}

/// Whether a step may go on.
enum StepFate {
  case goesOn
  /// The power is off: nothing has an effect.
  case dead
  /// It fails, having done a part at most.
  case fails(errno: Int32)
  /// The power fails while it is being done.
  case losesPower

  /// Why it does nothing, if so.
  var errno: Int32? {
    switch self {
    case .goesOn, .losesPower: nil
    case .dead: SimulatedDisk.errnoInputOutput
    case .fails(let errno): errno
    }
  }
}

extension SimulatedDisk {
  /// Gives something a descriptor.
  func descriptor(for open: OpenFile) -> Int32 {
    let descriptor = nextDescriptor
    nextDescriptor += 1
    openFiles[descriptor] = open
    return descriptor
  }

  func chance(_ perMillion: UInt32) -> Bool {
    perMillion > 0 && generator.below(1_000_000) < UInt64(perMillion)
  }

  func note(_ value: UInt64) { trace = mix64(trace &+ mix64(value)) }

  /// Takes note of a step and draws what becomes of it.
  ///
  /// - Parameters:
  ///   - step: What is asked.
  ///   - directory: In which folder.
  ///   - number: Of which file; 0 for a folder.
  ///   - offset: Where in the file, in bytes.
  ///   - byteCount: How many bytes.
  /// - Returns: Whether it may go on.
  func fate(
    of step: DiskStep, in directory: DiskDirectory, _ number: Int, offset: UInt64 = 0,
    byteCount: Int = 0
  ) -> StepFate {
    if world.isPowerOff { return .dead }
    note(step.rawValue << 56 ^ UInt64(number) << 40 ^ offset ^ UInt64(byteCount) << 20)
    note(world.now)
    passEpisodes()
    if step.changesSomething {
      stepCount += 1
      if stepCount == failPowerAtStep { return .losesPower }
    }
    guard let errno = errno(of: step) else { return .goesOn }
    refuse(step, in: directory, errno)
    return .fails(errno: errno)
  }

  /// Takes note that the disk says no.
  func refuse(_ step: DiskStep?, in directory: DiskDirectory, _ errno: Int32) {
    let refusal = DiskRefusal(folder: directory.path, step: step, errno: errno)
    if refusals.last != refusal { refusals.append(refusal) }
  }

  private func errno(of step: DiskStep) -> Int32? {
    let fails: Bool
    switch step {
    case .read: fails = count(\.readErrors, chance(faults.readErrors))
    case .write: fails = count(\.writeErrors, chance(faults.writeErrors))
    case .syncData, .syncFolder: fails = count(\.flushErrors, chance(faults.flushErrors))
    case .create, .rename, .remove, .truncate:
      fails = count(\.nameErrors, chance(faults.nameErrors))
    case .list: fails = false
    }
    return fails ? Self.errnoInputOutput : nil
  }

  private func count(_ counter: WritableKeyPath<DiskCounts, UInt64>, _ happens: Bool) -> Bool {
    if happens { counts[keyPath: counter] += 1 }
    return happens
  }

  /// Begins and ends what happens to the disk by itself.
  func passEpisodes() {
    if foreignByteCount > 0, world.now >= fullUntil || faults.fullEpisodes == 0 {
      foreignByteCount = 0
    }
    if foreignByteCount == 0, chance(faults.fullEpisodes) {
      let left = generator.below(64) * UInt64(DiskPage.byteCount)
      foreignByteCount = max(left, freeByteCount()) - left
      fullUntil = world.now + generator.below(faults.fullNsMax)
    }
    if mayDamage {
      if chance(faults.rottenPages) { damageAtRandom(.rot) }
      if chance(faults.unreadablePages) { damageAtRandom(.unreadable) }
    }
  }

  /// The bytes that may still be written, as a program is told.
  func measure(for directory: DiskDirectory) -> UInt64 {
    passEpisodes()
    if foreignByteCount > 0 || faults.capacityByteCount < DiskFaults.none.capacityByteCount {
      counts.scarceMeasures += 1
      refuse(nil, in: directory, Self.errnoNoSpace)
    }
    return freeByteCount()
  }

  func freeByteCount() -> UInt64 {
    let size = UInt64(DiskPage.byteCount)
    var used = foreignByteCount
    for directory in directories.entries.map(\.value) {
      for entry in directory.names.entries {
        used += (entry.value.byteCount + size - 1) / size * size
      }
    }
    return faults.capacityByteCount - min(used, faults.capacityByteCount)
  }

  /// How long a step takes.
  func duration(of step: DiskStep) -> Nanoseconds {
    let least: Nanoseconds
    switch step {
    case .syncData, .syncFolder: least = faults.flushNs
    default: least = faults.transferNs
    }
    var duration = least + generator.below(least * faults.spread + 1)
    if chance(faults.slowSteps) {
      counts.slowSteps += 1
      duration += generator.below(faults.slowNsMax)
    }
    return duration
  }

  /// Lets the time of a blocking step pass.
  func spend(_ step: DiskStep) {
    if !world.isPowerOff { world.pass(duration(of: step), stopsAtCompletion: false) }
  }
}
