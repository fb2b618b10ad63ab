internal import Engine
internal import Primitives
internal import Wire

/// The engine and the model on the same records.
final class SideBySide {
  let model: BookModel
  private var engine: Engine
  private var outbox: Outbox
  private var priority = PriorityCheck()
  /// What the engine said to the newest record.
  private(set) var told: [Told] = []
  /// The public frames of the newest record.
  private(set) var published: [PublishedFrame] = []
  /// What else the newest record led to.
  private(set) var effect = RecordEffect(position: 0, notices: [], auctions: [])

  /// What a log's first record says of the shard; nil for any other record.
  static func limits(of record: LoggedRecord) -> EngineConfigured? {
    if case .configured(let message) = record.request { return message }
    return nil
  }

  init(shard: ShardID, configured message: EngineConfigured, memory: MemorySource) {
    let limits = EngineLimits(
      auctionsMax: Int(clamping: message.auctionsMax), bidsMax: Int(clamping: message.bidsMax),
      accountsMax: Int(clamping: message.accountsMax), linkGroupsMax: Int(message.linkGroupsMax),
      sellerBlocksMax: Int(message.sellerBlocksMax), rateBucketsMax: Int(message.rateBucketsMax),
      incrementTablesMax: Int(message.incrementTablesMax),
      retention: message.retentionSeconds &* TimeSpan.second, snapshotAreaByteCount: 1 << 16)
    engine = Engine(shard: shard, limits: limits, memory: memory)
    outbox = Outbox(byteCount: Outbox.byteCountMin, memory: memory)
    outbox.wantsPublic = true
    model = BookModel(
      shard: shard, limits: BookLimits(message),
      retention: message.retentionSeconds &* TimeSpan.second)
  }

  /// Applies a record to both; the first difference.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - other: What the engine gets instead, for a test of the comparison; nil for the record.
  /// - Returns: The first difference; nil when there is none.
  func apply(_ record: LoggedRecord, engineGets other: LoggedRecord? = nil) -> OracleDifference? {
    told = applyToEngine(other ?? record)
    let expected = model.apply(record, observed: told)
    published = told.filter(\.isPublic).map {
      PublishedFrame(position: record.position, time: record.time, told: $0)
    }
    if let difference = compare(told, expected, record) { return difference }
    let touched = Self.auctions(of: record, told)
    for id in touched {
      if let difference = compareAuction(id) { return difference }
    }
    for account in Self.accounts(of: record, told) {
      if let difference = compareAccount(account) { return difference }
    }
    let auctions = touched.map {
      AuctionAfter(auction: $0, state: model.state(of: $0), hidden: model.hidden(of: $0))
    }
    effect = RecordEffect(
      position: record.position, notices: told.filter { !$0.isPublic }, auctions: auctions)
    let secrets = auctions.map { ($0.auction, $0.hidden) }
    return priority.follow(record, told, secrets)
  }

  private func applyToEngine(_ record: LoggedRecord) -> [Told] {
    var told: [Told] = []
    let isDone: Bool? = unsafe record.read { frame in
      let command = unsafe Command(
        position: record.position, time: record.time, session: record.session,
        roles: record.roles, frame: frame)
      engine.apply(command, &outbox)
      drain(into: &told)
      while engine.moreDue {
        engine.resume(command, &outbox)
        drain(into: &told)
      }
      return true
    }
    invariant(isDone == true, "a record has a frame")
    return told
  }

  private func drain(into told: inout [Told]) {
    var cursor = 0
    while let entry = outbox.next(&cursor) {
      let frame = unsafe Array(
        UnsafeRawBufferPointer(start: entry.frame, count: entry.byteCount))
      told.append(Told(session: entry.session, frame: frame))
    }
    outbox.clear()
  }

  // MARK: What is compared

  private func compare(
    _ told: [Told], _ expected: [Told], _ record: LoggedRecord
  ) -> OracleDifference? {
    guard told != expected else { return nil }
    let count = zip(told, expected).prefix { $0 == $1 }.count
    let text = { (list: [Told]) in
      count < list.count ? list[count].description : "nothing more"
    }
    return OracleDifference(
      position: record.position, "frame \(count + 1) in answer to template \(record.templateID)",
      found: text(told), expected: text(expected))
  }

