internal import Wire

/// Whether text that rides in the log is UTF-8, so that whoever reads the log can trust it.
struct TextChecker: BitwiseCopyable {
  /// Bytes of the current character that are still to come.
  private var pending: UInt8 = 0
  /// The bounds of the next byte.
  private var low: UInt8 = 0x80
  private var high: UInt8 = 0xBF

  /// Whether the text so far ends with a whole character.
  var isWhole: Bool { pending == 0 }

  /// Takes the next bytes; false when they can't be UTF-8 (RFC 3629).
  @inline(always)
  mutating func take(_ bytes: UnsafeRawPointer, byteCount: Int) -> Bool {
    for offset in 0..<byteCount {
      guard take(unsafe LittleEndian.uint8(bytes, at: offset)) else { return false }
    }
    return true
  }

  @inline(always)
  private mutating func take(_ byte: UInt8) -> Bool {
    if pending > 0 {
      guard byte >= low, byte <= high else { return false }
      pending -= 1
      low = 0x80
      high = 0xBF
      return true
    }
    switch byte {
    case 0x00...0x7F: return true
    case 0xC2...0xDF: pending = 1
    case 0xE0...0xEF:
      pending = 2
      // No overlong form and no surrogate.
      if byte == 0xE0 { low = 0xA0 }
      if byte == 0xED { high = 0x9F }
    case 0xF0...0xF4:
      pending = 3
      if byte == 0xF0 { low = 0x90 }
      if byte == 0xF4 { high = 0x8F }
    default: return false
    }
    return true
  }

  /// Whether a title is UTF-8.
  static func isText(_ bytes: UnsafeRawPointer, byteCount: Int) -> Bool {
    var checker = TextChecker()
    return unsafe checker.take(bytes, byteCount: byteCount) && checker.isWhole
  }

  /// Whether the chunks of a description are UTF-8 together.
  static func isText(_ group: GroupSpan) -> Bool {
    var checker = TextChecker()
    for index in 0..<(unsafe group.count) {
      guard unsafe checker.take(group.entry(index), byteCount: 64) else { return false }
    }
    return checker.isWhole
  }
}
