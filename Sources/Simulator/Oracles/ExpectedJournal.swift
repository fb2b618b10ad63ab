public import Primitives
internal import Wire

/// The event journal that a log implies, byte for byte, made from the page of its format alone.
public struct ExpectedJournal: Sendable {
  /// Whose journal it is.
  public let shard: ShardID
  /// The log's random number, which every checksum depends on.
  public let logID: UInt64
  /// The bytes of a full file.
  public let fileByteCount: UInt64
  /// All bytes from offset 0 on.
  public private(set) var bytes: [UInt8] = []
  /// How many events there are.
  public private(set) var eventCount = 0

  /// The newest event of each auction; looked up, never walked over.
  private var heads: [UInt64: UInt64] = [:]
  /// Where the journal ends after each record with events.
  private var ends: [(position: UInt64, offset: UInt64)] = []
  private var row: (position: UInt64, auction: UInt64) = (0, 0)

  /// Makes a journal without events.
  ///
  /// - Parameters:
  ///   - shard: Whose journal it is.
  ///   - logID: The log's random number.
  ///   - fileByteCount: The bytes of a full file, a power of two.
  public init(shard: ShardID, logID: UInt64, fileByteCount: Int) {
    self.shard = shard
    self.logID = logID
    self.fileByteCount = UInt64(fileByteCount)
  }

  /// Where it ends.
  public var endOffset: UInt64 { UInt64(bytes.count) }

  /// Where it ends when the log ends with a record.
  ///
  /// - Parameter position: The record.
  /// - Returns: The offset behind the last event of it and of those before.
  public func endOffset(after position: UInt64) -> UInt64 {
    ends.last { $0.position <= position }?.offset ?? 0
  }

  /// Adds what public frames say that is kept.
  ///
  /// - Parameter frames: The frames that follow from the log, in their order.
  public mutating func append(_ frames: some Sequence<PublishedFrame>) {
    for frame in frames where keeps(frame) { add(frame) }
  }

  /// A new price is kept where no row of the same record and auction says it, or the end moved.
  private mutating func keeps(_ frame: PublishedFrame) -> Bool {
    if let entry = frame.told.message(BidEntry.self) {
      row = (frame.position, entry.auctionId)
      return true
    }
    guard let update = frame.told.message(PriceUpdate.self) else { return true }
    let isTold = row == (frame.position, update.auctionId)
    return !isTold || update.flags & AckFlags.extended.rawValue != 0
  }

  private mutating func add(_ frame: PublishedFrame) {
    guard let auction = frame.told.auctionID else { return }
    let byteCount = UInt64(48 + frame.told.frame.count)
    let inFile = endOffset % fileByteCount
    if inFile + byteCount > fileByteCount { fill(fileByteCount - inFile, before: frame) }
    if endOffset % fileByteCount == 0 { begin(frame) }
    let offset = endOffset
    append(
      header(
        byteCount, frame, auction: auction, previous: heads[auction] ?? 0,
        template: frame.told.templateID) + frame.told.frame, sumTo: Int(byteCount))
    heads[auction] = offset
    eventCount += 1
    ends.append((frame.position, endOffset))
  }

  /// What is left of a file in which the next event has no room.
  private mutating func fill(_ byteCount: UInt64, before frame: PublishedFrame) {
    let isItem = byteCount >= 48
    let head =
      isItem ? header(byteCount, frame, auction: 0, previous: 0, template: 65_534) : []
    let rest = [UInt8](repeating: 0, count: Int(byteCount) - head.count)
    guard isItem else { return bytes += rest }
    append(head + rest, sumTo: Int(byteCount))
  }

  /// A file's header.
  private mutating func begin(_ frame: PublishedFrame) {
    var item = little(UInt32(64)) + little(UInt32(0)) + little(frame.position)
    item += little(frame.time) + Array("RSTJOURN".utf8) + little(endOffset)
    item += little(UInt16(65_535)) + little(UInt16(1)) + little(shard.number) + little(UInt16(0))
    item += little(logID) + little(fileByteCount)
    append(item, sumTo: 64)
  }

  private func header(
    _ byteCount: UInt64, _ frame: PublishedFrame, auction: UInt64, previous: UInt64,
    template: UInt16
  ) -> [UInt8] {
    little(UInt32(byteCount)) + little(UInt32(0)) + little(frame.position) + little(frame.time)
      + little(auction) + little(previous) + little(template) + little(UInt16(0))
      + little(UInt32(0))
  }

  /// Appends an item with its checksum, which depends on the log and on the place.
  private mutating func append(_ item: [UInt8], sumTo end: Int) {
    var item = item
    let offset = endOffset
    let low = UInt32(truncatingIfNeeded: offset)
    let high = UInt32(truncatingIfNeeded: offset >> 32)
    let start = Self.sum(little(logID)[...], continuing: 0) ^ low ^ high
    let sum = Self.sum(item[8..<end], continuing: start)
    item.replaceSubrange(4..<8, with: little(sum))
    bytes += item
  }

  private static func sum(_ bytes: ArraySlice<UInt8>, continuing start: UInt32) -> UInt32 {
    unsafe bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return start }
      return unsafe CRC32C.checksum(base, byteCount: raw.count, continuing: start)
    }
  }

  private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
