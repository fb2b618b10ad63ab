import Primitives

@testable import Engine

/// The pieces of a snapshot, in the order in which they were written.
struct SnapshotCopy {
  struct Piece: Equatable {
    var kind: UInt16
    var index: UInt64
    var payload: [UInt8]
  }

  var pieces: [Piece] = []

  /// Takes one run of whole pieces of the engine's running snapshot.
  mutating func write(from engine: inout Engine, room: Int) -> Int {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 8)
    defer { bytes.deallocate() }
    guard let base = bytes.baseAddress else { return 0 }
    let written = engine.writeSnapshot(into: base, room: room)
    precondition(written <= room)
    let run = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<written])
    var cursor = 0
    while let piece = SnapshotPiece.next(run, &cursor) {
      pieces.append(
        Piece(kind: piece.kind, index: piece.index, payload: [UInt8](piece.payload)))
    }
    precondition(cursor == written, "only whole pieces are written")
    return written
  }

  /// A whole snapshot at once.
  static func now(of engine: inout Engine) -> SnapshotCopy {
    var copy = SnapshotCopy()
    engine.beginSnapshot()
    while !engine.isSnapshotWritten { _ = copy.write(from: &engine, room: 65_536) }
    engine.endSnapshot()
    return copy
  }

  /// Loads the pieces into a fresh engine; whether they were taken as a whole state.
  func load(into engine: inout Engine) -> Bool {
    for piece in pieces {
      let isSound = piece.payload.withUnsafeBytes { payload in
        engine.load(SnapshotPiece(kind: piece.kind, index: piece.index, payload: payload))
      }
      guard isSound else { return false }
    }
    return engine.finishLoading()
  }

  /// The pieces by kind and index, without what is derived when they are loaded.
  var image: [[UInt64]: [UInt8]] {
    var image: [[UInt64]: [UInt8]] = [:]
    for piece in pieces {
      precondition(image[[UInt64(piece.kind), piece.index]] == nil, "a page is written once")
      image[[UInt64(piece.kind), piece.index]] = SnapshotCopy.withoutDerived(piece)
    }
    return image
  }

  private static func withoutDerived(_ piece: Piece) -> [UInt8] {
    var bytes = piece.payload
    func clear(_ offset: Int, _ count: Int, every stride: Int) {
      for start in Swift.stride(from: offset, to: bytes.count, by: stride) {
        for index in start..<start + count { bytes[index] = 0 }
      }
    }
    switch EnginePiece(rawValue: piece.kind) {
    case .auctions:
      let offset = MemoryLayout<AuctionRecord>.offset(of: \.timerIndex) ?? 0
      clear(offset, 4, every: MemoryLayout<AuctionRecord>.stride)
    case .accounts:
      let offset = MemoryLayout<AccountRecord>.offset(of: \.exposure) ?? 0
      clear(offset, 8, every: MemoryLayout<AccountRecord>.stride)
    case .incrementLinks:
      // The lists of tables in use are derived; the list of free ones is not.
      for start in stride(from: 0, to: bytes.count, by: 8)
      where bytes[start..<start + 4] != [0, 0, 0, 0] {
        bytes[start + 4] = 0
        bytes[start + 5] = 0
      }
    default: break
    }
    return bytes
  }
}
