import Engine
import Primitives
import Wire

/// A snapshot that is taken while commands go on, and the commands since it began.
struct RulesTwin {
  struct Kept {
    let bytes: [UInt8]
    let time: UInt64
    let position: UInt64
    let session: SessionHandle
    let roles: Roles
  }

  var commands: [Kept] = []
  var pieces: [UInt8] = []
  var isWritten = false
  let hash: Digest

  mutating func keep(
    _ bytes: [UInt8], time: UInt64, position: UInt64, session: SessionHandle, roles: Roles
  ) {
    commands.append(
      Kept(bytes: bytes, time: time, position: position, session: session, roles: roles))
  }
}

extension RulesRun {
  /// Begins a snapshot, or ends the one that is being taken.
  mutating func fork() {
    guard twin == nil else { return compareTwin() }
    twin = RulesTwin(hash: engine.stateHash())
    engine.beginSnapshot()
  }

  /// Writes a piece of the snapshot.
  mutating func writeTwin(room: Int = 2_200) {
    guard twin?.isWritten == false else { return }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 8)
    defer { buffer.deallocate() }
    let byteCount = engine.writeSnapshot(into: buffer, room: room)
    twin?.pieces += UnsafeRawBufferPointer(start: buffer, count: byteCount)
    guard engine.isSnapshotWritten else { return }
    engine.endSnapshot()
    twin?.isWritten = true
  }

  /// Snapshot and later commands give the same state as the commands alone.
  mutating func compareTwin() {
    while twin?.isWritten == false {
      if engine.hasSnapshotOverflowed {
        engine.endSnapshot()
        twin = nil
        return
      }
      writeTwin(room: 16_384)
    }
    guard let twin else { return }
    self.twin = nil
    let memory = Arena.shared.memory
    var copy = Engine(shard: ShardID(0), limits: .tiny, memory: memory)
    twin.pieces.withUnsafeBytes { raw in
      var cursor = 0
      while let piece = SnapshotPiece.next(raw, &cursor) {
        check(copy.load(piece), "a snapshot's piece is refused")
      }
    }
    check(copy.finishLoading(), "a snapshot is refused")
    check(copy.stateHash() == twin.hash, "a snapshot holds another state")
    var said = Outbox(byteCount: Outbox.byteCountMin, memory: memory)
    for command in twin.commands { replay(command, on: &copy, &said) }
    check(copy.stateHash() == engine.stateHash(), "snapshot and log give another state")
  }

  private func replay(_ kept: RulesTwin.Kept, on copy: inout Engine, _ said: inout Outbox) {
    kept.bytes.withUnsafeBytes { raw in
      let command = Command(
        position: kept.position, time: kept.time, session: kept.session, roles: kept.roles,
        frame: raw.start)
      copy.apply(command, &said)
      said.clear()
      while copy.moreDue {
        copy.resume(command, &said)
        said.clear()
      }
    }
  }
}
