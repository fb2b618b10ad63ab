import Primitives
import WAL
import Wire

/// Which auction and which bidder a record of the log speaks of.
enum AuctionRecords {
  /// Whether a record names an auction.
  static func names(_ record: LogRecord, auction: UInt64) -> Bool {
    switch unsafe FrameHeader(frame: record.frame).templateID {
    case PlaceBid.templateID: unsafe PlaceBid(frame: record.frame).auctionId == auction
    case LowerMaximum.templateID: unsafe LowerMaximum(frame: record.frame).auctionId == auction
    case RemoveBids.templateID: unsafe RemoveBids(frame: record.frame).auctionId == auction
    case UpdateAuction.templateID: unsafe UpdateAuction(frame: record.frame).auctionId == auction
    case CancelAuction.templateID: unsafe CancelAuction(frame: record.frame).auctionId == auction
    case SettlePayment.templateID: unsafe SettlePayment(frame: record.frame).auctionId == auction
    case MassBid.templateID:
      entries(of: record).contains { $0.auctionId == auction }
    default: false
    }
  }

  /// Whether a record is what a bidder asked for on an auction.
  static func isAct(_ record: LogRecord, of bidder: UInt64, on auction: UInt64) -> Bool {
    switch unsafe FrameHeader(frame: record.frame).templateID {
    case PlaceBid.templateID:
      let bid = unsafe PlaceBid(frame: record.frame)
      return bid.auctionId == auction && bid.bidderId == bidder
    case LowerMaximum.templateID:
      let lowering = unsafe LowerMaximum(frame: record.frame)
      return lowering.auctionId == auction && lowering.bidderId == bidder
    case RemoveBids.templateID:
      let removal = unsafe RemoveBids(frame: record.frame)
      return removal.auctionId == auction && removal.bidderId == bidder
    case MassBid.templateID:
      return unsafe MassBid(frame: record.frame).bidderId == bidder
        && entries(of: record).contains { $0.auctionId == auction }
    default: return false
    }
  }

  /// Whether a record is a bid of a bidder on an auction.
  static func isBid(_ record: LogRecord, of bidder: UInt64, on auction: UInt64) -> Bool {
    let template = unsafe FrameHeader(frame: record.frame).templateID
    guard template == PlaceBid.templateID || template == MassBid.templateID else { return false }
    return isAct(record, of: bidder, on: auction)
  }

  /// The entries of a MassBid.
  static func entries(of record: LogRecord) -> [MassBid.Entry] {
    let span = unsafe MassBid.bids(in: record.frame)
    return unsafe (0..<span.count).map { unsafe MassBid.Entry(body: span.entry($0)) }
  }

  /// The frame of a MassBid without the entries on an auction.
  ///
  /// - Parameters:
  ///   - record: The MassBid.
  ///   - auction: The auction.
  /// - Returns: The frame; nil when no entry is left.
  static func massBid(_ record: LogRecord, without auction: UInt64) -> [UInt8]? {
    let kept = entries(of: record).filter { $0.auctionId != auction }
    guard !kept.isEmpty else { return nil }
    let sequence = unsafe FrameHeader(frame: record.frame).sequence
    let message = unsafe MassBid(frame: record.frame)
    var bytes = [UInt8](repeating: 0, count: MassBid.frameByteCount(bids: kept.count))
    unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe message.write(frame: base, byteCount: buffer.count)
      unsafe GroupSpan.write(kept, to: base + FrameHeader.byteCount + MassBid.blockLength)
      unsafe FrameHeader.seal(base, sequence: sequence)
    }
    return bytes
  }
}
