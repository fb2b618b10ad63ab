import ArgumentParser
import Client
import Primitives
import Runtime
import WAL
import Wire

/// Has snapshots taken, by a server or of a folder that nobody serves.
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Take a snapshot of every shard.",
    discussion: """
      Without a folder, asks the server to take one while it serves (an operator's key is needed)
      and waits until it is on the disk. With a folder, which must not be served, replays the log
      and writes the snapshot itself, so that the next start is quick.

      Prints for each shard the position, the bytes and the time that it took.

      Examples:
        rostrum snapshot --connect 127.0.0.1:7400 --key-file operator.key
        rostrum snapshot ./data
      """)

  @Argument(help: ArgumentHelp("A data folder that is not served.", valueName: "dir"))
  var folder: String?

  @OptionGroup var selection: ShardSelection

  @OptionGroup var server: ConnectOptions

  @Flag(name: .long, help: "Print the result as one JSON object.")
  var json = false

  func run() throws {
    try reportingFailures {
      let taken = try folder.map { try takeOffline($0) } ?? askServer()
      if json {
        var object = JSONObject()
        object.add("snapshots", objects: taken.map(\.json))
        return StandardOutput.print(object.text)
      }
      for snapshot in taken { StandardOutput.print(snapshot.text) }
    }
  }

  private func askServer() throws -> [TakenSnapshot] {
    let client = try server.client(account: nil, roles: .operator)
    defer { client.close() }
    let shards = selection.shard.map { [$0] } ?? Array(0..<UInt16(clamping: client.shardCount))
    return try shards.map { number in
      let outcome = try client.takeSnapshot(shard: ShardID(number))
      let answer = try client.accepted(outcome, "the snapshot of shard \(number)") {
        if case .snapshot(let taken) = $0 { taken } else { nil }
      }
      return TakenSnapshot(
        shard: number, position: answer.logPosition, byteCount: answer.byteCount,
        tookNs: answer.tookNs)
    }
  }

  private func takeOffline(_ path: String) throws -> [TakenSnapshot] {
    let shards = try selection.shards(of: path)
    let lock = try FolderUse.lock(
      path, otherwise: "ask it for a snapshot with `rostrum snapshot --connect HOST:PORT`")
    defer { FolderUse.unlock(lock) }
    defer { StandardError.endProgress() }
    return try shards.map { try takeOffline(path, $0.shard) }
  }

  private func takeOffline(_ path: String, _ shard: ShardID) throws -> TakenSnapshot {
    let began = SystemTime.monotonic()
    let progress = ReplayProgressLine("shard \(shard.number)")
    do throws(ShardError) {
      let taken = try OfflineShard.takeSnapshot(dataPath: path, shard: shard) {
        progress.show($0)
      }
      for note in taken.notes { StandardError.print("rostrum: note: \(note)") }
      return TakenSnapshot(
        shard: shard.number, position: taken.info.position, byteCount: taken.info.byteCount,
        tookNs: SystemTime.monotonic() - began, wasThere: taken.wasThere,
        stateHash: taken.stateHash)
    } catch { throw CommandFailure("shard \(shard.number): \(error)") }
  }
}

/// A snapshot, as the command prints it.
struct TakenSnapshot {
  let shard: UInt16
  let position: UInt64
  let byteCount: UInt64
  let tookNs: Nanoseconds
  /// Whether one of this position was there already.
  var wasThere = false
  /// The hash of the state, where it was taken here.
  var stateHash: Digest?

  var text: String {
    let seconds = JSONObject.number(Double(tookNs) / 1e9)
    let origin = wasThere ? ", was there already" : ""
    let hash = stateHash.map { ", state \($0.hexadecimal)" } ?? ""
    return "shard \(shard): snapshot at record \(position), \(byteCount) bytes,"
      + " \(seconds) s\(origin)\(hash)"
  }

  var json: JSONObject {
    var object = JSONObject()
    object.add("shard", shard)
    object.add("position", position)
    object.add("bytes", byteCount)
    object.add("seconds", Double(tookNs) / 1e9)
    object.add("was_there", wasThere)
    if let stateHash { object.add("state_hash", stateHash.hexadecimal) }
    return object
  }
}
