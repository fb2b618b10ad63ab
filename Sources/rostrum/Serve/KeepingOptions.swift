import ArgumentParser
import Primitives
import Runtime

/// How the server keeps its state: snapshots, the archive, the event journal, outages.
struct KeepingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The time from one snapshot to the next; 0 = never by time.", valueName: "s"))
  var snapshotSeconds: UInt64 = 900

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The log after which a snapshot is taken; 0 = never by size.", valueName: "mib"))
  var snapshotLogMib: UInt64 = 1_024

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The most that a snapshot writes a second, so that bids do not wait for the disk.",
      valueName: "mib"))
  var snapshotRateMib: UInt64 = 96

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where segments of the log are kept, compressed with zstd, before they are used again."
        + " Without it, they are used again once two snapshots cover them.", valueName: "dir"))
  var archive: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The events that are kept for histories and followers; the oldest beyond go.",
      valueName: "mib"))
  var journalMib: UInt64 = 65_536

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The least time that bidders get in auctions whose end fell into an outage;"
        + " 0 or 'off' = such auctions end as if nothing had been.", valueName: "s"))
  var outageGrace = "60"

  func validate() throws {
    guard outageGrace == "off" || UInt64(outageGrace).map({ $0 <= 604_800 }) == true else {
      throw ValidationError("--outage-grace is 0 to 604800 seconds, or 'off'.")
    }
    guard snapshotRateMib >= 1, snapshotRateMib <= 1 << 20 else {
      throw ValidationError("--snapshot-rate-mib is 1 to \(1 << 20).")
    }
    guard snapshotSeconds <= 31_536_000 else {
      throw ValidationError("--snapshot-seconds is at most a year: 31536000.")
    }
    guard snapshotLogMib <= 1 << 30 else {
      throw ValidationError("--snapshot-log-mib is at most \(1 << 30).")
    }
    guard journalMib >= 256, journalMib <= 1 << 30 else {
      throw ValidationError("--journal-mib is 256 to \(1 << 30).")
    }
  }

  /// Says all of it to a shard.
  func apply(to options: inout ShardOptions) {
    options.snapshots.everyNs = snapshotSeconds * TimeSpan.second
    options.snapshots.logByteCount = snapshotLogMib << 20
    options.snapshots.byteCountPerSecondMax = snapshotRateMib << 20
    options.isArchived = archive != nil
    options.journal.retainedByteCount = journalMib << 20
    options.outage.isExtending = outageGrace != "off"
    options.outage.graceNs = (UInt64(outageGrace) ?? 0) * TimeSpan.second
  }
}
