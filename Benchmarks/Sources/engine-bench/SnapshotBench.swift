import Engine
import Primitives

/// Times a snapshot of a million open auctions: its begin, its writing alone and amid bids, its
/// loading.
func measureSnapshot() {
  let setting = Bench.Setting(
    name: "1,000,000 open auctions",
    auctionCount: 1_000_000,
    accountCount: 1_000_000,
    bidsBefore: 2_000_000,
    bidsPerRun: 2_000_000
  )
  var bench = Bench(setting)
  let before = bench.makeBids(setting.bidsBefore)
  _ = bench.run(before, 0..<setting.bidsBefore)
  var pieces: [UInt8] = []
  measureAlone(&bench, &pieces)
  measureAmidBids(&bench)
  measureLoading(bench, pieces)
}

private func milliseconds(since start: UInt64) -> String {
  tenths(Double(HugePages.now() - start) / 1_000_000)
}

private let roomByteCount = 256 << 10

private func measureAlone(_ bench: inout Bench, _ pieces: inout [UInt8]) {
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: roomByteCount, alignment: 4_096)
  defer { buffer.deallocate() }
  var start = HugePages.now()
  bench.engine.beginSnapshot()
  print("begin: \(milliseconds(since: start)) ms")
  start = HugePages.now()
  var byteCount = 0
  while !bench.engine.isSnapshotWritten {
    byteCount += bench.engine.writeSnapshot(into: buffer, room: roomByteCount)
  }
  print("written alone: \(byteCount >> 20) MiB in \(milliseconds(since: start)) ms")
  bench.engine.endSnapshot()
  bench.engine.beginSnapshot()
  pieces.reserveCapacity(byteCount)
  while !bench.engine.isSnapshotWritten {
    let count = bench.engine.writeSnapshot(into: buffer, room: roomByteCount)
    pieces += UnsafeRawBufferPointer(start: buffer, count: count)
  }
  bench.engine.endSnapshot()
}

/// Two hundred bids between two calls of the writer: 256 KiB a millisecond at 200,000 bids/s.
private func measureAmidBids(_ bench: inout Bench) {
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: roomByteCount, alignment: 4_096)
  defer { buffer.deallocate() }
  let count = 200
  let partCount = 2_000
  let frames = bench.makeBids(count * (partCount + 1_000))
  let plain = bench.run(frames, 0..<count * 1_000)
  bench.engine.beginSnapshot()
  var figures: [Double] = []
  var areaMax = 0
  for part in 0..<partCount where !bench.engine.isSnapshotWritten {
    let first = (part + 1_000) * count
    figures.append(bench.run(frames, first..<first + count))
    areaMax = max(areaMax, bench.engine.snapshotAreaByteCount)
    _ = bench.engine.writeSnapshot(into: buffer, room: roomByteCount)
  }
  let overflowed = bench.engine.hasSnapshotOverflowed
  bench.engine.endSnapshot()
  let mean = tenths(figures.reduce(0, +) / Double(figures.count))
  let most = tenths(figures.max() ?? 0)
  print("bids: \(tenths(plain)) ns without a snapshot, \(mean) ns within one, at most \(most);")
  print("the area held \(areaMax >> 20) MiB at most\(overflowed ? " and was full" : "")")
}

private func measureLoading(_ bench: borrowing Bench, _ pieces: [UInt8]) {
  var engine = Engine(
    shard: ShardID(0), limits: bench.engine.limits, memory: HugePages.source)
  var start = HugePages.now()
  pieces.withUnsafeBytes { bytes in
    var cursor = 0
    while let piece = SnapshotPiece.next(bytes, &cursor) {
      guard engine.load(piece) else { fatalError("a piece is refused") }
    }
  }
  print("loaded in \(milliseconds(since: start)) ms")
  start = HugePages.now()
  guard engine.finishLoading() else { fatalError("the snapshot is refused") }
  print("checked and rebuilt in \(milliseconds(since: start)) ms")
}
