internal import Primitives
internal import Wire

/// One request of a session, kept until it is answered.
struct RequestSlot: BitwiseCopyable {
  /// The request's number.
  var ref: UInt64
  /// The client's sequence; 0 for a question, which leaves no record.
  var sequence: UInt64
  /// What the caller attached.
  var tag: UInt64
  /// Where the frame starts in the store's bytes.
  var start: UInt32
  /// How long the frame is, in bytes.
  var byteCount: UInt32
  var template: UInt16
  /// Whether the outcome is still open.
  var isWaiting: Bool
  /// Whether the session asked by itself.
  var isInternal: Bool
}

/// The requests of a session in their order, with their frames: the send buffer and, after a lost
/// connection, what is sent again.
///
/// Frames stand one after the other in a ring of bytes and never wrap, so that one `send` takes
/// many of them. A request leaves when it and all before it are answered.
@safe
struct RequestStore: ~Copyable {
  private let slotRegion: Region
  private let byteRegion: Region
  private let slots: UnsafeMutablePointer<RequestSlot>
  private let slotMask: UInt64
  private let byteCapacity: Int
  /// The first request that still has its place.
  private(set) var oldest: UInt64
  /// The number that the next request gets.
  private(set) var next: UInt64
  /// How many requests have no outcome yet.
  private(set) var waitingCount = 0
  private var tail = 0
  /// Where the data of the upper part ends while the ring is wrapped.
  private var wrapEnd = 0
  private var isWrapped = false
  /// The first request that the socket has not taken completely.
  private var sendRef: UInt64
  private var sentOfFrame = 0
  /// Requests before this one are sent one by one, because answered ones stand between them.
  private var resendEnd: UInt64 = 0

  init(slotCount: Int, byteCount: Int, firstRef: UInt64, memory: MemorySource) {
    oldest = firstRef
    next = firstRef
    sendRef = firstRef
    var capacity = 2
    while capacity < slotCount { capacity *= 2 }
    slotMask = UInt64(capacity - 1)
    slotRegion = Region(
      byteCount: capacity * MemoryLayout<RequestSlot>.stride,
      from: memory
    )
    byteRegion = Region(byteCount: byteCount, from: memory)
    byteCapacity = byteCount
    unsafe slots = slotRegion.base.bindMemory(to: RequestSlot.self, capacity: capacity)
  }

  /// Requests between the oldest that has a place and the newest.
  var span: Int { Int(next - oldest) }

  /// Where a frame of this size can stand, or nil when there is no room now.
  func place(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard let start = findPlace(byteCount) else { return nil }
    return unsafe byteRegion.base + start
  }

  /// Takes a frame that was written at `place`.
  mutating func append(
    byteCount: Int,
    template: UInt16,
    sequence: UInt64,
    tag: UInt64,
    isInternal: Bool
  ) {
    guard let start = findPlace(byteCount) else {
      invariant(false, "a frame is only taken where it had a place")
      return
    }
    if start == 0, tail != 0 {
      wrapEnd = tail
      isWrapped = true
    }
    unsafe slots[Int(next & slotMask)] = RequestSlot(
      ref: next,
      sequence: sequence,
      tag: tag,
      start: UInt32(start),
      byteCount: UInt32(byteCount),
      template: template,
      isWaiting: true,
      isInternal: isInternal
    )
    next += 1
    waitingCount += 1
    tail = start + byteCount
  }

  private func findPlace(_ byteCount: Int) -> Int? {
    if oldest == next { return byteCount <= byteCapacity ? 0 : nil }
    let head = unsafe Int(slots[Int(oldest & slotMask)].start)
    if isWrapped { return tail + byteCount <= head ? tail : nil }
    if tail + byteCount <= byteCapacity { return tail }
    return byteCount <= head ? 0 : nil
  }
}

extension RequestStore {
  /// The request with this number while its outcome is open.
  func waiting(ref: UInt64) -> RequestSlot? {
    guard ref >= oldest, ref < next else { return nil }
    let slot = unsafe slots[Int(ref & slotMask)]
    return slot.isWaiting ? slot : nil
  }

  /// Marks a request as answered and frees what can be freed.
  mutating func finish(ref: UInt64) {
    let index = Int(ref & slotMask)
    invariant(unsafe slots[index].ref == ref && slots[index].isWaiting, "a request ends once")
    unsafe slots[index].isWaiting = false
    waitingCount -= 1
    skipAnswered()
    release()
  }

  /// Gives places back from the oldest on; a frame that the socket has in part keeps its place.
  private mutating func release() {
    let before = oldest
    while oldest < sendRef, unsafe !slots[Int(oldest & slotMask)].isWaiting { oldest += 1 }
    if oldest == next {
      tail = 0
      isWrapped = false
    } else if isWrapped, oldest != before {
      let head = unsafe slots[Int(oldest & slotMask)].start
      let old = unsafe slots[Int(before & slotMask)].start
      if head < old { isWrapped = false }
    }
  }

  /// Whether the socket is between two frames.
  var isAtFrameBoundary: Bool { sentOfFrame == 0 }

  /// Whether nothing waits to be sent.
  var isSent: Bool { sendRef == next }

  /// The next bytes for the socket: one run of whole frames, or one frame while sending again.
  func output() -> UnsafeRawBufferPointer {
    guard sendRef < next else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    let slot = unsafe slots[Int(sendRef & slotMask)]
    let from = Int(slot.start) + sentOfFrame
    var end = Int(slot.start) + Int(slot.byteCount)
    if sendRef >= resendEnd { end = isWrapped && from >= tail ? wrapEnd : tail }
    return unsafe UnsafeRawBufferPointer(start: byteRegion.base + from, count: end - from)
  }

  /// The socket took so many bytes of `output`.
  mutating func sent(byteCount: Int) {
    sentOfFrame += byteCount
    while sendRef < next {
      let frameByteCount = unsafe Int(slots[Int(sendRef & slotMask)].byteCount)
      guard sentOfFrame >= frameByteCount else { break }
      sentOfFrame -= frameByteCount
      sendRef += 1
    }
    if sendRef <= resendEnd {
      skipAnswered()
      release()
    }
  }

  /// Starts to send every unanswered request again, on a new connection.
  mutating func rewind() {
    sendRef = oldest
    sentOfFrame = 0
    resendEnd = next
    skipAnswered()
    release()
  }

  /// Gives the logged requests other sequences, before any of them was ever sent.
  mutating func renumber(adding offset: UInt64) {
    var ref = oldest
    while ref < next {
      let index = Int(ref & slotMask)
      if unsafe slots[index].sequence > 0 {
        unsafe slots[index].sequence += offset
        let frame = unsafe byteRegion.base + Int(slots[index].start)
        unsafe FrameHeader.seal(frame, sequence: slots[index].sequence)
      }
      ref += 1
    }
  }

  /// Passes over what was answered while it waited to be sent again.
  private mutating func skipAnswered() {
    guard sentOfFrame == 0, sendRef < resendEnd else { return }
    while sendRef < resendEnd, unsafe !slots[Int(sendRef & slotMask)].isWaiting { sendRef += 1 }
  }
}
