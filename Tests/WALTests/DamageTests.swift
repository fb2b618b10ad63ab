import Primitives
import Testing

@testable import WAL

/// Every cut, every flipped bit, lost and doubled files: always the row of the recovery table that
/// belongs there, and never other records than were written.
@Suite struct DamageTests {
  /// Batches of one and of many blocks in two segments; the newest begins with a copy.
  private static func twoSegments(isClosed: Bool) throws -> DamageScene {
    let disk = FaultyDisk()
    // Whatever is in front of a cut is hashed at each of 65,536 cuts: so the long one comes last.
    let before: [[Int]] = [[64], [64, 128, 24], [200, 200], [64]]
    let after: [[Int]] = [[64], [4_024], [64, 256], [24], [isClosed ? 64 : 20_000]]
    var number: UInt64 = 0
    for (index, batches) in [before, after].enumerated() {
      let log = try openLog(disk)
      for sizes in batches {
        let records = sizes.map { size in
          number += 1
          return testRecord(number, frameByteCount: size)
        }
        _ = try log.append(records)
      }
      if index == 1 && isClosed { try log.close() }
    }
    return DamageScene(disk, frameByteCounts: (before + after).flatMap { $0 })
  }

  /// Segments that are left because they are full.
  private static func fourSegments() throws -> DamageScene {
    let disk = FaultyDisk()
    let log = try openLog(disk)
    for number in 1...13 as ClosedRange<UInt64> {
      _ = try log.append([testRecord(number, frameByteCount: 65_280)])
    }
    return DamageScene(disk, frameByteCounts: Array(repeating: 65_280, count: 13))
  }

  @Test func theScenesAreAsTheyAreMeantToBe() throws {
    for isClosed in [false, true] {
      let scene = try Self.twoSegments(isClosed: isClosed)
      #expect(scene.outcome() == .records(scene.recordCount, .blankEnd))
      #expect(scene.segments.count == 2)
      #expect(scene.segments[1][0].number == scene.segments[0].last?.number, "a copy")
      #expect(scene.segments[0].last?.end == scene.folder.bytes(segmentName(1)).count)
      #expect(Self.tailPlaces(scene).contains { $0.segment == 0 })
    }
    let scene = try Self.fourSegments()
    #expect(scene.outcome() == .records(13, .blankEnd))
    #expect(scene.segments.count == 4)
    #expect(scene.segments[1][0].number == (scene.segments[0].last?.number ?? 0) + 1, "no copy")
  }

  // MARK: cuts

  /// The last 64 KiB of the log as (segment, length that is left), over both segments.
  private static func tailPlaces(_ scene: DamageScene) -> [(segment: Int, length: Int)] {
    let newest = scene.segments[1].last?.end ?? 0
    let older = scene.segments[0].last?.end ?? 0
    let places = (0..<newest).reversed().map { (1, $0) } + (0..<older).reversed().map { (0, $0) }
    return Array(places.prefix(65_536))
  }

  /// What the table says to a log that ends at a byte of a segment.
  private static func expected(_ scene: DamageScene, _ segment: Int, _ length: Int) -> DamageOutcome
  {
    let whole = scene.segments[segment].filter { $0.end <= length }
    guard let last = whole.last else {
      // Case G or H: the segment before counts as the newest, and it is whole.
      guard segment > 0, let end = scene.segments[segment - 1].last else {
        return .records(0, .blankEnd)
      }
      return .records(end.recordsThrough, .blankEnd)
    }
    return .records(last.recordsThrough, length == last.end ? .blankEnd : .cutTail)
  }

  @Test(arguments: 0..<4)
  func theLogCutAtEveryByteOfItsLast64KiB(part: Int) throws {
    let scene = try Self.twoSegments(isClosed: false)
    let places = Self.tailPlaces(scene)
    #expect(places.count == 65_536)
    try cut(scene, places, part: part)
  }

  @Test func aLogThatWasClosedCutAtEveryByteOfItsLast8KiB() throws {
    let scene = try Self.twoSegments(isClosed: true)
    try cut(scene, Array(Self.tailPlaces(scene).prefix(8_192)), part: 0, of: 1)
  }

  private func cut(
    _ scene: DamageScene, _ places: [(segment: Int, length: Int)], part: Int, of partCount: Int = 4
  ) throws {
    var isWithoutNewest = false
    for (index, place) in places.enumerated() where index * partCount / places.count == part {
      if place.segment == 0 && !isWithoutNewest {
        scene.folder.remove(segmentName(2))
        isWithoutNewest = true
      }
      let name = segmentName(UInt64(place.segment + 1))
      scene.folder.cut(name, at: place.length)
      let outcome = scene.outcome()
      if outcome != Self.expected(scene, place.segment, place.length) {
        Issue.record("\(name) cut at \(place.length): \(outcome)")
      }
      scene.folder.mend(name)
    }
  }

