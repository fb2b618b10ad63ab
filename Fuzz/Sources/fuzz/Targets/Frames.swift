import CFuzz
import Glibc
import Wire

@testable import Gateway

/// The reader of frames: however a stream is cut into pieces, it gives the same frames.
///
/// Script: the longest frame in units of 8 bytes, then pieces: a length and that many bytes. A
/// length above 200 repeats the last piece's bytes one by one.
enum Frames {
  private static let halfBytes = 512
  // SENDABLE: libFuzzer runs one input after the other, on one thread.
  nonisolated(unsafe) private static let memory = UnsafeMutableRawPointer.allocate(
    byteCount: 2 * halfBytes, alignment: 64)

  static func run(_ script: inout Script) {
    let byteCountMax = min(halfBytes, 24 + 8 * script.below(64))
    memset(memory, 0, 2 * halfBytes)
    var reader = FrameReader(memory: memory, halfBytes: halfBytes)
    var stream = Splitter(byteCountMax: byteCountMax)
    while !script.isAtEnd {
      let length = script.byte()
      let piece = script.take(length == 255 ? script.rest.count : Int(length))
      guard !piece.isEmpty else { continue }
      stream.add(piece)
      if !give(piece, &reader, &stream, byteCountMax) { return }
    }
  }

  /// Gives a piece in memory of its own, which ends where the piece does.
  private static func give(
    _ piece: UnsafeRawBufferPointer, _ reader: inout FrameReader, _ stream: inout Splitter,
    _ byteCountMax: Int
  ) -> Bool {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyMemory(from: piece)
    reader.give(copy.start, byteCount: piece.count)
    while true {
      let expected = stream.next()
      switch reader.read(byteCountMax: byteCountMax) {
      case .frame:
        guard case .frame(let bytes) = expected else { wrong("a frame where none ends") }
        let found = UnsafeRawBufferPointer(start: reader.frame, count: reader.byteCount)
        check(found.elementsEqual(bytes), "a frame of other bytes")
      case .needInput:
        guard case .needInput = expected else { wrong("more input is asked for than needed") }
        return true
      case .badLength:
        guard case .badLength = expected else { wrong("a good length is refused") }
        return false
      }
    }
  }

  static func seeds() -> [[UInt8]] {
    let frames = [
      frame(Heartbeat(nextSequence: 1, time: 2)), frame(QueryAuction(clientRef: 7, auctionId: 9)),
      frame(Logout(time: 1, code: 2)),
    ]
    let stream: [UInt8] = Array(frames.joined()) + [16, 0, 0, 0]
    return [1, 7, 24, 40, 100].map { step in
      var seed = SeedWriter()
      seed.byte(60)
      for start in stride(from: 0, to: stream.count, by: step) {
        let piece = stream[start..<min(stream.count, start + step)]
        seed.byte(piece.count)
        seed.raw(piece)
      }
      return seed.bytes
    }
  }
}

/// The plainest splitter of a stream into frames: it keeps everything.
private struct Splitter {
  enum Outcome {
    case frame(ArraySlice<UInt8>)
    case needInput
    case badLength
  }

  private var bytes: [UInt8] = []
  private var place = 0
  private let byteCountMax: Int

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  mutating func add(_ piece: UnsafeRawBufferPointer) { bytes += piece }

  mutating func next() -> Outcome {
    let rest = bytes.count - place
    guard rest >= 4 else { return .needInput }
    let length = bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    // Planted: the longest frame is refused.
    let most = isPlanted ? byteCountMax - 8 : byteCountMax
    guard length >= 24, length % 8 == 0, length <= most else { return .badLength }
    guard rest >= length else { return .needInput }
    place += length
    return .frame(bytes[place - length..<place])
  }
}
