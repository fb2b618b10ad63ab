internal import Primitives
internal import Wire

/// Received bytes, taken apart into frames.
@safe
struct ReceiveBuffer: ~Copyable {
  private let region: Region
  private var begin = 0
  private var end = 0

  init(byteCount: Int, memory: MemorySource) {
    region = Region(byteCount: byteCount, from: memory)
  }

  /// Whether a frame starts at the reading place, or why not.
  enum Step {
    case frame(ServerFrame)
    case needInput
    case broken
  }

  /// Forgets everything: the connection is gone, and with it the rest of a frame.
  mutating func clear() {
    begin = 0
    end = 0
  }

  /// Where the next bytes go; at least the room of the largest frame, once frames are read.
  mutating func space() -> UnsafeMutableRawBufferPointer {
    if begin == end {
      clear()
    } else if region.byteCount - end < Schema.frameByteCountMax {
      unsafe region.base.copyMemory(from: region.base + begin, byteCount: end - begin)
      end -= begin
      begin = 0
    }
    return unsafe UnsafeMutableRawBufferPointer(
      start: region.base + end,
      count: region.byteCount - end
    )
  }

  mutating func received(byteCount: Int) {
    invariant(byteCount <= region.byteCount - end, "only what fits is received")
    end += byteCount
  }

  /// Takes the next whole frame, its length and checksum checked.
  mutating func nextFrame() -> Step {
    let available = end - begin
    guard available >= FrameHeader.byteCount else { return .needInput }
    let start = unsafe UnsafeRawPointer(region.base + begin)
    let header = unsafe FrameHeader(frame: start)
    guard Schema.isFrameByteCount(header.frameLength) else { return .broken }
    let byteCount = Int(header.frameLength)
    guard available >= byteCount else { return .needInput }
    guard unsafe FrameHeader.verify(start, byteCount: byteCount) else { return .broken }
    begin += byteCount
    return unsafe .frame(
      ServerFrame(
        templateID: header.templateID,
        sequence: header.sequence,
        start: start,
        byteCount: byteCount
      )
    )
  }
}

/// The session's own small frames (log-on, heartbeats), which go between two requests.
@safe
struct ControlBuffer: ~Copyable {
  private let region: Region
  private var begin = 0
  private var end = 0

  init(memory: MemorySource) { region = Region(byteCount: 1_024, from: memory) }

  mutating func clear() {
    begin = 0
    end = 0
  }

  var isEmpty: Bool { begin == end }
  /// Whether the socket has taken a part of a frame: nothing else may go before the rest.
  var isStarted: Bool { begin != 0 }

  /// Takes a frame; false when there is no room, which a later heartbeat makes good.
  mutating func append<Message: WireMessage>(_ message: Message) -> Bool {
    guard region.byteCount - end >= Message.frameByteCount else { return false }
    let frame = unsafe region.base + end
    unsafe message.write(frame: frame)
    unsafe FrameHeader.seal(frame, sequence: 0)
    end += Message.frameByteCount
    return true
  }

  func output() -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: region.base + begin, count: end - begin)
  }

  mutating func sent(byteCount: Int) {
    begin += byteCount
    if begin == end { clear() }
  }
}