  /// A cut before the newest segment is no torn write: its batches had been durable.
  @Test func anOlderSegmentCutAnywhereIsRefused() throws {
    let scene = try Self.twoSegments(isClosed: false)
    let copied = try #require(scene.segments[0].last)
    for length in stride(from: 1, to: copied.end, by: 41) {
      scene.folder.cut(segmentName(1), at: length)
      let outcome = scene.outcome()
      let expected: DamageOutcome =
        switch length {
        // A file without a header is a spare, and the newest segment does not begin at record 1.
        case ..<160: .notHeld
        case copied.offset...: .records(scene.recordCount, .blankEnd)
        default: .refused(.batchesMissing)
        }
      #expect(outcome == expected, "cut at \(length)")
      scene.folder.mend(segmentName(1))
    }
  }

  // MARK: flipped bits

  /// Each batch by its segment and its place in it.
  private static let batchPlaces = [(0, 0), (0, 2), (0, 4), (1, 0), (1, 3), (1, 6)]

  @Test(arguments: batchPlaces)
  func everyFlippedBitOfABatchHeaderIsRefused(segment: Int, place: Int) throws {
    let scene = try Self.twoSegments(isClosed: false)
    let batch = scene.segments[segment][place]
    // The copied batch is read from its copy alone.
    let isCopied = segment == 0 && place == scene.segments[0].count - 1
    let expected: DamageOutcome =
      isCopied ? .records(scene.recordCount, .blankEnd) : .refused(.damagedHeader)
    for bit in 0..<1_280 {
      scene.folder.flip(batch.segment, bit: batch.offset * 8 + bit)
      let outcome = scene.outcome()
      if outcome != expected { Issue.record("bit \(bit) of batch \(batch.number): \(outcome)") }
      scene.folder.flip(batch.segment, bit: batch.offset * 8 + bit)
    }
    #expect(scene.outcome() == .records(scene.recordCount, .blankEnd))
  }

  @Test(arguments: [1, 2] as [UInt64])
  func everyFlippedBitOfASegmentHeaderIsRefused(number: UInt64) throws {
    let scene = try Self.twoSegments(isClosed: false)
    for bit in 0..<1_280 {
      scene.folder.flip(segmentName(number), bit: bit)
      let outcome = scene.outcome()
      if outcome != .refused(.damagedSegmentHeader) { Issue.record("bit \(bit): \(outcome)") }
      scene.folder.flip(segmentName(number), bit: bit)
    }
  }

  @Test(arguments: batchPlaces)
  func flippedBitsOfABodyAreFound(segment: Int, place: Int) throws {
    let scene = try Self.twoSegments(isClosed: false)
    let batch = scene.segments[segment][place]
    let last = scene.segments[segment].count - 1
    let before = scene.segments[segment][max(0, place - 1)].recordsThrough
    let expected: DamageOutcome =
      switch (segment, place) {
      case (0, last): .records(scene.recordCount, .blankEnd)
      case (0, _): .refused(.batchesMissing)
      case (1, last): .records(before, .tornTail)
      default: .refused(.laterBatchStands)
      }
    for bit in stride(from: (batch.offset + 160) * 8, to: batch.end * 8, by: 89) {
      scene.folder.flip(batch.segment, bit: bit)
      let outcome = scene.outcome()
      if outcome != expected { Issue.record("bit \(bit) of batch \(batch.number): \(outcome)") }
      scene.folder.flip(batch.segment, bit: bit)
    }
  }

  /// After an orderly stop even the last batch with records is certain.
  @Test func flippedBitsOfTheLastRecordsAfterAnOrderlyStopAreRefused() throws {
    let scene = try Self.twoSegments(isClosed: true)
    let batch = scene.segments[1][scene.segments[1].count - 2]
    #expect(batch.recordsThrough == scene.recordCount)
    for bit in stride(from: batch.offset * 8, to: batch.end * 8, by: 101) {
      scene.folder.flip(batch.segment, bit: bit)
      let expected: RecoveryCase =
        bit < (batch.offset + 160) * 8 ? .damagedHeader : .laterBatchStands
      let outcome = scene.outcome()
      if outcome != .refused(expected) { Issue.record("bit \(bit): \(outcome)") }
      scene.folder.flip(batch.segment, bit: bit)
    }
  }

