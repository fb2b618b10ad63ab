internal import Primitives
internal import Wire

/// What a record asks for, as the model reads it.
enum BookRequest {
  case bids([BidRequest])
  /// A MassBid with more entries than the schema has.
  case tooManyBids(clientRef: UInt64)
  case lower(LowerMaximum)
  case remove(RemoveBids)
  case create(CreateAuction, SellerText, [PriceTier])
  case update(UpdateAuction, SellerText, [PriceTier])
  case cancel(CancelAuction)
  case account(AccountControl)
  case configured(EngineConfigured)
  case outage(OutageEnded)
  /// Time passes, or a session is opened: nothing that an auction knows of.
  case nothing
  /// A message that the rules do not know.
  case unknown(clientRef: UInt64)
}

/// One bid, alone or of a MassBid.
struct BidRequest {
  var ref: UInt64
  var auction: UInt64
  var bidder: UInt64
  var amount: Int64
  var revision: UInt64
  var kind: UInt8
  var currency: UInt16
  var template: UInt16
}

/// The text that a seller sent, as bytes.
struct SellerText {
  var title: [UInt8]
  var description: [UInt8]

  /// Whether bytes are UTF-8.
  static func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}

extension LoggedRecord {
  /// What the record asks for.
  var request: BookRequest { unsafe read { unsafe request(in: $0) } ?? .nothing }

  private func request(in frame: UnsafeRawPointer) -> BookRequest {
    switch templateID {
    case PlaceBid.templateID: unsafe .bids([BidRequest(PlaceBid(frame: frame))])
    case MassBid.templateID: unsafe massBid(frame)
    case LowerMaximum.templateID: unsafe .lower(LowerMaximum(frame: frame))
    case RemoveBids.templateID: unsafe .remove(RemoveBids(frame: frame))
    case CreateAuction.templateID: unsafe create(frame)
    case UpdateAuction.templateID: unsafe update(frame)
    case CancelAuction.templateID: unsafe .cancel(CancelAuction(frame: frame))
    case AccountControl.templateID: unsafe .account(AccountControl(frame: frame))
    case EngineConfigured.templateID: unsafe .configured(EngineConfigured(frame: frame))
    case OutageEnded.templateID: unsafe .outage(OutageEnded(frame: frame))
    case Tick.templateID, SessionOpened.templateID, StateImported.templateID: .nothing
    default: unsafe .unknown(clientRef: LittleEndian.uint64(frame, at: FrameHeader.byteCount))
    }
  }

  private func massBid(_ frame: UnsafeRawPointer) -> BookRequest {
    let message = unsafe MassBid(frame: frame)
    let group = unsafe MassBid.bids(in: frame)
    guard unsafe group.count <= 64 else { return .tooManyBids(clientRef: message.clientRef) }
    let count = unsafe group.count
    return .bids(
      (0..<count).map { index in
        let entry = unsafe MassBid.Entry(body: group.entry(index))
        return BidRequest(
          ref: entry.subRef, auction: entry.auctionId, bidder: message.bidderId,
          amount: entry.amount, revision: 0, kind: entry.kind, currency: entry.currency,
          template: MassBid.templateID)
      })
  }

  private func create(_ frame: UnsafeRawPointer) -> BookRequest {
    let titleOffset = FrameHeader.byteCount + 104
    let text = unsafe SellerText(
      title: Self.bytes(frame + titleOffset, 80),
      description: Self.text(CreateAuction.text(in: frame)))
    return unsafe .create(
      CreateAuction(frame: frame), text, Self.tiers(CreateAuction.tiers(in: frame)))
  }

  private func update(_ frame: UnsafeRawPointer) -> BookRequest {
    let titleOffset = FrameHeader.byteCount + 120
    let text = unsafe SellerText(
      title: Self.bytes(frame + titleOffset, 80),
      description: Self.text(UpdateAuction.text(in: frame)))
    return unsafe .update(
      UpdateAuction(frame: frame), text, Self.tiers(UpdateAuction.tiers(in: frame)))
  }

  private static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private static func text(_ group: GroupSpan) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<(unsafe group.count) { bytes += unsafe Self.bytes(group.entry(index), 64) }
    return bytes
  }

  private static func tiers(_ group: GroupSpan) -> [PriceTier] {
    (0..<(unsafe group.count)).map { index in
      unsafe PriceTier(CreateAuction.Tier(body: group.entry(index)))
    }
  }
}

extension PriceTier {
  init(_ tier: CreateAuction.Tier) {
    self.init(below: tier.limit == Money.absent ? nil : tier.limit, step: tier.increment)
  }
}

extension BidRequest {
  init(_ message: PlaceBid) {
    self.init(
      ref: message.clientRef, auction: message.auctionId, bidder: message.bidderId,
      amount: message.amount, revision: message.ifRevision, kind: message.kind,
      currency: message.currency, template: PlaceBid.templateID)
  }
}
