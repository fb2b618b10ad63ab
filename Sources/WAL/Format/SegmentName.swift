/// The name of a segment's file: twenty digits and a suffix, as bytes that end with a zero.
///
/// It is named by its own number and not by its first batch's, because it gets its name (and the
/// folder its flush) while it is being prepared, long before that batch is known.
public struct SegmentName: Sendable, BitwiseCopyable {
  /// The file's state, which its suffix tells.
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// `.segment`: complete; recovery reads it.
    case segment
    /// `.preparing`: recovery deletes it.
    case preparing
  }

  /// The segment's number, from 1.
  public let number: UInt64
  /// The file's state.
  public let kind: Kind
  /// The name in ASCII; zeros follow it.
  public let bytes: [32 of UInt8]

  private static let segmentSuffix = ".segment"
  private static let preparingSuffix = ".preparing"

  /// Names a segment's file.
  ///
  /// - Parameters:
  ///   - number: The segment's number, from 1.
  ///   - kind: The file's state.
  @_noLocks
  public init(number: UInt64, kind: Kind = .segment) {
    self.number = number
    self.kind = kind
    var bytes = [32 of UInt8](repeating: 0)
    var rest = number
    for index in 0..<20 {
      bytes[19 - index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    }
    let suffix: StaticString = kind == .segment ? ".segment" : ".preparing"
    for index in 0..<suffix.utf8CodeUnitCount {
      bytes[20 + index] = unsafe suffix.utf8Start[index]
    }
    self.bytes = bytes
  }

  /// Reads a file's name.
  ///
  /// - Parameter text: The name, without a folder.
  public init?(_ text: String) {
    let kind: Kind
    if text.hasSuffix(Self.segmentSuffix) {
      kind = .segment
    } else if text.hasSuffix(Self.preparingSuffix) {
      kind = .preparing
    } else {
      return nil
    }
    // No log comes so far; what follows may add to the number without thinking of an overflow.
    guard let number = UInt64(text.prefix(20)), number > 0, number < 1 << 62 else { return nil }
    self.init(number: number, kind: kind)
    guard self.text == text else { return nil }
  }

  /// The name as text.
  public var text: String {
    let digits = String(number)
    return String(repeating: "0", count: 20 - digits.count) + digits
      + (kind == .segment ? Self.segmentSuffix : Self.preparingSuffix)
  }
}
