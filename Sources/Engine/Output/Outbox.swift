public import Primitives
internal import Wire

/// One frame on its way out of the engine: to a session, or to whoever subscribed.
@safe
public struct OutboxEntry: BitwiseCopyable {
  /// Whom it is for; `.none` for a public frame.
  public let session: SessionHandle
  /// The frame's first byte; sequence and checksum are zero, the gateway fills them.
  public let frame: UnsafeRawPointer
  /// The bytes of the frame.
  public let byteCount: Int

  /// Whether the frame is for subscribers and not for one session.
  @inlinable public var isPublic: Bool { session == .none }

  @inlinable @inline(always) @_noLocks
  init(session: SessionHandle, frame: UnsafeRawPointer, byteCount: Int) {
    self.session = session
    unsafe self.frame = frame
    self.byteCount = byteCount
  }
}

/// What the engine says in answer to commands and timers: frames in order, in fixed memory.
///
/// Each entry is the session handle (u32, 0 = public), the frame's bytes (u32), the frame. The
/// engine stops firing timers when the outbox is nearly full (`Engine.moreDue`), so that it never
/// overflows; its size changes when the events come, never which or in what order.
@safe
public struct Outbox: ~Copyable {
  /// The least size in bytes: the replies to the greatest `MassBid`.
  @inlinable public static var byteCountMin: Int { 65_536 }

  private let memory: Region
  @usableFromInline let base: UnsafeMutableRawPointer
  /// The size in bytes.
  public let capacity: Int
  /// The bytes in use.
  public private(set) var byteCount = 0
  /// Whether anybody wants the public frames; without subscribers they are not written.
  public var wantsPublic = false

  /// Takes memory for an outbox.
  ///
  /// - Parameters:
  ///   - byteCount: The size in bytes, at least `byteCountMin`.
  ///   - memory: Where the memory comes from.
  public init(byteCount: Int, memory: MemorySource) {
    invariant(byteCount >= Outbox.byteCountMin, "an outbox holds the replies to any command")
    capacity = byteCount
    self.memory = Region(byteCount: byteCount, from: memory)
    unsafe base = self.memory.base
  }

  /// Forgets all entries.
  @_noLocks
  public mutating func clear() { byteCount = 0 }

  /// The entry at a cursor, which moves to the next one; nil after the last.
  ///
  /// - Parameter cursor: 0 for the first entry.
  /// - Returns: The entry; its frame is valid until the outbox is cleared.
  @inlinable @_noLocks
  public func next(_ cursor: inout Int) -> OutboxEntry? {
    guard cursor < byteCount else { return nil }
    let entry = unsafe base + cursor
    let length = unsafe Int(entry.load(fromByteOffset: 4, as: UInt32.self))
    cursor += 8 + length
    let session = unsafe SessionHandle(raw: entry.load(as: UInt32.self))
    return unsafe OutboxEntry(
      session: session,
      frame: UnsafeRawPointer(entry + 8),
      byteCount: length
    )
  }

  /// The bytes that are free.
  @inline(always)
  var freeByteCount: Int { capacity &- byteCount }

  /// Appends a message to a session, or to the public with `.none`.
  @inline(always)
  mutating func append(_ message: some WireMessage, to session: SessionHandle) {
    write(message, session.raw)
  }

  /// Appends a message to whoever subscribed.
  @inline(always)
  mutating func publish(_ message: some WireMessage) { write(message, 0) }

  @inline(always)
  private mutating func write<Message: WireMessage>(_ message: Message, _ session: UInt32) {
    let length = Message.frameByteCount
    let fits = byteCount &+ 8 &+ length <= capacity
    invariant(fits, "the outbox has room for the frame")
    let entry = unsafe base + byteCount
    unsafe entry.storeBytes(of: session, as: UInt32.self)
    let word = UInt32(truncatingIfNeeded: length)
    unsafe entry.storeBytes(of: word, toByteOffset: 4, as: UInt32.self)
    unsafe message.write(frame: entry + 8)
    byteCount &+= 8 &+ length
  }
}
