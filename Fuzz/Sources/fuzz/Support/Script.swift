import Primitives

/// An input as a script: values from its front to its end, zeros behind it.
struct Script {
  /// What is left.
  private(set) var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 {
    guard let first = rest.first else { return 0 }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return first
  }

  /// A number below a bound of at most 256.
  mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

  mutating func word16() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }
  mutating func word32() -> UInt32 { UInt32(word16()) | UInt32(word16()) << 16 }
  mutating func word64() -> UInt64 { UInt64(word32()) | UInt64(word32()) << 32 }

  /// The next bytes; fewer at the end.
  mutating func take(_ byteCount: Int) -> UnsafeRawBufferPointer {
    let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(byteCount))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(byteCount))
    return taken
  }
}

extension Script {
  /// Takes steps until the script ends, or there were enough.
  mutating func steps(atMost count: Int, _ step: (inout Script) -> Void) {
    for _ in 0..<count where !isAtEnd { step(&self) }
  }
}

/// Writes the script of a seed.
struct SeedWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: some BinaryInteger) { bytes.append(UInt8(truncatingIfNeeded: value)) }

  mutating func word16(_ value: some BinaryInteger) {
    byte(value)
    byte(value >> 8)
  }

  mutating func word32(_ value: some BinaryInteger) {
    word16(value)
    word16(value >> 16)
  }

  mutating func word64(_ value: some BinaryInteger) {
    word32(value)
    word32(value >> 32)
  }

  mutating func raw(_ more: some Sequence<UInt8>) { bytes += more }

  /// Scripts of random steps behind a beginning, with either choice.
  static func random(behind beginning: [UInt8] = [], stepByteCount: Int) -> [[UInt8]] {
    (1...4 as ClosedRange<UInt64>).map { seed in
      var generator = SeededGenerator(seed: seed)
      let steps = (0..<stepByteCount).map { _ in UInt8(generator.below(256)) }
      return [UInt8(seed & 1)] + beginning + steps
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes without the zeros at their end.
  var withoutZeros: UnsafeRawBufferPointer {
    var end = count
    while end > 0, self[end - 1] == 0 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[..<end])
  }
}
