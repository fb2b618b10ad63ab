import Engine
import Model
import Primitives
import Wire

/// An engine with its outbox, the auctions it has, and what was said to the last command.
struct RulesRun: ~Copyable {
  static let second: UInt64 = 1_000_000_000

  var engine: Engine
  var outbox: Outbox
  var time: UInt64 = 1_700_000_000 * second
  var position: UInt64 = 0
  var lots: [Lot] = []
  /// The last command's reply: a reject code, 0 for an acceptance.
  var code: UInt16 = 0
  var replyCount = 0
  /// The id that the last command's reply names.
  var namedID: UInt64 = 0
  var twin: RulesTwin?
  let comparesHashes: Bool
  /// The rules once more, plain and slow; nil when the script leaves them out.
  let model: BookModel?
  /// What the engine said to the last record, for the model.
  private var told: [Told] = []
  /// The state's hash, where nothing has happened since it was computed.
  private var knownHash: Digest?

  init(memory: MemorySource, comparesHashes: Bool, comparesModel: Bool) {
    model = comparesModel ? BookModel(.tiny) : nil
    engine = Engine(shard: ShardID(0), limits: .tiny, memory: memory)
    outbox = Outbox(byteCount: Outbox.byteCountMin, memory: memory)
    outbox.wantsPublic = true
    self.comparesHashes = comparesHashes
  }

  /// Takes the next step of a script.
  mutating func step(_ script: inout Script) {
    let kind = script.byte() & 15
    switch kind {
    case 0...4: bid(&script)
    case 5: massBid(&script)
    case 6: create(&script)
    case 7: update(&script)
    case 8: lower(&script)
    case 9: remove(&script)
    case 10: cancel(&script)
    case 11: account(&script)
    case 12: configure(&script)
    case 13: pass(&script)
    case 14: outage(&script)
    default: fork()
    }
    checkAll()
  }

  mutating func finish() {
    if twin != nil { compareTwin() }
  }

  /// Applies a command; notes what was said.
  mutating func apply(_ bytes: [UInt8], roles: Roles = .broker, replies: Int = 1) {
    tick()
    let before = comparesHashes ? knownHash ?? engine.stateHash() : .zero
    send(bytes, roles: roles)
    check(replyCount == replies, "\(replyCount) replies instead of \(replies)")
    // A refusal of the price may have taken a token of the rate, so only other ones are compared.
    let isPlain = code != 0 && replies == 1 && !Self.mayTakeToken(code)
    if comparesHashes, isPlain {
      let after = engine.stateHash()
      check(after == before, "refusal \(code) changed something")
      knownHash = after
    }
  }

  private static func mayTakeToken(_ code: UInt16) -> Bool {
    [
      RejectCode.bidTooLow, .notHigherThanOwnMaximum, .alreadyLeading, .overloaded,
      .buyNowUnavailable,
    ].contains { $0.rawValue == code }
  }

  /// Lets everything happen that is due, so that the next command's effect is its own.
  private mutating func tick() {
    if engine.nextDue <= time { send(frame(Tick(reserved: 0)), roles: []) }
  }

  /// Applies a record whatever is due.
  mutating func send(_ bytes: [UInt8], roles: Roles) {
    position += 1
    let session = SessionHandle(raw: roles == [] ? 0 : 65_537)
    code = 0
    replyCount = 0
    namedID = 0
    knownHash = nil
    told.removeAll(keepingCapacity: true)
    bytes.withUnsafeBytes { raw in
      let command = Command(
        position: position, time: time, session: session, roles: roles, frame: raw.start)
      engine.apply(command, &outbox)
      listen()
      while engine.moreDue {
        engine.resume(command, &outbox)
        listen()
      }
    }
    compareModel(bytes, session: session, roles: roles)
    twin?.keep(bytes, time: time, position: position, session: session, roles: roles)
    if twin != nil { writeTwin() }
  }

  private mutating func listen() {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      let header = FrameHeader(frame: entry.frame)
      check(Int(header.frameLength) == entry.byteCount, "a frame that does not know its length")
      check(
        FrameValidator.verdict(entry.frame, byteCount: entry.byteCount, from: .server) == .valid,
        "template \(header.templateID) is not valid")
      if model != nil {
        let frame = UnsafeRawBufferPointer(start: entry.frame, count: entry.byteCount)
        told.append(Told(session: entry.session, frame: Array(frame)))
      }
      if entry.isPublic { countRow(entry.frame) } else { hear(header.templateID, entry.frame) }
    }
    outbox.clear()
  }

  private mutating func hear(_ templateID: UInt16, _ frame: UnsafeRawPointer) {
    switch templateID {
    case Reject.templateID:
      code = Reject(frame: frame).code
      replyCount += 1
    case AuctionAck.templateID:
      namedID = AuctionAck(frame: frame).auctionId
      replyCount += 1
    case BidAck.templateID, RemoveAck.templateID, AccountAck.templateID: replyCount += 1
    default: break
    }
  }

  private mutating func countRow(_ frame: UnsafeRawPointer) {
    guard FrameHeader(frame: frame).templateID == BidEntry.templateID else { return }
    let row = BidEntry(frame: frame)
    guard let index = lots.firstIndex(where: { $0.id.raw == row.auctionId }) else { return }
    guard let count = lots[index].rowCount else { return }
    lots[index].rowCount = count + 1
    check(row.rowNumber == count + 1, "row \(row.rowNumber) after \(count)")
  }

  /// Every frame of the answer is the one that the model gives, in its order.
  private func compareModel(_ bytes: [UInt8], session: SessionHandle, roles: Roles) {
    guard let model else { return }
    let record = LoggedRecord(
      position: position, time: time, session: session, roles: roles, frame: bytes)
    let expected = model.apply(record, observed: told)
    guard told != expected else { return }
    let place = zip(told, expected).prefix { $0 == $1 }.count
    func text(_ list: [Told]) -> String { place < list.count ? "\(list[place])" : "nothing" }
    wrong("the engine says \(text(told)), the model \(text(expected))")
  }
}

extension BookModel {
  /// A model of a shard with limits of the engine.
  fileprivate convenience init(_ limits: EngineLimits) {
    let retention = limits.retention / TimeSpan.second
    let message = EngineConfigured(
      engineIdHigh: 1, engineIdLow: 2, shard: 0, shards: 1, formatVersion: 1,
      retentionSeconds: retention, auctionsMax: UInt64(limits.auctionsMax),
      bidsMax: UInt64(limits.bidsMax), accountsMax: UInt64(limits.accountsMax),
      linkGroupsMax: UInt32(limits.linkGroupsMax), sellerBlocksMax: UInt32(limits.sellerBlocksMax),
      rateBucketsMax: UInt32(limits.rateBucketsMax),
      incrementTablesMax: UInt32(limits.incrementTablesMax))
    self.init(
      shard: ShardID(0), limits: BookLimits(message), retention: retention * TimeSpan.second)
  }
}
