import ArgumentParser
import Client
import Primitives
import Wire

/// Prints the events of a shard in the order of its log.
struct FollowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow",
    abstract: "Print a shard's events, resumable from any offset.",
    discussion: """
      Events come in the order of the log, each once, and only when they are durable. After each \
      page the offset of the next one is printed: --from that offset goes on without gap or repeat, \
      also after a restart of either side. Goes on until it is stopped, --for is over, or with \
      --once the end is reached. Needs an operator's key.

      Examples:
        rostrum follow --key-file operator.txt
        rostrum follow --shard 1 --from 1048640 --json
        rostrum follow --once --limit 1000 --json
      """
  )

  @Option(name: .long, help: ArgumentHelp("Whose events.", valueName: "n"))
  var shard: UInt16 = 0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where to begin: an offset that was printed; 0 = the oldest event kept.",
      valueName: "offset"))
  var from: UInt64 = 0

  @Option(name: .long, help: "Stop after so many events.")
  var limit: Int?

  @Option(name: .customLong("for"), help: "Stop after this time: 30s, 10m, 2h.")
  var duration: Duration?

  @Flag(name: .long, help: "Stop at the end instead of waiting for more.")
  var once = false

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print one JSON object a line.")
  var json = false

  /// The most events that are asked for at once.
  private static var pageEventCount: Int { 256 }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    try reportingFailures {
      let client = try server.client(account: nil, roles: .operator)
      defer { client.close() }
      let end = duration.map { SystemTime.monotonic() + $0.nanoseconds } ?? .max
      var rest = limit ?? .max
      var offset = from
      while rest > 0 {
        let page = try page(client, from: offset, limit: min(rest, Self.pageEventCount))
        try show(page)
        offset = page.end.nextOffset
        rest -= min(rest, page.events.count)
        if once, page.end.nextOffset >= page.end.endOffset { break }
        if SystemTime.monotonic() >= end { break }
      }
    }
  }

  private func page(_ client: RostrumClient, from offset: UInt64, limit: Int) throws -> EventPage {
    try PageQuestion.ask("the events from offset \(offset)", client) {
      let outcome = try client.events(
        shard: ShardID(shard), from: offset, limit: UInt32(limit), waitMs: once ? 0 : 500)
      guard case .rejected(let rejection) = outcome else { return outcome }
      switch rejection.reason {
      case .historyUnavailable:
        throw CommandFailure(
          "the events from offset \(offset) are not kept any more, or are being built again: begin "
            + "with --from 0, the oldest that are kept")
      case .malformed:
        throw CommandFailure(
          "no event begins at offset \(offset): give one that `rostrum follow` printed")
      default: return outcome
      }
    }
  }

  /// Prints a page whole, with where the next one begins.
  private func show(_ page: EventPage) throws {
    guard !page.events.isEmpty || once else { return }
    var text = ""
    for event in page.events { text += line(event) + "\n" }
    if json {
      var object = JSONObject()
      object.add("next_offset", page.end.nextOffset)
      object.add("end_offset", page.end.endOffset)
      object.add("oldest_offset", page.end.oldestOffset)
      text += object.text + "\n"
    } else {
      text += "next offset \(page.end.nextOffset)\n"
    }
    try StandardOutput.write(text)
  }

  private func line(_ event: Notice) -> String {
    // The key is an operator's: maxima in notices to bidders are still not for a log of events.
    let text = FrameText(showsHidden: false)
    guard let frame = Self.describe(event) else { return json ? "{}" : "unknown event" }
    return json ? text.json(frame).text : text.line(frame)
  }

  private static func describe(_ event: Notice) -> DescribedFrame? {
    switch event {
    case .outbid(let message): DescribedFrame(of: message)
    case .won(let message): DescribedFrame(of: message)
    case .state(let message): DescribedFrame(of: message)
    case .price(let message): DescribedFrame(of: message)
    case .extended(let message): DescribedFrame(of: message)
    case .ended(let message): DescribedFrame(of: message)
    case .bidEntry(let message): DescribedFrame(of: message)
    case .sessionOpened, .connectionLost: nil
    }
  }
}

extension DescribedFrame {
  /// A message without repeating groups with the names of its fields.
  init<Message: WireMessage>(of message: Message) {
    var bytes = [UInt8](repeating: 0, count: Message.frameByteCount)
    self = unsafe bytes.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { unsafe message.write(frame: base) }
      return unsafe DescribedFrame(UnsafeRawBufferPointer(buffer))
    }
  }
}
