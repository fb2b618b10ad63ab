import Primitives
import Wire

@testable import Journal

/// The files of a journal, made of a script.
///
/// An item: flags, its length in units of 8 bytes, how many bytes are given, and these; then zeros.
/// Flag 1 begins a new file, flag 2 leaves one out before it, flag 4 makes the length right, flag 8
/// the checksum, flag 16 makes it a file's header, flag 32 fills the rest of the file.
final class JournalFolder: MemoryJournal {
  /// Where the items begin.
  private(set) var offsets: [UInt64] = []
  private var fileOffset: UInt64 = 0

  func clear() {
    files.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    fileOffset = 0
  }

  func build(_ script: inout Script) {
    var itemCount = 0
    while !script.isAtEnd, itemCount < 400 {
      itemCount += 1
      let flags = script.byte()
      let byteCount = 8 * Int(script.byte())
      let given = script.take(Int(script.byte()))
      if flags & 1 != 0, files[fileOffset] != nil {
        fileOffset += LoadedState.layout.fileByteCount * (flags & 2 == 0 ? 1 : 2)
      }
      var item = [UInt8](repeating: 0, count: flags & 32 == 0 ? byteCount : rest)
      for (index, byte) in given.prefix(item.count).enumerated() { item[index] = byte }
      mend(&item, flags)
      let offset = fileOffset + UInt64(files[fileOffset]?.count ?? 0)
      guard item.count <= rest else { continue }
      files[fileOffset, default: []] += item
      offsets.append(offset)
    }
  }

  private var rest: Int {
    Int(LoadedState.layout.fileByteCount) - (files[fileOffset]?.count ?? 0)
  }

  private func mend(_ item: inout [UInt8], _ flags: UInt8) {
    let offset = fileOffset + UInt64(files[fileOffset]?.count ?? 0)
    let layout = LoadedState.layout
    item.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      if flags & 16 != 0, raw.count >= 64 {
        let header = JournalFileHeader(
          layout: layout, fileOffset: fileOffset,
          logPosition: LittleEndian.uint64(base, at: 8), time: 0)
        header.encode(base)
      }
      guard raw.count >= 48 else { return }
      if flags & 4 != 0 {
        LittleEndian.store(UInt32(raw.count), base, at: 0)
        if raw.count >= 72 {
          LittleEndian.store(UInt32(raw.count - 48), base, at: 48)
          LittleEndian.store(LittleEndian.uint16(base, at: 40), base, at: 66)
        }
      }
      if flags & 8 != 0 {
        let isGap = LittleEndian.uint16(base, at: 40) == JournalFormat.gapTemplate
        let sum = layout.checksum(base, byteCount: isGap ? 48 : raw.count, at: offset)
        LittleEndian.store(sum, base, at: 4)
      }
    }
  }
}

/// The seeds of the journal's target: a journal as a writer leaves it.
enum JournalSeeds {
  static func auction(_ slot: UInt32) -> AuctionID {
    AuctionID(shard: ShardID(0), generation: 1, slotIndex: slot)
  }

  /// Events of three auctions in turn; long ones between, so that a file is full soon.
  static let frames: [[UInt8]] = (0..<24).map { index in
    let id = auction(UInt32(index) % 3).raw
    guard index % 4 == 3 else {
      return frame(
        BidEntry(
          auctionId: id, bidderId: 7, amount: 5, priceAfter: 5, leaderAfter: 7, time: 9,
          logPosition: UInt64(index + 1), kind: 0, flags: 0, rowNumber: UInt32(index / 3 + 1)))
    }
    return frame(
      PriceUpdate(body: [UInt8](repeating: 3, count: PriceUpdate.blockLength)), extra: 1_000)
  }

  static func all() -> [[UInt8]] {
    let folder = JournalFolder()
    do throws(JournalError) {
      var writer = try JournalWriter(
        layout: LoadedState.layout, limits: LoadedState.journalLimits, memory: .heap)
      for (index, bytes) in frames.enumerated() {
        bytes.withUnsafeBytes {
          _ = writer.append(
            $0.start, byteCount: bytes.count, auctionID: auction(UInt32(index) % 3),
            position: UInt64(index + 1), time: UInt64(index))
        }
        writer.release(through: writer.mark())
        while let write = writer.nextWrite() {
          folder.write(write, byteCount: write.byteCount)
          writer.completed(.written(byteCount: write.byteCount))
        }
      }
    } catch { fatalError("\(error)") }
    let whole = script(folder)
    return [[0, 0] + whole, [1, 0] + whole, [2, 5] + whole, [1, 0] + whole.prefix(400)]
  }

  /// The files as a script that makes them again.
  private static func script(_ folder: JournalFolder) -> [UInt8] {
    var seed = SeedWriter()
    for name in folder.files.keys.sorted() {
      let file = folder.files[name] ?? []
      var place = 0
      while place + 8 <= file.count {
        let length = file[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        let byteCount = place == 0 ? 64 : max(8, min(length, file.count - place))
        let isFiller = byteCount > 2_040
        seed.byte(place == 0 ? 1 | 16 : isFiller ? 8 | 32 : 4 | 8)
        seed.byte(byteCount / 8)
        let bytes = file[place..<place + byteCount]
        bytes.withUnsafeBytes { raw in
          let given = UnsafeRawBufferPointer(rebasing: raw.withoutZeros.prefix(200))
          seed.byte(given.count)
          seed.raw(given)
        }
        place += byteCount
      }
    }
    return seed.bytes
  }
}