  // MARK: whole files

  @Test func aDroppedSegmentIsMissedUnlessItIsTheNewest() throws {
    let scene = try Self.fourSegments()
    let end = try #require(scene.segments[2].last)
    let expected: [DamageOutcome] = [
      .notHeld, .refused(.batchesMissing), .refused(.batchesMissing),
      // Nothing behind proves that there was more: what stands before it is whole.
      .records(end.recordsThrough, .blankEnd),
    ]
    for (index, outcome) in expected.enumerated() {
      scene.without(segmentName(UInt64(index + 1))) {
        #expect(scene.outcome() == outcome, "without segment \(index + 1)")
      }
    }
  }

  /// The copy of a segment under another number, free or not.
  @Test func aDoubledSegmentIsNeverReplayedTwice() throws {
    let scene = try Self.fourSegments()
    let ends = scene.segments.map { $0.last?.recordsThrough ?? 0 }
    for from in 1...4 {
      for to in 1...9 where to != from {
        let name = segmentName(UInt64(to))
        let before = scene.folder.bytes(name)
        scene.folder.put(name, scene.folder.bytes(segmentName(UInt64(from))))
        let expected: DamageOutcome =
          switch (from, to) {
          // A number higher than its name's.
          case (_, ..<from): .foreign
          // A spare of an earlier life, in the place of a segment or beside them.
          case (_, 2...3): .refused(.batchesMissing)
          case (_, 4): .records(ends[2], .blankEnd)
          default: .records(13, .blankEnd)
          }
        #expect(scene.outcome() == expected, "segment \(from) as \(to)")
        if before.isEmpty { scene.folder.remove(name) } else { scene.folder.put(name, before) }
      }
    }
    #expect(scene.outcome() == .records(13, .blankEnd))
  }

  @Test func swappedSegmentsAreForeign() throws {
    let scene = try Self.fourSegments()
    for (one, other) in [(1, 2), (1, 4), (2, 3), (3, 4)] as [(UInt64, UInt64)] {
      let bytes = [one, other].map { scene.folder.bytes(segmentName($0)) }
      scene.folder.put(segmentName(one), bytes[1])
      scene.folder.put(segmentName(other), bytes[0])
      #expect(scene.outcome() == .foreign, "\(one) and \(other)")
      scene.folder.put(segmentName(one), bytes[0])
      scene.folder.put(segmentName(other), bytes[1])
    }
  }

  /// Blocks lost, moved, doubled and overwritten at random, also several at once.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func randomDamageNeverGivesOtherRecords(seed: UInt64) throws {
    let scene = try Self.twoSegments(isClosed: seed % 2 == 1)
    let whole = [1, 2].map { scene.folder.bytes(segmentName($0)) }
    var random = SeededGenerator(seed: 0xDA3A_6E00 + seed)
    var refusedCount = 0
    for trial in 0..<400 {
      var files = whole
      for _ in 0...random.below(3) { Self.damage(&files, &random) }
      for (index, bytes) in files.enumerated() {
        scene.folder.put(segmentName(UInt64(index + 1)), bytes)
      }
      switch scene.outcome() {
      case .wrong(let text): Issue.record("seed \(seed), trial \(trial): \(text)")
      case .records: break
      default: refusedCount += 1
      }
    }
    #expect(refusedCount > 100 && refusedCount < 400, "\(refusedCount) were refused")
  }

  private static func damage(_ files: inout [[UInt8]], _ random: inout SeededGenerator) {
    let unit = [512, 4_096, 16_384][Int(random.below(3))]
    func place(_ random: inout SeededGenerator) -> (file: Int, range: Range<Int>) {
      let file = Int(random.below(2))
      let start = Int(random.below(UInt64(min(files[file].count, 90_000) / unit))) * unit
      return (file, start..<start + unit)
    }
    let (file, range) = place(&random)
    let (otherFile, otherRange) = place(&random)
    let bytes = Array(files[file][range])
    switch random.below(4) {
    case 0: files[file].replaceSubrange(range, with: [UInt8](repeating: 0, count: unit))
    case 1: files[otherFile].replaceSubrange(otherRange, with: bytes)
    case 2:
      files[file].replaceSubrange(range, with: Array(files[otherFile][otherRange]))
      files[otherFile].replaceSubrange(otherRange, with: bytes)
    default: files[file][range.lowerBound + Int(random.below(UInt64(unit)))] ^= 0x10
    }
  }
}
