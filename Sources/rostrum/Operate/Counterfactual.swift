import Engine
import Primitives
import Runtime
import Uring
import WAL
import Wire

/// An auction as it went, and as it would have gone without an account.
struct Counterfactual {
  private let shard: ShardFolder
  private let auction: AuctionID
  private let left: UInt64

  init(_ shard: ShardFolder, _ auction: AuctionID, without left: UInt64) {
    self.shard = shard
    self.auction = auction
    self.left = left
  }

  /// Replays both.
  ///
  /// - Parameter showsRows: Whether the rows of both histories are shown.
  /// - Returns: Both outcomes.
  /// - Throws: Why the auction cannot be replayed.
  func answer(showsRows: Bool) throws(CommandFailure) -> Inspected {
    let start = try start()
    let real = try run(from: start, without: nil)
    guard real.course.isKnown else {
      throw CommandFailure(
        "the log of shard \(shard.shard.number) holds no auction \(auction.raw) from its beginning "
          + "on: it was never made, or it began before the oldest record that is held")
    }
    let other = try run(from: start, without: left)
    return text(real, other, showsRows: showsRows)
  }

  /// A state from before the auction began.
  private func start() throws(CommandFailure) -> ReplayStart {
    let infos = try FolderInspection.entries(shard).compactMap(\.info)
    let oldest = try oldestPosition()
    if oldest == 1, try knows(.beginning, at: 1) == false { return .beginning }
    for info in infos.reversed() where info.position + 1 >= oldest {
      guard let isKnown = try knows(.snapshot(info.position), at: info.position) else { continue }
      if !isKnown { return .snapshot(info.position) }
      throw CommandFailure(
        "auction \(auction.raw) began before record \(info.position), and the state before it is "
          + "not held any more: restore a backup or an archive from before it began")
    }
    throw CommandFailure(
      "shard \(shard.shard.number) holds neither its first record nor a sound snapshot")
  }

  private func oldestPosition() throws(CommandFailure) -> UInt64 {
    var log = try ShardLog.open(shard)
    do {
      return try LogExtent.take(
        &log, shard: shard.shard, limits: LogLimits(), memory: Machine.pages
      ).oldestPosition
    } catch { throw FilesFailure.failure(error) }
  }

  /// Whether the auction is known in a state; nil when the state cannot be had.
  private func knows(_ start: ReplayStart, at position: UInt64) throws(CommandFailure) -> Bool? {
    do throws(ShardError) {
      // The second record says whether the log stands on a state that was brought in.
      let end = start == .beginning ? ReplayEnd.position(2) : .position(position)
      let state = try ReplayedShard.replay(shard, from: start, until: end)
      return state.engine.view(of: auction) != nil && start != .beginning
    } catch {
      switch error {
      case .baseMissing, .snapshotMissing: return nil
      default: throw FilesFailure.failure(error)
      }
    }
  }

  /// How the auction went in one of the two replays.
  struct Run {
    let course: AuctionCourse
    let view: AuctionView?
    let leftOut: [UInt64]
    let position: UInt64
    let time: Nanoseconds
  }

  private func run(from start: ReplayStart, without left: UInt64?) throws(CommandFailure) -> Run {
    let position: UInt64 = if case .snapshot(let position) = start { position } else { 1 }
    var log = try ShardLog.open(shard)
    do {
      let base = try ReplayedShard.replay(shard, from: start, until: .position(position))
      var replay = CourseReplay(base, auction, without: left)
      _ = try Recovery.read(
        &log, shard: shard.shard, range: LogRange(from: position + 1), limits: LogLimits(),
        memory: Machine.pages, visitor: &replay)
      return Run(
        course: replay.course, view: replay.view, leftOut: replay.leftOut,
        position: replay.position, time: replay.time)
    } catch { throw FilesFailure.failure(error) }
  }
}

// What is said of both.
extension Counterfactual {
  private func text(_ real: Run, _ other: Run, showsRows: Bool) -> Inspected {
    let currency = Currency(number: real.course.state?.currency ?? Currency.usDollarNumber)
    let went = CourseOutcome(real, currency)
    let would = CourseOutcome(other, currency)
    var found = Inspected()
    found.lines = ["auction \(auction.raw), at record \(real.position), \(Moment.text(real.time))"]
    found.lines.append("  as it went:    \(went.text)")
    if showsRows { found.lines += went.rowLines }
    found.lines.append("  without \(left): \(would.text)")
    if showsRows { found.lines += would.rowLines }
    let count = other.leftOut.count
    let isSeller = real.course.state?.sellerId == left
    let nothing =
      isSeller
      ? "\(left) sells it: what sellers do is not left out, and \(left) bid nothing"
      : "\(left) asked for nothing on this auction"
    found.lines.append(
      count == 0
        ? "  " + nothing
        : "  left out: \(Plural.text(count, "record")) of \(left)"
          + (count <= 10 ? " (\(other.leftOut.map(String.init).joined(separator: ", ")))" : ""))
    found.lines.append("  " + CourseOutcome.difference(went, would, currency))
    found.json.add("auction", auction.raw)
    found.json.add("without", left)
    found.json.add("position", real.position)
    found.json.add("left_out", numbers: other.leftOut)
    found.json.add("as_it_went", went.json(showsRows: showsRows))
    found.json.add("without_it", would.json(showsRows: showsRows))
    return found
  }
}
