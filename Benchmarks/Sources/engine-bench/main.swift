/// engine-bench [small] [large] [one] [tune] [snapshot]: nanoseconds to apply a bid to a random open
/// auction.
///
/// A bid is: decode the frame, decide, keep the bid, the two accounts' exposure, encode the BidAck
/// (and the Outbid) into the outbox. The figure is the median of five runs.
func runAll(_ names: [String]) {
  let isWanted = { (name: String) in names.isEmpty || names.contains(name) }
  let small = Bench.Setting(
    name: "10,000 open auctions",
    auctionCount: 10_000,
    accountCount: 10_000,
    bidsBefore: 20_000,
    bidsPerRun: 2_000_000
  )
  if names == ["one"] { run(small) }
  if names.contains("few") {
    // Few enough for a run under valgrind, which counts instructions.
    var setting = small
    setting.name += ", few bids"
    setting.bidsPerRun = 20_000
    run(setting)
  }
  if isWanted("small") {
    var setting = small
    run(setting)
    setting.prefetches = false
    setting.name += ", no prefetch"
    run(setting)
    setting = small
    setting.isRateLimited = true
    setting.name += ", rate limit on"
    run(setting)
    setting = small
    setting.wantsPublic = true
    setting.name += ", public frames on"
    run(setting)
  }
  if isWanted("large") {
    var setting = Bench.Setting(
      name: "10,000,000 open auctions",
      auctionCount: 10_000_000,
      accountCount: 1_000_000,
      bidsBefore: 10_000_000,
      bidsPerRun: 2_000_000
    )
    run(setting)
    guard !names.contains("one") else { return }
    setting.prefetches = false
    setting.name += ", no prefetch"
    run(setting)
  }
}

func run(_ setting: Bench.Setting) {
  var bench = Bench(setting)
  bench.report()
}

/// Tries sizes of the groups of frames that ask for memory together.
func tune() {
  for group in [1, 2, 4, 8, 16, 32] {
    run(
      Bench.Setting(
        name: "10,000,000 open auctions, groups of \(group)",
        auctionCount: 10_000_000,
        accountCount: 1_000_000,
        bidsBefore: 10_000_000,
        bidsPerRun: 1_000_000,
        group: group
      )
    )
  }
}

if CommandLine.arguments.contains("tune") {
  tune()
} else if CommandLine.arguments.contains("snapshot") {
  measureSnapshot()
} else {
  runAll(Array(CommandLine.arguments.dropFirst()))
}
