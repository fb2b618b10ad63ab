/// The name of a journal's file: the offset of its first byte in twenty digits, and a suffix.
public struct JournalName: Equatable, Sendable, BitwiseCopyable {
  /// The offset of the file's first byte.
  public let fileOffset: UInt64

  private static let suffix = ".journal"

  /// Names a file.
  ///
  /// - Parameter fileOffset: The offset of its first byte.
  @_noLocks
  public init(fileOffset: UInt64) { self.fileOffset = fileOffset }

  /// Reads a file's name.
  ///
  /// - Parameter text: The name, without a folder.
  public init?(_ text: String) {
    // No journal comes so far; what follows may add to the offset without thinking of an overflow.
    guard text.hasSuffix(Self.suffix), let offset = UInt64(text.prefix(20)), offset < 1 << 62
    else { return nil }
    self.init(fileOffset: offset)
    guard self.text == text else { return nil }
  }

  /// The name as text.
  public var text: String {
    let digits = String(fileOffset)
    return String(repeating: "0", count: 20 - digits.count) + digits + Self.suffix
  }

  /// The name in ASCII; zeros follow it.
  public var bytes: [32 of UInt8] {
    @_noLocks get {
      var bytes = [32 of UInt8](repeating: 0)
      var rest = fileOffset
      for index in 0..<20 {
        bytes[19 - index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
        rest /= 10
      }
      let suffix: StaticString = ".journal"
      for index in 0..<suffix.utf8CodeUnitCount {
        bytes[20 + index] = unsafe suffix.utf8Start[index]
      }
      return bytes
    }
  }
}
