import Primitives
import Testing
import Wire

/// What a shard's thread does with a frame; the attribute has the compiler prove that nothing in it
/// allocates or locks, called from another module as the engine and the gateway call it.
@_noLocks
private func answer(
  _ frame: UnsafeRawPointer,
  byteCount: Int,
  _ reply: UnsafeMutableRawPointer
)
  -> Int64
{
  guard FrameHeader.verify(frame, byteCount: byteCount) else { return -1 }
  guard FrameValidator.verdict(frame, byteCount: byteCount, from: .client) == .valid else {
    return -2
  }
  let header = FrameHeader(frame: frame)
  if header.templateID == MassBid.templateID { return sum(MassBid.bids(in: frame)) }
  let bid = PlaceBid(frame: frame)
  guard BidKind(rawValue: bid.kind) == .exact else { return -3 }
  let reject = Reject(
    clientRef: bid.clientRef,
    auctionId: bid.auctionId,
    price: 1,
    minNext: bid.amount,
    revision: 1,
    logPosition: 2,
    time: 3,
    refTemplateId: header.templateID,
    code: RejectCode.bidTooLow.rawValue,
    retryAfterMicroseconds: 0
  )
  reject.write(frame: reply)
  FrameHeader.seal(reply, sequence: header.sequence)
  return bid.amount
}

@_noLocks
private func sum(_ bids: GroupSpan) -> Int64 {
  var total: Int64 = 0
  for index in 0..<bids.count { total &+= MassBid.Entry(body: bids.entry(index)).amount }
  return total
}

/// The calls of the hot path, without an allocation.
@Suite struct HotPathTests {
  @Test func aBidIsReadAndAnswered() {
    let bytes = SampleFrame(PlaceBid.self, variant: 4).bytes
    var reply = [UInt8](repeating: 0xFF, count: Reject.frameByteCount)
    let amount = bytes.withUnsafeBytes { frame in
      reply.withUnsafeMutableBytes {
        answer(frame.start, byteCount: frame.count, $0.start)
      }
    }
    let bid = bytes.withUnsafeBytes { PlaceBid(frame: $0.start) }
    #expect(bid.kind == BidKind.exact.rawValue)
    #expect(amount == bid.amount)
    #expect(verdict(reply, from: .server) == .valid)
    #expect(reply.withUnsafeBytes { Reject(frame: $0.start) }.clientRef == bid.clientRef)
  }

  @Test func setsHoldTheirBits() {
    let flags: AuctionFlags = [.draft, .requireVerified]
    #expect(flags.rawValue == 3)
    #expect(UpdateFields.publish.rawValue == 1 << 16)
    #expect(AckFlags(rawValue: 2) == .priceMoved)
  }
}
