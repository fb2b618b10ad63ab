internal import Engine
internal import Gateway
internal import Journal
public import Primitives
public import WAL
internal import Wire

/// The kind of the first piece of a snapshot: the frame of the record that every log begins with.
enum SnapshotKind {
  static let configuration: UInt16 = 60
}

extension ReplayVisitor: PieceVisitor where Folder: ~Copyable {
  /// Puts a piece of a snapshot into the state; the first one says how large the state is.
  ///
  /// - Parameter piece: The piece.
  /// - Returns: Whether it fits.
  public mutating func visit(_ piece: SnapshotPiece) -> Bool {
    if piece.kind == SnapshotKind.configuration { return loadConfiguration(piece) }
    guard isConfigured else { return false }
    switch piece.kind {
    case 1..<20: return engine.load(piece)
    case 20..<40: return gateway?.load(piece) ?? false
    case 40..<50: return loadJournal(piece)
    default: return false
    }
  }

  private mutating func loadJournal(_ piece: SnapshotPiece) -> Bool {
    let isCounted = eventCount?.writer.load(piece) ?? true
    return journal?.writer.load(piece) ?? isCounted
  }

  private mutating func loadConfiguration(_ piece: SnapshotPiece) -> Bool {
    guard !isConfigured, let frame = unsafe piece.payload.baseAddress,
      unsafe piece.payload.count == EngineConfigured.frameByteCount,
      unsafe FrameHeader(frame: frame).templateID == EngineConfigured.templateID
    else { return false }
    unsafe configure(frame, EngineConfigured.templateID)
    return true
  }

  /// Ends the loading of a snapshot.
  ///
  /// - Returns: Whether every piece was there.
  mutating func finishLoading() -> Bool {
    guard isConfigured, engine.finishLoading() else { return false }
    guard gateway?.finishLoading() == true else { return false }
    guard journal?.writer.finishLoading() ?? true else { return false }
    guard eventCount?.writer.finishLoading() ?? true else { return false }
    resumeJournal()
    return true
  }
}