  /// Auctions, accounts, sums and the time of the next event.
  func compareAll() -> OracleDifference? {
    for id in model.auctionIDs {
      if let difference = compareAuction(id) ?? model.retellingFault(of: id) { return difference }
    }
    for account in model.knownAccounts {
      if let difference = compareAccount(account) { return difference }
    }
    return compare("auctions", engine.counts.auctions, model.auctionIDs.count)
      ?? compare("open auctions", engine.counts.activeAuctions, model.openCount)
      ?? compare("sellers' tables", engine.counts.incrementTables, model.sellersTableCount)
      ?? compare("sellers' blocks", engine.counts.sellerBlocks, model.sellerBlockCount)
      ?? compare("the next time at which something is due", engine.nextDue, model.nextDue)
      ?? compareSums()
  }

  /// Money is conserved: what accounts are committed to is what auctions are led with.
  private func compareSums() -> OracleDifference? {
    let needed = model.neededAccounts
    var sum: Int64 = 0
    var place: Int?
    while let next = engine.nextAccount(after: place) {
      place = next.place
      sum += next.account.exposure
      if !needed.contains(next.account.id) {
        return OracleDifference(
          position: model.position, "account \(next.account.id)",
          found: "\(next.account)", expected: "nothing is known of it")
      }
    }
    return compare("the sum of all exposures", sum, model.committedSum)
  }

  private func compare<Value: Equatable>(
    _ subject: String, _ found: Value, _ expected: Value
  ) -> OracleDifference? {
    guard found != expected else { return nil }
    return OracleDifference(
      position: model.position, subject, found: "\(found)", expected: "\(expected)")
  }

  private func compareAuction(_ id: UInt64) -> OracleDifference? {
    let name = AuctionID(raw: id)
    let state = engine.view(of: name)?.message(clientRef: 0, logPosition: model.position)
    return compare("auction \(id)", state, model.state(of: id))
      ?? compare("what is hidden of auction \(id)", hidden(of: name), model.hidden(of: id))
  }

  private func hidden(of id: AuctionID) -> HiddenTerms? {
    guard let secrets = engine.secrets(of: id) else { return nil }
    return HiddenTerms(
      maximum: secrets.maximum, reserve: secrets.reserve, leader: secrets.leader,
      hardEnd: secrets.hardEnd)
  }

  private func compareAccount(_ account: UInt64) -> OracleDifference? {
    compare(
      "the exposure of account \(account)", engine.exposure(of: account),
      model.exposure(of: account))
  }

  // MARK: What a record touches

  private static func auctions(of record: LoggedRecord, _ told: [Told]) -> [UInt64] {
    var ids = Set(told.compactMap(\.auctionID))
    switch record.request {
    case .bids(let bids): ids.formUnion(bids.map(\.auction))
    case .lower(let message): ids.insert(message.auctionId)
    case .remove(let message): ids.insert(message.auctionId)
    case .update(let message, _, _): ids.insert(message.auctionId)
    case .cancel(let message): ids.insert(message.auctionId)
    default: break
    }
    return ids.sorted()
  }

  private static func accounts(of record: LoggedRecord, _ told: [Told]) -> [UInt64] {
    var ids: Set<UInt64> = []
    if case .bids(let bids) = record.request { ids.formUnion(bids.map(\.bidder)) }
    for one in told {
      if let loser = one.message(Outbid.self)?.bidderId { ids.insert(loser) }
      if let leader = one.message(PriceUpdate.self)?.leaderId { ids.insert(leader) }
      if let winner = one.message(AuctionEnded.self)?.winnerId { ids.insert(winner) }
    }
    ids.remove(0)
    return ids.sorted()
  }
}

extension Told {
  /// The auction that the frame is about; nil when it is about none.
  var auctionID: UInt64? {
    message(BidAck.self)?.auctionId ?? message(AuctionAck.self)?.auctionId
      ?? message(PriceUpdate.self)?.auctionId ?? message(AuctionEnded.self)?.auctionId
      ?? message(AuctionState.self)?.auctionId ?? message(BidEntry.self)?.auctionId
      ?? message(AuctionExtended.self)?.auctionId ?? message(RemoveAck.self)?.auctionId
  }
}

extension BookModel {
  /// Whether an auction's story gives another standing when it is told from its beginning.
  func retellingFault(of id: UInt64) -> OracleDifference? {
    guard let lot = lots[id] else { return nil }
    let retold = lot.story.retold
    guard retold != lot.standing else { return nil }
    return OracleDifference(
      position: position, "the model's own account of auction \(id)", found: "\(lot.standing)",
      expected: "\(retold)")
  }
}
