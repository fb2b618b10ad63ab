import Client
import Foundation
import Primitives
import Wire

/// A data folder with a known history, made by the real program and closed in order.
///
/// One busy auction with proxy, exact and mass bids, one that was sold, one with a reserve and a
/// lowered maximum; a snapshot in the middle.
final class OperatorScene {
  /// A bid as it was sent, and where the log holds it.
  struct Bid {
    let auction: UInt64
    let bidder: UInt64
    let amount: Int64
    let isExact: Bool
    let position: UInt64
  }

  let server: TestServer
  var dataPath: String { server.dataPath }
  var folder: TemporaryFolder { server.folder }
  private(set) var bids: [Bid] = []
  private(set) var busy: UInt64 = 0
  private(set) var sold: UInt64 = 0
  private(set) var reserved: UInt64 = 0
  private(set) var busyView: AuctionState
  private(set) var snapshotPosition: UInt64 = 0
  /// The state before the server stopped.
  private(set) var state: StateHash

  /// A maximum and a reserve that nothing may show unasked.
  static let secretMaximum: Int64 = 7_353_137
  static let secretReserve: Int64 = 9_918_191
  static let bidders: [UInt64] = [11, 12, 13, 14]

  /// Made once: the tests only read it, and its folder goes when they end.
  nonisolated(unsafe) static let shared = Result {
    let scene = try OperatorScene()
    atexit { OperatorScene.removeShared() }
    return scene
  }

  private static func removeShared() {
    guard let scene = try? shared.get() else { return }
    try? FileManager.default.removeItem(atPath: scene.folder.path)
  }

  init() throws {
    server = try TestServer(options: ["--segment-mib", "17", "--auctions-max", "1000"])
    try server.start()
    let lane = Lane(port: server.port, account: 1)
    busy = try lane.create(hourLongDraft())
    var random = SeededGenerator(seed: 20_26)
    sold = try Self.sell(lane, &bids)
    try Self.bid(120, on: busy, lane, &random, &bids)
    try Self.massBid(server.port, on: [busy, sold], by: 13, amount: 90_000, &bids, lane)
    snapshotPosition = try Self.takeSnapshot(server.port)
    try Self.bid(80, on: busy, lane, &random, &bids)
    reserved = try Self.reserve(lane)
    busyView = try lane.view(busy)
    state = try lane.stateHash()
    guard try server.stop().status == 0 else { throw TestFailure("the server did not stop") }
  }

  /// Bids mostly on top of what stands, sometimes too low.
  private static func bid(
    _ count: Int, on auction: UInt64, _ lane: Lane, _ random: inout SeededGenerator,
    _ bids: inout [Bid]
  ) throws {
    var next: Int64 = try lane.view(auction).minNext
    for _ in 0..<count {
      let bidder = bidders[Int(random.below(UInt64(bidders.count)))]
      let amount = max(1, next - 100 + Int64(random.below(12)) * 50)
      let isExact = random.below(4) == 0
      let message = placeBid(auction, by: bidder, amount, kind: isExact ? .exact : .proxy)
      let answer = try lane.answer { session, tag in session.submit(message, tag: tag) }
      let ack = answer.decode(BidAck.self)
      let reject = answer.decode(Reject.self)
      next = ack?.minNext ?? reject?.minNext ?? next
      bids.append(
        Bid(
          auction: auction, bidder: bidder, amount: amount, isExact: isExact,
          position: ack?.logPosition ?? reject?.logPosition ?? 0))
    }
  }

  /// An auction that account 12 wins for 21.00 because 11 bid 20.00.
  private static func sell(_ lane: Lane, _ bids: inout [Bid]) throws -> UInt64 {
    let draft = AuctionDraft(
      startPrice: 1_000, endTime: SystemTime.wall() + 600 * TimeSpan.millisecond, seller: 900)
    let auction = try lane.create(draft)
    for (bidder, amount) in [(UInt64(11), Int64(2_000)), (12, 3_000)] {
      let ack = try lane.ask(placeBid(auction, by: bidder, amount), for: BidAck.self)
      bids.append(
        Bid(
          auction: auction, bidder: bidder, amount: amount, isExact: false,
          position: ack.logPosition))
    }
    try waitUntil(20, "the short auction has not ended") {
      try lane.view(auction).status == AuctionStatus.ended.rawValue
    }
    return auction
  }

