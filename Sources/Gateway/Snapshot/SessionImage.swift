internal import Primitives
internal import Wire

/// What a snapshot holds of a session besides its ring's bytes: 28 words, little-endian.
///
/// Words 0 ... 11: generation, first and second half of the name, account, key, time of the last
/// request, next number of the server, highest number of the client that was applied, and the
/// ring's start, tail, gap and oldest number. Words 12 ... 27: the bits of the applied window.
struct SessionImage {
  /// The bytes of an image.
  static var byteCount: Int { @_noLocks get { 96 + AppliedWindow.byteCount } }

  /// Which session of its place.
  let generation: UInt64
  /// First half of the name.
  let idHigh: UInt64
  /// Second half of the name.
  let idLow: UInt64
  /// The account.
  let accountId: UInt64
  /// The key.
  let apiKeyId: UInt64
  /// The logged time of the last request.
  let lastActivity: Nanoseconds
  /// The number of the next sequenced frame.
  let nextServerSequence: UInt64
  /// The highest number of the client that was applied.
  let highest: UInt64
  /// The ring's start, tail, gap and oldest number.
  let ring: RingExtent

  /// Writes a session's image.
  ///
  /// - Parameters:
  ///   - session: The session.
  ///   - target: Where to; there must be `byteCount` bytes.
  @_noLocks
  static func write(_ session: Session, to target: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(UInt64(session.generation), target, at: 0)
    unsafe LittleEndian.store(session.idHigh, target, at: 8)
    unsafe LittleEndian.store(session.idLow, target, at: 16)
    unsafe LittleEndian.store(session.accountId, target, at: 24)
    unsafe LittleEndian.store(session.apiKeyId, target, at: 32)
    unsafe LittleEndian.store(session.lastActivity, target, at: 40)
    unsafe LittleEndian.store(session.nextServerSequence, target, at: 48)
    let highest = FaultPoint.forgetSequence.isPlanted ? 0 : session.window.highest
    unsafe LittleEndian.store(highest, target, at: 56)
    let extent = session.ring.extent
    unsafe LittleEndian.store(extent.start, target, at: 64)
    unsafe LittleEndian.store(extent.tail, target, at: 72)
    unsafe LittleEndian.store(extent.gap, target, at: 80)
    unsafe LittleEndian.store(extent.oldestSequence, target, at: 88)
    for index in 0..<16 {
      unsafe LittleEndian.store(session.window.word(index), target, at: 96 + index * 8)
    }
  }

  /// Reads an image.
  ///
  /// - Parameter image: Its first byte; there are `byteCount` bytes.
  init(_ image: UnsafeRawPointer) {
    unsafe generation = LittleEndian.uint64(image, at: 0)
    unsafe idHigh = LittleEndian.uint64(image, at: 8)
    unsafe idLow = LittleEndian.uint64(image, at: 16)
    unsafe accountId = LittleEndian.uint64(image, at: 24)
    unsafe apiKeyId = LittleEndian.uint64(image, at: 32)
    unsafe lastActivity = LittleEndian.uint64(image, at: 40)
    unsafe nextServerSequence = LittleEndian.uint64(image, at: 48)
    unsafe highest = LittleEndian.uint64(image, at: 56)
    unsafe ring = RingExtent(
      start: LittleEndian.uint64(image, at: 64),
      tail: LittleEndian.uint64(image, at: 72),
      gap: LittleEndian.uint64(image, at: 80),
      oldestSequence: LittleEndian.uint64(image, at: 88)
    )
  }

  /// Whether a session can be so, in a ring of some size.
  ///
  /// - Parameter ringBytes: The bytes of the ring.
  /// - Returns: Whether every number is in its bounds.
  func isSound(ringBytes: Int) -> Bool {
    generation >= 1 && generation <= UInt64(UInt16.max)
      && nextServerSequence >= 1 && nextServerSequence < 1 << 62
      && ring.oldestSequence >= 1 && ring.oldestSequence <= nextServerSequence
      && highest <= 1 << 62 && ring.isSound(capacity: UInt64(ringBytes))
  }
}

/// Where a ring's frames are.
struct RingExtent: Equatable, BitwiseCopyable {
  /// The offset of the oldest frame kept.
  var start: UInt64
  /// The offset where the next frame goes.
  var tail: UInt64
  /// The offset from which the rest of a lap is unused; `UInt64.max` = none.
  var gap: UInt64
  /// The sequence of the oldest frame kept.
  var oldestSequence: UInt64

  /// Says where a ring's frames are.
  ///
  /// - Parameters:
  ///   - start: The offset of the oldest frame kept.
  ///   - tail: The offset where the next frame goes.
  ///   - gap: The offset from which the rest of a lap is unused; `UInt64.max` = none.
  ///   - oldestSequence: The sequence of the oldest frame kept.
  @_noLocks
  init(start: UInt64, tail: UInt64, gap: UInt64, oldestSequence: UInt64) {
    (self.start, self.tail, self.gap) = (start, tail, gap)
    self.oldestSequence = oldestSequence
  }

  /// Whether frames can be so in a ring of some size; the frames themselves are not looked at.
  ///
  /// - Parameter capacity: The bytes of the ring.
  /// - Returns: Whether they can.
  func isSound(capacity: UInt64) -> Bool {
    let isGapSound = gap == .max || (gap >= start && gap < tail && gap & 7 == 0)
    return start <= tail && tail - start <= capacity && start & 7 == 0 && tail & 7 == 0
      && tail < 1 << 51 && isGapSound
  }
}
