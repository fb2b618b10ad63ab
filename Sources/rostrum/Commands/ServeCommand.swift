import ArgumentParser
import Primitives
import Runtime

/// Starts the exchange in the foreground until SIGTERM or SIGINT.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Start the exchange.",
    discussion: """
      Recovers every acknowledged bid from the log in --data, prints one ready line, and serves
      until SIGTERM or SIGINT (Ctrl-C). Stopping tells every client and loses nothing.

      Examples:
        rostrum serve --data ./data --insecure
        rostrum serve --data /var/lib/rostrum --port 7400 --shards 2 --cores 2,3 --keys keys.txt

      A key file has one line a key: keyId accountId roles secretHex
      (roles: trader, broker, operator, joined by commas; at least 32 hex digits of secret);
      it must be readable by its owner alone (chmod 600).
      """)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder of the log; made when it is missing.", valueName: "dir"))
  var data: String

  @Option(
    name: .long, help: "The port of the first shard; the others follow. 0 = any free ones.")
  var port: UInt16 = 7400

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The IPv4 address to listen on. Default: 127.0.0.1; 0.0.0.0 = every one of the machine.",
      valueName: "address"))
  var host = "127.0.0.1"

  @Option(
    name: .long, help: "How many shards, one pinned thread each; fixed when the folder is made.")
  var shards: UInt16 = 1

  @Option(
    name: .long,
    help: ArgumentHelp("The cores of the shards, in order, such as 2,3.", valueName: "list"))
  var cores: String?

  @Option(name: .long, help: ArgumentHelp("The API keys.", valueName: "file"))
  var keys: String?

  @Flag(name: .long, help: "Let anybody log on without a key; only on a loopback address.")
  var insecure = false

  @Option(
    name: .long,
    help: "How a shard waits: adaptive (polls, then sleeps), spin (never sleeps), sleep.")
  var wait = WaitChoice.adaptive

  @Flag(
    name: .long,
    help: "Take the memory of all tables at the start (3 GB a shard), so that no bid waits for it.")
  var prefault = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The most auctions of a shard, ended ones included; fixed when the folder is made"
        + " (default: 10000000).", valueName: "n"))
  var auctionsMax: Int?

  @Option(
    name: .long, help: ArgumentHelp("The most connections of a shard.", valueName: "n"))
  var connectionsMax = 4_096

  @Option(
    name: .long,
    help: ArgumentHelp("The size of a log segment in MiB.", valueName: "mib"))
  var segmentMib = 64

  @OptionGroup(title: "Snapshots, journal, outages")
  var keeping: KeepingOptions

  @Flag(name: .long, help: "Print the ready line and the closing line as JSON.")
  var json = false

  func validate() throws {
    if insecure == (keys != nil) {
      throw ValidationError(
        "Say who may log on: --keys FILE, or --insecure for a trial on a loopback address.")
    }
    if shards < 1 || shards > 1_022 { throw ValidationError("--shards is 1 to 1022.") }
    if Int(port) + Int(shards) > 65_536 && port != 0 {
      throw ValidationError("--port \(port) leaves no room for \(shards) shards.")
    }
    if let auctionsMax, auctionsMax < 1 || auctionsMax > 1 << 30 {
      throw ValidationError("--auctions-max is 1 to \(1 << 30).")
    }
    if connectionsMax < 1 || connectionsMax > 60_000 {
      throw ValidationError("--connections-max is 1 to 60000.")
    }
    if segmentMib < 17 || segmentMib > 4_096 {
      throw ValidationError("--segment-mib is 17 to 4096: four of the largest batches fit.")
    }
  }

  func run() throws {
    try reportingFailures { try ServeRun(self).run() }
  }
}

/// How a shard waits, as written on the command line.
enum WaitChoice: String, ExpressibleByArgument, CaseIterable {
  case adaptive
  case spin
  case sleep

  var strategy: WaitStrategy {
    switch self {
    case .adaptive: .adaptive
    case .spin: .spinning
    case .sleep: .sleeping
    }
  }
}
