/// UTF-8 of a fixed number of bytes, padded with zero bytes.
public protocol FixedText: Equatable, Sendable, BitwiseCopyable {
  /// The bytes of the field.
  static var byteCount: Int { get }
  /// Makes an empty text.
  init()
  /// Reads the bytes of the field.
  ///
  /// - Parameters:
  ///   - body: The first byte of the block.
  ///   - offset: Where the field starts, in bytes.
  init(_ body: UnsafeRawPointer, at offset: Int)
  /// Writes the bytes of the field.
  ///
  /// - Parameters:
  ///   - body: The first byte of the block.
  ///   - offset: Where the field starts, in bytes.
  func write(_ body: UnsafeMutableRawPointer, at offset: Int)
}

extension FixedText {
  /// Takes as much of a text as fits, cut between two characters.
  ///
  /// - Parameter text: The text; zero bytes in it end what a reader sees.
  public init(_ text: String) {
    var bytes: [UInt8] = []
    for character in text {
      let more = Array(character.utf8)
      guard bytes.count + more.count <= Self.byteCount else { break }
      bytes += more
    }
    self.init(utf8: bytes)
  }

  /// Takes bytes as they are; what does not fit is left out.
  ///
  /// - Parameter bytes: UTF-8, which may start and end within a character.
  public init(utf8 bytes: some Sequence<UInt8>) {
    var field = [UInt8](repeating: 0, count: Self.byteCount)
    for (index, byte) in bytes.prefix(Self.byteCount).enumerated() { field[index] = byte }
    self = unsafe field.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return Self() }
      return unsafe Self(base, at: 0)
    }
  }

  /// The bytes before the first zero byte.
  public var utf8: [UInt8] {
    var field = [UInt8](repeating: 0, count: Self.byteCount)
    unsafe field.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe write(base, at: 0)
    }
    return Array(field.prefix { $0 != 0 })
  }

  /// The text before the first zero byte; bytes that are not UTF-8 show as U+FFFD.
  public var string: String { String(decoding: utf8, as: UTF8.self) }
}

/// A long text as the entries of a frame's text group.
public enum TextLines {
  /// Cuts a text into entries of 64 bytes, which may cut within a character.
  ///
  /// - Parameter text: The text; what is past 4,096 bytes is left out, cut between two characters.
  /// - Returns: The entries, in order.
  public static func split(_ text: String) -> [CreateAuction.TextLine] {
    let byteCountMax = FixedText64.byteCount * CreateAuction.TextLine.entryCountMax
    var bytes: [UInt8] = []
    for character in text {
      let more = Array(character.utf8)
      guard bytes.count + more.count <= byteCountMax else { break }
      bytes += more
    }
    return stride(from: 0, to: bytes.count, by: FixedText64.byteCount).map { start in
      CreateAuction.TextLine(chunk: FixedText64(utf8: bytes[start...]))
    }
  }

  /// Puts a text together again.
  ///
  /// - Parameter lines: The entries, in order.
  /// - Returns: The text.
  public static func join(_ lines: [CreateAuction.TextLine]) -> String {
    String(decoding: lines.flatMap { $0.chunk.utf8 }, as: UTF8.self)
  }
}
