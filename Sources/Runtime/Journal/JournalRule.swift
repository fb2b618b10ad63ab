internal import Engine
internal import Journal
internal import Primitives
internal import Wire

/// Which of the engine's public frames are events of the journal.
///
/// What sessions are told in private is left out: who was outbid and who won follows from the rows
/// and the ends, and the journal holds nothing that not everybody may know.
///
/// Changing this changes the place of every event behind it, so a log must be replayed under the
/// rule that it was begun under: the rule belongs to the journal's format.
struct JournalRule: BitwiseCopyable {
  private var rowPosition: UInt64 = 0
  private var rowAuction: UInt64 = 0

  /// Whether a frame is kept.
  ///
  /// A change of price that follows a row of the same auction and record says nothing that the row
  /// does not, unless it also moved the end: then it is kept too.
  ///
  /// - Parameters:
  ///   - frame: The frame.
  ///   - position: The record that it follows from.
  /// - Returns: Whether it is an event.
  @_noLocks
  mutating func keeps(_ frame: UnsafeRawPointer, position: UInt64) -> Bool {
    switch unsafe FrameHeader(frame: frame).templateID {
    case BidEntry.templateID:
      rowPosition = position
      rowAuction = unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount)
      return true
    case PriceUpdate.templateID:
      if rowPosition != position { return true }
      let update = unsafe PriceUpdate(frame: frame)
      return update.auctionId != rowAuction || update.flags & AckFlags.extended.rawValue != 0
    default: return true
    }
  }
}

extension JournalWriter {
  /// Asks for the memory that a command's events will touch: a bid's hang on its auction's newest.
  @inline(__always)
  func prefetch(for frame: UnsafeRawPointer) {
    guard unsafe FrameHeader(frame: frame).templateID == PlaceBid.templateID else { return }
    let auction = unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount + 8)
    prefetch(AuctionID(raw: auction))
  }
}
