import Client
import Engine
import Primitives
import Runtime
import WAL

/// One auction as it stands at the end of the log, and the records that name it.
struct AuctionInspection {
  let text: FrameText
  /// The most records that are listed; nil = none are looked for.
  let recordLimit: Int?

  /// Replays the auction's shard.
  func inspect(_ id: AuctionID, of shard: ShardFolder) throws(CommandFailure) -> Inspected {
    let progress = ReplayProgressLine("shard \(shard.shard.number)")
    let state = try FilesFailure.told {
      try ReplayedShard.replay(shard, progress: progress.show)
    }
    progress.end()
    guard let view = state.engine.view(of: id) else {
      throw CommandFailure(
        "shard \(shard.shard.number) knows no auction \(id.raw) at record \(state.position): it "
          + "was never made, or it ended longer ago than auctions are remembered")
    }
    var found = Inspected()
    let message = view.message(clientRef: 0, logPosition: state.position)
    found.lines = AuctionText.lines(message, now: state.time)
    found.json = AuctionText.json(message)
    add(state.engine.secrets(of: id), currency: Currency(number: view.currency), to: &found)
    if let hash = state.engine.auctionHash(id) {
      found.lines.append("  hash \(hash.hexadecimal)")
      found.json.add("hash", hash.hexadecimal)
    }
    found.lines.append("  at record \(state.position), \(Moment.text(state.time))")
    if let recordLimit { try addRecords(of: id, shard, limit: recordLimit, to: &found) }
    return found
  }

  private func add(
    _ secrets: AuctionSecrets?, currency: Currency, to found: inout Inspected
  ) {
    guard text.showsHidden, let secrets else { return }
    found.lines += [
      "  leader's maximum \(currency.text(secrets.maximum)), "
        + "reserve \(currency.text(secrets.reserve))"
    ]
    found.json.add("maximum", amount: secrets.maximum)
    found.json.add("reserve_amount", amount: secrets.reserve)
    found.json.add("hard_end", secrets.hardEnd)
  }

  private func addRecords(
    of id: AuctionID, _ shard: ShardFolder, limit: Int, to found: inout Inspected
  ) throws(CommandFailure) {
    var log = try LogReader(shard)
    var collector = RecordCollector(limit: limit) { AuctionRecords.names($0, auction: id.raw) }
    let range = try log.visitAll(&collector)
    found.lines.append(
      "  named by \(Plural.text(collector.count, "record")) of \(range.oldestPosition) to "
        + "\(range.lastPosition)")
    found.lines += collector.records.map { "    " + $0.line(text) }
    if collector.count > limit {
      found.lines.append("    \(collector.count - limit) more; see --limit")
    }
    found.json.add("record_count", collector.count)
    found.json.add("records", objects: collector.records.map { $0.json(text) })
  }
}

/// Shows on a terminal how far a replay is.
struct ReplayProgressLine {
  private let line: ProgressLine
  private let start = SystemTime.monotonic()

  init(_ title: String) { line = ProgressLine(title: title) }

  /// Shows it; does nothing where no person looks.
  func show(_ progress: ReplayProgress) {
    let seconds = Double(SystemTime.monotonic() - start) / 1e9
    StandardError.progress(
      line.text(
        records: progress.recordCount, bytes: progress.byteCount, total: progress.byteCountTotal,
        seconds: seconds))
  }

  func end() { StandardError.endProgress() }
}
