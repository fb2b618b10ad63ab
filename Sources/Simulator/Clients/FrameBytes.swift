internal import Primitives
internal import Wire

/// Frames as arrays of bytes, made and read with the codecs of the schema.
enum FrameBytes {
  /// A sealed frame of a message without repeating groups.
  static func make<Message: WireMessage>(_ message: Message, sequence: UInt64 = 0) -> [UInt8] {
    unsafe make(byteCount: Message.frameByteCount, sequence: sequence) { frame in
      unsafe message.write(frame: frame)
    }
  }

  /// A sealed mass bid.
  static func make(_ message: MassBid, _ bids: [MassBid.Entry], sequence: UInt64) -> [UInt8] {
    let byteCount = MassBid.frameByteCount(bids: bids.count)
    return unsafe make(byteCount: byteCount, sequence: sequence) { frame in
      unsafe message.write(frame: frame, byteCount: byteCount)
      unsafe GroupSpan.write(bids, to: frame + MassBid.frameByteCount)
    }
  }

  /// A sealed creation of an auction.
  static func make(
    _ message: CreateAuction, tiers: [CreateAuction.Tier], text: [CreateAuction.TextLine],
    sequence: UInt64
  ) -> [UInt8] {
    let byteCount = CreateAuction.frameByteCount(tiers: tiers.count, text: text.count)
    return make(message, byteCount, tiers, text, sequence)
  }

  /// A sealed change of an auction.
  static func make(
    _ message: UpdateAuction, tiers: [CreateAuction.Tier], text: [CreateAuction.TextLine],
    sequence: UInt64
  ) -> [UInt8] {
    let byteCount = UpdateAuction.frameByteCount(tiers: tiers.count, text: text.count)
    return make(message, byteCount, tiers, text, sequence)
  }

  private static func make<Message: WireMessage>(
    _ message: Message, _ byteCount: Int, _ tiers: [CreateAuction.Tier],
    _ text: [CreateAuction.TextLine], _ sequence: UInt64
  ) -> [UInt8] {
    unsafe make(byteCount: byteCount, sequence: sequence) { frame in
      unsafe message.write(frame: frame, byteCount: byteCount)
      let end = unsafe GroupSpan.write(tiers, to: frame + Message.frameByteCount)
      unsafe GroupSpan.write(text, to: end)
    }
  }

  private static func make(
    byteCount: Int, sequence: UInt64, _ write: (UnsafeMutableRawPointer) -> Void
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    unsafe bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe write(base)
      unsafe FrameHeader.seal(base, sequence: sequence)
    }
    return bytes
  }

  /// Completes a frame again after a change.
  static func seal(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress, raw.count >= FrameHeader.byteCount else { return }
      unsafe FrameHeader.seal(base, sequence: FrameHeader(frame: base).sequence)
    }
  }

  /// The header of a frame.
  static func header(_ bytes: [UInt8]) -> FrameHeader {
    unsafe read(bytes, FrameHeader.byteCount) { unsafe FrameHeader(frame: $0) }
      ?? FrameHeader(frameLength: 0, templateID: 0, blockLength: 0)
  }

  /// A frame's message; nil when it is another one.
  static func decode<Message: WireMessage>(_ bytes: [UInt8], as type: Message.Type) -> Message? {
    guard header(bytes).templateID == Message.templateID else { return nil }
    return unsafe read(bytes, Message.frameByteCount) { unsafe Message(frame: $0) }
  }

  /// Eight bytes of a frame's body; 0 when it is shorter.
  static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    let place = FrameHeader.byteCount + offset
    return unsafe read(bytes, place + 8) { unsafe LittleEndian.uint64($0, at: place) } ?? 0
  }

  /// The bids of a mass bid.
  static func bids(_ bytes: [UInt8]) -> [MassBid.Entry] {
    unsafe read(bytes, MassBid.frameByteCount + Schema.groupHeaderLength) { frame in
      let span = unsafe MassBid.bids(in: frame)
      return unsafe (0..<span.count).map { unsafe MassBid.Entry(body: span.entry($0)) }
    } ?? []
  }

  /// What the check of a frame says that came from a server.
  static func isSoundFromServer(_ bytes: [UInt8]) -> Bool {
    unsafe read(bytes, FrameHeader.byteCount) { frame in
      unsafe FrameHeader.verify(frame, byteCount: bytes.count)
        && FrameValidator.verdict(frame, byteCount: bytes.count, from: .server) == .valid
    } ?? false
  }

  static func read<Result>(
    _ bytes: [UInt8], _ byteCount: Int, _ body: (UnsafeRawPointer) -> Result
  ) -> Result? {
    guard bytes.count >= byteCount else { return nil }
    return unsafe bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return nil }
      return unsafe body(base)
    }
  }
}

/// Takes a stream of bytes apart into frames.
struct FrameAssembler {
  private var bytes: [UInt8] = []
  private var head = 0
  /// What came is no frame: the rest cannot be read.
  private(set) var isBroken = false

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// The next whole frame; nil when more bytes are needed, or nothing more can be read.
  mutating func next() -> [UInt8]? {
    guard !isBroken else { return nil }
    guard bytes.count - head >= FrameHeader.byteCount else { return compacted() }
    let length =
      UInt32(bytes[head]) | UInt32(bytes[head + 1]) << 8 | UInt32(bytes[head + 2]) << 16
      | UInt32(bytes[head + 3]) << 24
    guard Schema.isFrameByteCount(length) else {
      isBroken = true
      return nil
    }
    guard bytes.count - head >= Int(length) else { return compacted() }
    defer { head += Int(length) }
    return Array(bytes[head..<head + Int(length)])
  }

  private mutating func compacted() -> [UInt8]? {
    bytes.removeFirst(head)
    head = 0
    return nil
  }
}
