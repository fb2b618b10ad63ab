import Engine
import Primitives

private let auctionCount = Passes.operationCount
private let roomByteCount = 64 << 10

/// An engine with as many auctions as a pass has operations, and four bids on each of them.
private func makeRig() -> EngineRig {
  var random = SeededGenerator(seed: 19)
  var rig = EngineRig(auctionsMax: auctionCount)
  let ids = rig.create(endTimes: shuffledEnds(auctionCount, from: EngineRig.farEnd))
  let bids = Frames.bidding(
    4 * auctionCount, after: 0, on: ids, accountCount: EngineRig.accountCount, &random)
  rig.apply(bids, 0..<4 * auctionCount)
  return rig
}

/// A snapshot that is written between two commands.
struct SnapshotWriteWorkload: ~Copyable, Workload {
  static var name: String { "snapshot-write" }
  static var operation: String { "an auction with four bids, within a snapshot of 1,000" }

  private var rig = makeRig()
  private let room = Frames(count: 1, byteCount: roomByteCount)
  private var byteCount = 0

  init() {}

  mutating func run(pass: Int) {
    rig.engine.beginSnapshot()
    while !rig.engine.isSnapshotWritten {
      byteCount += rig.engine.writeSnapshot(into: room.frame(0), room: roomByteCount)
    }
    rig.engine.endSnapshot()
  }

  mutating func result() -> UInt64 { UInt64(byteCount) }
}

/// A snapshot that is loaded into an empty engine and checked.
struct SnapshotLoadWorkload: ~Copyable, Workload {
  static var name: String { "snapshot-load" }
  static var operation: String { "an auction of the same snapshot, loaded and checked" }

  private var pieces: [UInt8] = []
  private let rigs = UnsafeMutablePointer<EngineRig>.allocate(capacity: Passes.count)

  init() {
    var rig = makeRig()
    let room = Frames(count: 1, byteCount: roomByteCount)
    rig.engine.beginSnapshot()
    while !rig.engine.isSnapshotWritten {
      let count = rig.engine.writeSnapshot(into: room.frame(0), room: roomByteCount)
      pieces += UnsafeRawBufferPointer(start: room.frame(0), count: count)
    }
    rig.engine.endSnapshot()
    for index in 0..<Passes.count {
      (rigs + index).initialize(to: EngineRig(auctionsMax: auctionCount))
    }
  }

  deinit {
    rigs.deinitialize(count: Passes.count)
    rigs.deallocate()
  }

  mutating func run(pass: Int) {
    pieces.withUnsafeBytes { bytes in
      var cursor = 0
      while let piece = SnapshotPiece.next(bytes, &cursor) {
        guard rigs[pass].engine.load(piece) else { fatalError("a piece is refused") }
      }
    }
    guard rigs[pass].engine.finishLoading() else { fatalError("the snapshot is refused") }
  }

  mutating func result() -> UInt64 { rigs[0].result() }
}
