import ArgumentParser
import CSockets
import Client
import Primitives

/// Bids as hard as asked, measures, and checks every auction against its own model of the rules.
struct LoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Put a server under load and check what it did.",
    discussion: """
      Creates auctions, bids on them and measures from the time at which each bid was to be sent \
      to its durable answer. --rate is an open loop: bids leave on time whatever the answers do. \
      --window is a closed loop: so many bids without an answer a connection. Afterwards every \
      auction's price, leader and number of bids is compared with a model of the rules that shares \
      no code with the server; status 1 when one differs.

      Examples:
        rostrum load --auctions 10000 --connections 8 --rate 10000 --seconds 30
        rostrum load --auctions 10000 --connections 8 --window 128 --seconds 10 --json
        rostrum load --auctions 1000 --connections 8 --window 128 --seconds 10 --zipf 0.99
      """
  )

  @OptionGroup var server: ConnectOptions

  @Option(name: .long, help: "Auctions to create.")
  var auctions = 10_000

  @Option(name: .long, help: "Connections to bid on.")
  var connections = 8

  @Option(
    name: .long,
    help: "Open loop: bids a second in all; one that leaves 100 us after its time is a late one.")
  var rate: UInt64?

  @Option(
    name: .long,
    help: "Closed loop: bids without an answer a connection, at most 1024; 1048576 in all.")
  var window: Int?

  @Option(name: .long, help: "How long to measure.")
  var seconds = 10.0

  @Option(name: .long, help: "How long to bid before the measuring starts, in seconds.")
  var warmup = 1.0

  @Option(name: .long, help: "Skew of the auctions' popularity (0.99 is usual); else all alike.")
  var zipf: Double?

  @Flag(name: .long, help: "All bids on one auction a shard.")
  var hotAuction = false

  @Option(name: .long, help: "Accounts that bid.")
  var bidders = 1_000

  @Option(name: .long, help: "The same seed gives the same bids.")
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: "With --rate: every tenth second carries so many times the rate, as when auctions end.")
  var burst: UInt64?

  @Option(
    name: .long,
    help: "Write latencies over time to this file: CSV, a line a millisecond with answers.")
  var series: String?

  @Option(name: .long, help: "How long a lost connection may stay lost, in seconds.")
  var patience = 30.0

  @Flag(name: .long, help: "Print the figures as one JSON object.")
  var json = false

  func validate() throws {
    guard (rate == nil) != (window == nil) else {
      throw ValidationError("Give --rate (open loop) or --window (closed loop), one of them.")
    }
    if let rate, rate < 1 || rate > 100_000_000 {
      throw ValidationError("--rate must be 1 to 100000000.")
    }
    if let window, window < 1 || window > SessionConfiguration.inFlightLimit {
      throw ValidationError("--window must be 1 to \(SessionConfiguration.inFlightLimit).")
    }
    try validateBurst()
    if series != nil, seconds > 3_600 {
      throw ValidationError("--series takes --seconds up to 3600.")
    }
    guard auctions >= 1, auctions <= 50_000_000 else {
      throw ValidationError("--auctions must be 1 to 50000000.")
    }
    try validateConnections()
    guard bidders >= 2, bidders <= 10_000_000 else {
      throw ValidationError("--bidders must be 2 to 10000000.")
    }
    try validateTimes()
    if let zipf, !(zipf >= 0 && zipf <= 5) { throw ValidationError("--zipf must be 0 to 5.") }
    if zipf != nil, hotAuction {
      throw ValidationError("Give --zipf or --hot-auction, not both.")
    }
  }

  private func validateBurst() throws(ValidationError) {
    guard let burst else { return }
    guard let rate, burst >= 1, burst <= 1_000, rate * burst <= 100_000_000 else {
      throw ValidationError(
        "--burst must be 1 to 1000, with a --rate that it raises to 100000000 at most.")
    }
  }

  private func validateConnections() throws(ValidationError) {
    guard connections >= 1, connections <= 60_000 else {
      throw ValidationError("--connections must be 1 to 60000.")
    }
    guard let window, window * connections > LoadPlan.closedInFlightMax else { return }
    throw ValidationError(
      "--window \(window) on \(connections) connections are \(window * connections) bids without"
        + " an answer; give \(LoadPlan.closedInFlightMax) at most.")
  }

  private func validateTimes() throws(ValidationError) {
    guard seconds > 0, seconds <= 86_400 else {
      throw ValidationError("--seconds must be more than 0 and at most 86400.")
    }
    guard warmup >= 0, warmup <= 600 else { throw ValidationError("--warmup must be 0 to 600.") }
    guard patience > 0 else { throw ValidationError("--patience must be more than 0 seconds.") }
  }

  var plan: LoadPlan {
    var plan = LoadPlan()
    plan.auctionCount = auctions
    plan.connectionCount = connections
    plan.pace = window.map { .window($0) } ?? .rate(rate ?? 1)
    plan.duration = Nanoseconds(seconds * 1e9)
    plan.warmUp = Nanoseconds(warmup * 1e9)
    plan.zipfSkew = zipf
    plan.isHotAuction = hotAuction
    plan.bidderCount = bidders
    plan.seed = seed
    plan.burstFactor = burst ?? 1
    plan.keepsSeries = series != nil
    plan.patience = Nanoseconds(min(patience, 1e6) * 1e9)
    return plan
  }

  func run() throws {
    try reportingFailures {
      let report = try execute()
      print(json ? report.json : report.table)
      if !report.isGood { throw ExitCode(1) }
    }
  }

  private func execute() throws -> LoadReport {
    try raiseDescriptorLimit()
    let credentials = try server.credentials(account: LoadPlan.seller, roles: .broker)
    let client = try server.client(account: LoadPlan.seller, roles: .broker)
    let endpoints = client.shardEndpoints
    client.close()
    guard connections >= endpoints.count, auctions >= endpoints.count else {
      throw CommandFailure(
        "the server has \(endpoints.count) shards: give at least one connection and one auction "
          + "a shard"
      )
    }
    // A file that cannot be written is named now and not when all is measured.
    if let series { try TextFile.write("", to: series) }
    var run = try LoadRun(plan, endpoints: endpoints, credentials: credentials)
    StandardError.progress("connecting \(connections) times ...")
    try run.connect()
    StandardError.progress("creating \(auctions) auctions ...")
    try run.createAuctions()
    let cpuBefore = rostrum_net_cpu_ns()
    let elapsed = try run.bid()
    let cpu = rostrum_net_cpu_ns() - cpuBefore
    StandardError.progress("checking \(auctions) auctions ...")
    try run.verifyAuctions()
    StandardError.endProgress()
    run.logOut()
    for text in [run.firstMismatch, run.totals.firstError].compactMap(\.self) {
      StandardError.print("rostrum: \(text)")
    }
    if let series, let latencies = run.totals.series {
      try TextFile.write(latencies.csv, to: series)
    }
    return run.report(elapsed: elapsed, cpuNanoseconds: cpu)
  }
}

