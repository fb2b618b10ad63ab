import ArgumentParser

/// Compares the states of two positions, or of two folders.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare the states of two positions or folders.",
    discussion: """
      Each side is a data folder, alone or with where to stop: DIR@POSITION, or DIR@TIME with an \
      RFC 3339 time. Both sides are replayed; auctions, accounts and sessions that differ are \
      counted and the first ones listed. Ends with status 0 when both are equal, 1 when not.

      Examples:
        rostrum diff ./data@1000 ./data@2000 --limit 50
        rostrum diff ./data ./restored
        rostrum diff ./data@2026-05-01T12:00:00Z ./data --json
      """
  )

  @Argument(help: "The one side: DIR, DIR@POSITION or DIR@TIME.")
  var one: StatePlace

  @Argument(help: "The other side.")
  var other: StatePlace

  @OptionGroup var selection: ShardSelection

  @Option(name: .long, help: "The most differences of a kind to list.")
  var limit = 20

  @Flag(name: .long, help: "Show maxima and reserves too.")
  var showHidden = false

  @Flag(name: .long, help: "Print the answer as one JSON object.")
  var json = false

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit must be at least 0.") }
  }

  func run() throws {
    var isEqual = true
    try reportingFailures {
      let comparison = StateComparison(limit: limit, showsHidden: showHidden)
      let answer = try comparison.compare(one, other, selection)
      isEqual = answer.isEqual
      try StandardOutput.write(
        (json ? answer.json.text : answer.lines.joined(separator: "\n")) + "\n")
    }
    if !isEqual { throw ExitCode(1) }
  }
}
