import Primitives
import Wire

/// Bids as they come from a connection: checksum, gate, fields.
struct FrameReadWorkload: ~Copyable, Workload {
  static var name: String { "frame-read" }
  static var operation: String { "a PlaceBid of 88 bytes: verified, validated, decoded" }

  private let frames: Frames
  private var sum: UInt64 = 0

  init() {
    var random = SeededGenerator(seed: 3)
    let count = Passes.operationCount
    let auctions = (1...100).map { UInt64($0) }
    frames = .bidding(count, after: 0, on: auctions, accountCount: 1_000, &random)
    for index in 0..<count { FrameHeader.seal(frames.frame(index), sequence: UInt64(index)) }
  }

  mutating func run(pass: Int) {
    for index in 0..<Passes.operationCount {
      let frame = UnsafeRawPointer(frames.frame(index))
      guard FrameHeader.verify(frame, byteCount: frames.byteCount),
        FrameValidator.verdict(frame, byteCount: frames.byteCount, from: .client) == .valid
      else { fatalError("a frame is refused") }
      let bid = PlaceBid(frame: frame)
      sum &+= bid.auctionId &+ bid.bidderId &+ UInt64(bitPattern: bid.amount)
    }
  }

  mutating func result() -> UInt64 { sum }
}

/// Replies as they go to a connection: fields, number, checksum.
struct FrameWriteWorkload: ~Copyable, Workload {
  static var name: String { "frame-write" }
  static var operation: String { "a BidAck of 128 bytes: encoded and sealed" }

  private static let ringCount = 64
  private let frames = Frames(count: ringCount, byteCount: BidAck.frameByteCount)
  private var number: UInt64 = 0

  init() {}

  mutating func run(pass: Int) {
    for index in 0..<Passes.operationCount {
      number += 1
      let frame = frames.frame(index % Self.ringCount)
      acknowledgement(number).write(frame: frame)
      FrameHeader.seal(frame, sequence: number)
    }
  }

  @inline(__always)
  private func acknowledgement(_ number: UInt64) -> BidAck {
    BidAck(
      clientRef: number,
      auctionId: number &* 3,
      bidderId: number &* 5,
      bidId: number,
      yourMaximum: 1_000,
      price: 900,
      minNext: 950,
      leaderId: number &* 5,
      revision: number,
      logPosition: number,
      acceptedTime: EngineRig.startTime,
      endTime: EngineRig.farEnd,
      outcome: 0,
      reserveState: 0,
      status: 1,
      flags: 0,
      bidCount: 1
    )
  }

  mutating func result() -> UInt64 {
    (0..<Self.ringCount).reduce(0) { sum, index in
      mix64(sum ^ UInt64(FrameHeader(frame: frames.frame(index)).checksum))
    }
  }
}

/// Checksums of whole blocks, as in the log.
struct ChecksumWorkload: ~Copyable, Workload {
  static var name: String { "crc-block" }
  static var operation: String { "CRC-32C of 4,096 bytes" }

  private static let blockCount = 16
  private let blocks = Frames(count: blockCount, byteCount: 4_096)
  private var checksum: UInt32 = 0

  init() {
    var random = SeededGenerator(seed: 5)
    for index in 0..<Self.blockCount * 512 {
      blocks.base.storeBytes(of: random.next(), toByteOffset: index * 8, as: UInt64.self)
    }
  }

  mutating func run(pass: Int) {
    for index in 0..<Passes.operationCount {
      let block = blocks.frame(index % Self.blockCount)
      checksum = CRC32C.checksum(block, byteCount: 4_096, continuing: checksum)
    }
  }

  mutating func result() -> UInt64 { UInt64(checksum) }
}
