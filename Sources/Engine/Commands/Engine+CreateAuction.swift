internal import Primitives
internal import Wire

extension Engine {
  /// Opens an auction under a name that follows from the log alone.
  mutating func createAuction(_ frame: UnsafeRawPointer, _ stamp: Stamp, _ outbox: inout Outbox) {
    let message = unsafe CreateAuction(frame: frame)
    let request = Request(
      clientRef: message.clientRef,
      auctionID: 0,
      templateID: CreateAuction.templateID
    )
    var terms = AuctionTerms(message)
    let isDraft = AuctionFlags(rawValue: message.flags).contains(.draft)
    if let code = unsafe creationCode(message, terms, frame) {
      probe(.auctionInvalid)
      return reject(request, code, stamp, &outbox)
    }
    if !isDraft {
      if let code = terms.timeCode(after: stamp.time) {
        return reject(request, code, stamp, &outbox)
      }
      terms.startTime = max(terms.startTime, stamp.time)
    }
    guard auctions.hasRoom,
      let table = unsafe acquireTable(message.incrementTable, CreateAuction.tiers(in: frame))
    else {
      probe(.auctionsFull)
      return reject(request, .overloaded, stamp, &outbox)
    }
    let slot = auctions.take()
    fill(slot, seller: message.sellerId, terms, table)
    if !isDraft { publish(slot, at: stamp.time) }
    acknowledgeAuction(request, on: slot, stamp, &outbox)
    publishState(slot, stamp, &outbox)
  }

  /// Why an auction is not created, whatever the time and the room; nil for nothing.
  private mutating func creationCode(
    _ message: CreateAuction,
    _ terms: AuctionTerms,
    _ frame: UnsafeRawPointer
  ) -> RejectCode? {
    guard message.sellerId != 0, message.format == AuctionFormat.english.rawValue else {
      return .malformed
    }
    let hasTable = unsafe hasValidTable(message.incrementTable, CreateAuction.tiers(in: frame))
    let title = unsafe frame + FrameHeader.byteCount + Engine.createTitleOffset
    guard hasTable, unsafe TextChecker.isText(title, byteCount: 80),
      unsafe TextChecker.isText(CreateAuction.text(in: frame))
    else { return .malformed }
    return terms.code()
  }

  /// Where the title stands in the body of a CreateAuction.
  private static var createTitleOffset: Int { 104 }

  private mutating func fill(_ slot: UInt32, seller: UInt64, _ terms: AuctionTerms, _ table: UInt16)
  {
    auctions[slot].seller = seller
    auctions[slot].price = .min
    auctions[slot].maximum = .min
    auctions[slot].revision = 1
    auctions[slot].incrementTable = table
    terms.write(to: &auctions[slot])
  }

  /// A draft becomes scheduled, or active when its start has come.
  mutating func publish(_ slot: UInt32, at time: Nanoseconds) {
    let isOpen = auctions[slot].startTime <= time
    auctions[slot].setStatus(isOpen ? SlotStatus.active : SlotStatus.scheduled)
    if isOpen { activeCount += 1 }
    setTimer(slot, due: isOpen ? auctions[slot].endTime : auctions[slot].startTime)
  }

  /// Whether an increment table is a named one, or has valid tiers of the seller's own.
  mutating func hasValidTable(_ number: UInt8, _ tiers: GroupSpan) -> Bool {
    number == NamedTable.custom ? unsafe TierList.isValid(tiers) : NamedTable.isNamed(number)
  }

  /// The index of a valid increment table; nil when no more sellers' tables can be kept.
  mutating func acquireTable(_ number: UInt8, _ tiers: GroupSpan) -> UInt16? {
    guard number == NamedTable.custom else { return UInt16(number) }
    return unsafe increments.acquire(TierList(tiers))
  }
}
