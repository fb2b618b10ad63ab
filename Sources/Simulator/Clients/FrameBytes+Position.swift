internal import Wire

extension FrameBytes {
  /// The record that a frame of the server names; 0 when it names none.
  static func position(_ frame: [UInt8]) -> UInt64 {
    let offset: Int
    switch header(frame).templateID {
    case BidAck.templateID: offset = 72
    case Reject.templateID, PriceUpdate.templateID: offset = 40
    case Outbid.templateID, BidEntry.templateID: offset = 48
    case AuctionAck.templateID, RemoveAck.templateID, AccountAck.templateID: offset = 24
    case AuctionWon.templateID, AuctionEnded.templateID, AuctionExtended.templateID: offset = 32
    case AuctionState.templateID: offset = 80
    case LogHead.templateID: offset = 0
    case StateHash.templateID, SnapshotTaken.templateID: offset = 8
    default: return 0
    }
    return word(frame, at: offset)
  }
}
