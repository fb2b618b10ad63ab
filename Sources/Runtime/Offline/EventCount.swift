internal import Engine
internal import Journal
internal import Primitives

/// The place of every event in a shard's journal, without its files.
///
/// The journal is a pure function of the log, so a replay tells how long it must be.
struct EventCount: ~Copyable {
  var writer: JournalWriter
  private var rule = JournalRule()

  init(layout: JournalLayout, auctionsMax: Int, memory: MemorySource) throws(ShardError) {
    var limits = JournalLimits()
    limits.auctionsMax = auctionsMax
    do { writer = try JournalWriter(layout: layout, limits: limits, memory: memory) } catch {
      throw .journal(error)
    }
    // Nothing is written: the events only take their places.
    writer.abandon()
  }

  /// Counts a frame that a record of the log implies.
  mutating func keep(_ entry: OutboxEntry, position: UInt64, time: Nanoseconds) {
    guard unsafe rule.keeps(entry.frame, position: position) else { return }
    unsafe writer.append(
      entry.frame, byteCount: entry.byteCount, auctionID: JournalEvent.auction(of: entry.frame),
      position: position, time: time)
  }
}
