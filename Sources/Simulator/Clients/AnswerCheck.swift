internal import Wire

/// Which answers fit which requests.
enum AnswerCheck {
  /// Compares an answer with the request whose number it bears.
  ///
  /// - Parameters:
  ///   - frame: The answer.
  ///   - request: The request whose number it bears.
  ///   - part: The entry of a mass bid that it answers; 0 for other requests.
  /// - Returns: What is wrong with it, in words; nil when it fits.
  static func fault(of frame: [UInt8], to request: LedgerRequest, part: Int) -> String? {
    let template = FrameBytes.header(frame).templateID
    if template == Reject.templateID { return refusalFault(frame, request) }
    guard template == WrongShard.templateID || template == answer(to: request.templateID) else {
      return "template \(template) answers a request of template \(request.templateID)"
    }
    guard let place = auctionOffset(inAnswer: template),
      let asked = auction(of: request, part: part)
    else { return activityFault(frame, request) }
    let told = FrameBytes.word(frame, at: place)
    guard told == asked else { return "an answer about auction \(told) and not \(asked)" }
    return activityFault(frame, request)
  }

  /// The answer, beside a refusal, of a request; 0 for one that has none.
  private static func answer(to template: UInt16) -> UInt16 {
    switch template {
    case PlaceBid.templateID, LowerMaximum.templateID, MassBid.templateID: BidAck.templateID
    case RemoveBids.templateID: RemoveAck.templateID
    case CreateAuction.templateID, UpdateAuction.templateID, CancelAuction.templateID:
      AuctionAck.templateID
    case AccountControl.templateID: AccountAck.templateID
    case Subscribe.templateID, Unsubscribe.templateID: SubscribeAck.templateID
    case QueryAuction.templateID: AuctionState.templateID
    case QueryBids.templateID: BidsEnd.templateID
    case QueryTopology.templateID: Topology.templateID
    case QueryStateHash.templateID: StateHash.templateID
    case TakeSnapshot.templateID: SnapshotTaken.templateID
    case QueryEvents.templateID: EventsEnd.templateID
    default: 0
    }
  }

  private static func refusalFault(_ frame: [UInt8], _ request: LedgerRequest) -> String? {
    guard let reject = FrameBytes.decode(frame, as: Reject.self) else { return nil }
    return reject.refTemplateId == request.templateID
      ? nil
      : "a refusal of template \(reject.refTemplateId) to a request of template"
        + " \(request.templateID)"
  }

  private static func activityFault(_ frame: [UInt8], _ request: LedgerRequest) -> String? {
    guard let ack = FrameBytes.decode(frame, as: SubscribeAck.self) else { return nil }
    let isActive: UInt8 = request.templateID == Subscribe.templateID ? 1 : 0
    return ack.active == isActive ? nil : "a subscription is told to be the other way round"
  }

  /// Where an answer names its auction.
  private static func auctionOffset(inAnswer template: UInt16) -> Int? {
    switch template {
    case BidAck.templateID, RemoveAck.templateID, AuctionAck.templateID, SubscribeAck.templateID,
      AuctionState.templateID, BidsEnd.templateID, WrongShard.templateID:
      8
    default: nil
    }
  }

  /// The auction that a request names; nil when it names none.
  private static func auction(of request: LedgerRequest, part: Int) -> UInt64? {
    switch request.templateID {
    case MassBid.templateID:
      let bids = FrameBytes.bids(request.frame)
      return bids.indices.contains(part) ? bids[part].auctionId : nil
    case PlaceBid.templateID, LowerMaximum.templateID, RemoveBids.templateID,
      UpdateAuction.templateID, CancelAuction.templateID, Subscribe.templateID,
      Unsubscribe.templateID, QueryAuction.templateID, QueryBids.templateID:
      return FrameBytes.word(request.frame, at: 8)
    default: return nil
    }
  }
}
