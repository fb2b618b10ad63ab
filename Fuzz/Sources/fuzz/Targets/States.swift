import Engine
import Gateway
import Journal
import Primitives
import Wire

/// Loading a state of pieces that carry no checksum any more: no piece may crash the loader, and a
/// state that it takes is one that goes on: it can be hashed, walked, kept and loaded again.
///
/// Script: a byte of choices (bit 0 lets time pass in the loaded state), then pieces: kind, index
/// (u32), flags, length in bytes (u16), bytes given (u16), the bytes, then zeros. Flag 1 moves the
/// index's upper half to bits 48 (a session's ring), flag 2 makes the scalars' check right.
enum States {
  static func run(_ script: inout Script) {
    let choices = script.byte()
    var state = LoadedState(memory: Arena.shared.memory)
    while !script.isAtEnd {
      if !StatePiece.take(&script, { state.load($0) }) { return }
    }
    guard state.finish() else { return }
    if choices & 1 != 0 { state.goOn() }
    state.checkCopy()
  }

  static func seeds() -> [[UInt8]] {
    let history = StateHistory(stepCount: 60)
    let empty = StateHistory(stepCount: 0)
    return [[0] + history.script(), [1] + history.script(), [1] + empty.script()]
  }
}

/// A piece of a snapshot in a script.
enum StatePiece {
  /// Reads one and gives it to a loader, in memory that ends where the piece does.
  static func take(_ script: inout Script, _ load: (SnapshotPiece) -> Bool) -> Bool {
    let kind = UInt16(script.byte())
    let low = UInt64(script.word32())
    let flags = script.byte()
    let byteCount = min(Int(script.word16()), 8_192) & ~7
    let bytes = script.take(Int(script.word16()))
    let index = flags & 1 == 0 ? low : (low >> 16) << 48 | low & 0xFFFF
    let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: max(8, byteCount), alignment: 8)
    defer { payload.deallocate() }
    payload.initializeMemory(as: UInt8.self, repeating: 0)
    let whole = UnsafeMutableRawBufferPointer(rebasing: payload[..<byteCount])
    whole.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(byteCount)))
    if flags & 2 != 0 { mend(whole) }
    return load(
      SnapshotPiece(kind: kind, index: index, payload: UnsafeRawBufferPointer(whole)))
  }

  /// Makes the last word of the engine's scalars what follows from the others.
  private static func mend(_ payload: UnsafeMutableRawBufferPointer) {
    guard payload.count == 36 * 8 else { return }
    var mixed: UInt64 = 0x5253_544D
    for index in 0..<35 {
      let word = payload.load(fromByteOffset: index * 8, as: UInt64.self)
      mixed = mix64(mixed &* 3 ^ word)
    }
    payload.storeBytes(of: mixed, toByteOffset: 35 * 8, as: UInt64.self)
  }

  /// Writes one as a script.
  static func write(_ piece: SnapshotPiece, to seed: inout SeedWriter) {
    let isRing = piece.index >> 48 != 0 || piece.kind == 22
    seed.byte(piece.kind)
    seed.word32(isRing ? (piece.index >> 48) << 16 | piece.index & 0xFFFF : piece.index)
    seed.byte((isRing ? 1 : 0) | (piece.kind == 1 ? 2 : 0))
    seed.word16(piece.payload.count)
    let bytes = piece.payload.withoutZeros
    seed.word16(bytes.count)
    seed.raw(bytes)
  }
}
