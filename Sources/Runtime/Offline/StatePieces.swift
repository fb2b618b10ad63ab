internal import Engine
internal import Gateway
internal import Journal
internal import Primitives
internal import WAL
internal import Wire

/// Everything that a snapshot of a shard holds, of a state that nobody changes meanwhile.
struct StatePieces: PieceSource, ~Copyable {
  private var engine: Engine
  private var gateway: Gateway
  private var journal: JournalWriter
  private let frame: Region
  private var isConfigurationWritten = false

  init(
    engine: consuming Engine, gateway: consuming Gateway, journal: consuming JournalWriter,
    memory: MemorySource
  ) {
    self.engine = engine
    self.gateway = gateway
    self.journal = journal
    frame = Region(byteCount: 4_096, from: memory)
    self.engine.beginSnapshot()
    self.gateway.beginSnapshot()
    self.journal.beginSnapshot()
  }

  mutating func writePieces(into target: UnsafeMutableRawPointer, room: Int) -> Int {
    if !isConfigurationWritten {
      isConfigurationWritten = true
      return unsafe writeConfiguration(into: target)
    }
    // A buffer always has room for a piece: 0 says that a part has no more of them.
    var written = 0
    if !engine.isSnapshotWritten {
      written = unsafe engine.writeSnapshot(into: target, room: room)
    }
    if written == 0, !gateway.isSnapshotWritten {
      written = unsafe gateway.writeSnapshot(into: target, room: room)
    }
    if written == 0, !journal.isSnapshotWritten {
      written = unsafe journal.writeSnapshot(into: target, room: room)
    }
    return written
  }

  private func writeConfiguration(into target: UnsafeMutableRawPointer) -> Int {
    let message = engine.limits.configuration(
      gateway.identity, retentionSeconds: engine.retention / TimeSpan.second)
    unsafe message.write(frame: frame.base)
    unsafe FrameHeader.seal(frame.base, sequence: 0)
    return unsafe SnapshotPiece.write(
      target, kind: SnapshotKind.configuration, index: 0, UnsafeRawPointer(frame.base),
      byteCount: EngineConfigured.frameByteCount)
  }
}