  /// One MassBid of a session of its own, since its replies carry numbers of their own.
  private static func massBid(
    _ port: UInt16, on auctions: [UInt64], by bidder: UInt64, amount: Int64, _ bids: inout [Bid],
    _ lane: Lane
  ) throws {
    let connection = try RawConnection(port: port)
    var logon = insecureLogon(account: bidder, session: 99)
    logon.flags = LogonFlags.insecureBroker.rawValue
    connection.send(frameBytes(logon))
    guard connection.next(LogonAck.self) != nil else { throw TestFailure("no log-on") }
    let entries = auctions.enumerated().map { index, auction in
      MassBid.Entry(
        auctionId: auction, amount: amount, subRef: UInt64(index) + 1, currency: 840,
        kind: BidKind.proxy.rawValue, flags: 0)
    }
    connection.send(massBidFrame(MassBid(clientRef: 1, bidderId: bidder), entries))
    guard let ack = connection.next(BidAck.self) else { throw TestFailure("no mass bid") }
    bids.append(
      Bid(
        auction: auctions[0], bidder: bidder, amount: amount, isExact: false,
        position: ack.logPosition))
  }

  private static func massBidFrame(_ message: MassBid, _ entries: [MassBid.Entry]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: MassBid.frameByteCount(bids: entries.count))
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      message.write(frame: base, byteCount: buffer.count)
      GroupSpan.write(entries, to: base + FrameHeader.byteCount + MassBid.blockLength)
      FrameHeader.seal(base, sequence: 1)
    }
    return bytes
  }

  private static func takeSnapshot(_ port: UInt16) throws -> UInt64 {
    let client = try RostrumClient(
      ClientConfiguration(
        endpoint: Endpoint(address: 0x7F00_0001, port: port),
        credentials: .insecure(account: 1, roles: [.operator])))
    defer { client.close() }
    guard let taken = try client.takeSnapshot().success else { throw TestFailure("no snapshot") }
    return taken.logPosition
  }

  private static func reserve(_ lane: Lane) throws -> UInt64 {
    var draft = hourLongDraft(startPrice: 5_000)
    draft.reserve = secretReserve
    let auction = try lane.create(draft)
    _ = try lane.ask(placeBid(auction, by: 14, secretMaximum), for: BidAck.self)
    _ = try lane.ask(placeBid(auction, by: 11, 9_000_017), for: BidAck.self)
    let lowering = LowerMaximum(
      clientRef: 0, auctionId: auction, bidderId: 11, newMaximum: 8_900_003, clientTime: 1)
    _ = try lane.ask(lowering, for: BidAck.self)
    return auction
  }

  /// Runs a command to its end.
  func run(_ arguments: [String]) throws -> CommandResult {
    try Program.run(arguments, in: folder)
  }

  /// The answer of a command that is to end with a status.
  func json(_ arguments: [String], status: Int32 = 0) throws -> [String: Any] {
    let result = try run(arguments + ["--json"])
    guard result.status == status else {
      throw TestFailure("\(arguments): status \(result.status): \(result.errors)\(result.output)")
    }
    return try jsonObject(result.output)
  }

  /// The rules over the bids on the busy auction, without one bidder.
  func book(without bidder: UInt64? = nil) -> (price: Int64, leader: UInt64, rowCount: UInt32) {
    var book = BidBook([busy: hourLongDraft(startPrice: 100)])
    for bid in bids where bid.auction == busy && bid.bidder != bidder {
      _ = book.place(
        auction: busy, bidder: bid.bidder, amount: bid.amount, isExact: bid.isExact)
    }
    return book[busy]
  }
}

extension [String: Any] {
  func object(_ name: String) throws -> [String: Any] {
    if let object = self[name] as? [String: Any] { return object }
    throw TestFailure("no \(name): \(self)")
  }

  func objects(_ name: String) throws -> [[String: Any]] {
    if let list = self[name] as? [[String: Any]] { return list }
    throw TestFailure("no \(name): \(self)")
  }

  func text(_ name: String) throws -> String {
    if let text = self[name] as? String { return text }
    throw TestFailure("no \(name): \(self)")
  }
}
