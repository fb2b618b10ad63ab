internal import Primitives
internal import Wire

/// Cuts a stream of bytes into frames, whatever the pieces they come in.
///
/// A frame that is whole in the input is read where it stands; one that is split is put together in
/// one of two halves of the connection's own memory. The halves take turns, so that a frame read
/// stays in place until the next input is given.
@safe
struct FrameReader: BitwiseCopyable {
  /// What reading found.
  enum Outcome {
    /// `frame` and `byteCount` are set.
    case frame
    /// The input is used up.
    case needInput
    /// The length can't be a frame's.
    case badLength
  }

  /// The frame that was read.
  private(set) var frame: UnsafeRawPointer
  /// The bytes of the frame that was read.
  private(set) var byteCount = 0
  private var input: UnsafeRawPointer
  private var inputCount = 0
  private var partialCount = 0
  private var half = 0
  private let memory: UnsafeMutableRawPointer
  private let halfBytes: Int

  /// Takes memory for split frames.
  ///
  /// - Parameters:
  ///   - memory: Two halves.
  ///   - halfBytes: The bytes of a half: the longest frame.
  @_noLocks
  init(memory: UnsafeMutableRawPointer, halfBytes: Int) {
    unsafe self.memory = memory
    self.halfBytes = halfBytes
    unsafe frame = UnsafeRawPointer(memory)
    unsafe input = UnsafeRawPointer(memory)
  }

  /// Gives bytes; they stay in place until reading says that it needs input.
  ///
  /// - Parameters:
  ///   - bytes: The first byte.
  ///   - byteCount: How many.
  @_noLocks @inline(__always)
  mutating func give(_ bytes: UnsafeRawPointer, byteCount: Int) {
    invariant(inputCount == 0, "input is used up before there is more")
    unsafe input = bytes
    inputCount = byteCount
  }

  /// Forgets what is left.
  @_noLocks
  mutating func discard() {
    inputCount = 0
    partialCount = 0
  }

  /// Reads the next frame.
  ///
  /// - Parameter byteCountMax: The longest frame that is taken, at most a half.
  /// - Returns: What was found.
  @_noLocks @inline(__always)
  mutating func read(byteCountMax: Int) -> Outcome {
    guard partialCount == 0, inputCount >= FrameHeader.byteCount else {
      return readSplit(byteCountMax)
    }
    let length = unsafe LittleEndian.uint32(input, at: 0)
    guard isTaken(length, byteCountMax) else { return .badLength }
    guard inputCount >= Int(length) else { return readSplit(byteCountMax) }
    unsafe frame = input
    byteCount = Int(length)
    unsafe input += byteCount
    inputCount -= byteCount
    return .frame
  }

  @_noLocks @inline(__always)
  private func isTaken(_ length: UInt32, _ byteCountMax: Int) -> Bool {
    Schema.isFrameByteCount(length) && Int(length) <= byteCountMax
  }

  /// Takes the frame that was read back: the next read gives it again.
  ///
  /// A frame that was put together in the memory stays there, and is given from there.
  @_noLocks @inline(never)
  mutating func unread() {
    if isInMemory {
      half ^= 1
      partialCount = byteCount
    } else {
      unsafe input = frame
      inputCount += byteCount
    }
  }

  private var isInMemory: Bool {
    @_noLocks get {
      let first = unsafe UInt(bitPattern: memory)
      let place = unsafe UInt(bitPattern: frame)
      return place >= first && place - first < UInt(2 * halfBytes)
    }
  }

  /// Puts a split frame together: its length first, so that a wrong one is found at once.
  @_noLocks @inline(never)
  private mutating func readSplit(_ byteCountMax: Int) -> Outcome {
    let store = unsafe memory + half * halfBytes
    unsafe fill(store, upTo: 4)
    guard partialCount >= 4 else { return .needInput }
    let length = unsafe LittleEndian.uint32(store, at: 0)
    guard isTaken(length, min(byteCountMax, halfBytes)) else { return .badLength }
    unsafe fill(store, upTo: Int(length))
    guard partialCount == Int(length) else { return .needInput }
    probe(.frameInPieces)
    unsafe frame = UnsafeRawPointer(store)
    byteCount = partialCount
    partialCount = 0
    half ^= 1
    return .frame
  }

  /// Moves input into the memory until so many bytes are there or the input is used up.
  @_noLocks
  private mutating func fill(_ store: UnsafeMutableRawPointer, upTo target: Int) {
    let count = min(inputCount, target - partialCount)
    guard count > 0 else { return }
    // SAFETY: target is at most a half, and count never more than what the input holds.
    unsafe (store + partialCount).copyMemory(from: input, byteCount: count)
    partialCount += count
    unsafe input += count
    inputCount -= count
  }
}