extension LoadCommand {
  /// A connection is an open file; some more are for the rest.
  private func raiseDescriptorLimit() throws(CommandFailure) {
    guard connections > 200 else { return }
    let needed = connections + 24
    let limit = rostrum_net_raise_descriptor_limit()
    if limit < Int64(needed) {
      throw CommandFailure(
        "\(connections) connections take \(needed) open files and this process may have"
          + " \(max(limit, 0)): raise the limit with 'ulimit -n \(needed)', or give fewer"
          + " --connections")
    }
  }
}

extension LoadRun {
  /// Says goodbye on every lane.
  mutating func logOut() {
    let now = SystemTime.monotonic()
    for index in 0..<lanes.count {
      lanes[index].connection.session.logOut(wallTime: SystemTime.wall())
      lanes[index].connection.flush(now: now)
    }
  }

  func report(elapsed: Nanoseconds, cpuNanoseconds: Nanoseconds) -> LoadReport {
    var lost: UInt64 = 0
    var resent: UInt64 = 0
    for index in 0..<lanes.count {
      lost += lanes[index].connection.lostCount
      resent += lanes[index].connection.session.counters.resentCount
    }
    return LoadReport(
      plan: plan,
      totals: totals,
      elapsed: elapsed,
      connectTime: connectTime,
      answeredInTime: answeredInTime,
      lostConnections: lost,
      resent: resent,
      mismatchedAuctions: mismatchedAuctions,
      cpuNanoseconds: cpuNanoseconds
    )
  }
}
