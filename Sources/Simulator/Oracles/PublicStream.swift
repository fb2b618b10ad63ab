/// The public frames that the log implies, by auction and in all, each with its place.
struct PublicStream {
  /// Where a frame stands.
  struct Place {
    let auction: UInt64
    /// Its place among the frames of its auction.
    let own: Int
    /// Its place among all frames.
    let common: Int
  }

  private var places: [[UInt8]: Place] = [:]
  /// The records of the frames of each auction.
  private var positions: [UInt64: [UInt64]] = [:]
  private var commonPositions: [UInt64] = []

  mutating func append(_ frame: PublishedFrame) {
    guard let auction = frame.told.auctionID else { return }
    let own = positions[auction, default: []].count
    places[frame.told.frame] = Place(auction: auction, own: own, common: commonPositions.count)
    positions[auction, default: []].append(frame.position)
    commonPositions.append(frame.position)
  }

  subscript(frame: [UInt8]) -> Place? { places[frame] }

  /// The record of a frame of an auction, or of any when the auction is 0; nil when it is the end.
  func position(_ auction: UInt64, _ place: Int) -> UInt64? {
    let list = auction == 0 ? commonPositions : positions[auction] ?? []
    return list.indices.contains(place) ? list[place] : nil
  }

  /// How many frames of an auction follow from a record or one before it.
  func count(_ auction: UInt64, through position: UInt64) -> Int {
    let list = positions[auction] ?? []
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
