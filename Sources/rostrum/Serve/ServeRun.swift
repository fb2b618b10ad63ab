import Counters
import Gateway
import Glibc
import Primitives
import Runtime
import Uring

/// One run of the server: lock, recover, serve, stop.
struct ServeRun {
  private let command: ServeCommand

  init(_ command: ServeCommand) { self.command = command }

  func run() throws {
    guard !Machine.allocatorVersion.isEmpty else {
      throw CommandFailure("malloc is not jemalloc's: link libjemalloc, or unset LD_PRELOAD")
    }
    let lock = try DataFolderLock(path: command.data)
    defer { lock.release() }
    let server = try makeServer(lock)
    server.start()
    guard try waitUntilReady(server) else { return }
    printReady(server)
    let archivers = try makeArchivers(server)
    while !server.waitForSignal(milliseconds: 100) {
      printNotes(server)
      archive(archivers)
      if server.statuses.contains(where: { $0.phase == .stopped }) { break }
    }
    server.stop()
    server.join()
    printNotes(server)
    try reportFailure(server)
    printStopped(server)
  }

  private func makeServer(_ lock: DataFolderLock) throws -> Server {
    let settings = try ServeSettings(command)
    let shards = try settings.shardOptions(lock)
    if let taken = shards.first?.connectionsMax, taken < command.connectionsMax {
      StandardError.print(
        "rostrum: this process may have \(Machine.descriptorLimit) files, so a shard takes"
          + " \(taken) connections at most; for --connections-max \(command.connectionsMax) raise"
          + " the limit to \(ShardOptions.descriptorLimit(connections: command.connectionsMax))"
          + " with 'ulimit -n', or LimitNOFILE in a unit")
    }
    do {
      return try Server(
        shards: shards,
        address: Server.Address(host: settings.host, port: command.port))
    } catch { throw CommandFailure("\(error)") }
  }

  /// Shows how recovery gets on; false when it failed or was interrupted.
  private func waitUntilReady(_ server: Server) throws -> Bool {
    let began = MachineClock().monotonicTime()
    while server.statuses.contains(where: { $0.phase == .recovering }) {
      if server.waitForSignal(milliseconds: 50) {
        StandardError.endProgress()
        server.stop()
        server.join()
        return false
      }
      showProgress(server, since: began)
    }
    StandardError.endProgress()
    if server.statuses.contains(where: { $0.phase == .stopped }) {
      server.stop()
      server.join()
      try reportFailure(server)
      return false
    }
    return true
  }

  private func showProgress(_ server: Server, since began: Nanoseconds) {
    let records = recoveredRecords(server)
    guard records > 0 else { return }
    let seconds = Double(MachineClock().monotonicTime() - began) / 1e9
    StandardError.progress(
      ProgressLine(title: "recovering").text(
        records: records, bytes: server.statuses.reduce(0) { $0 + $1.recoveredByteCount },
        total: server.statuses.reduce(0) { $0 + $1.recoverableByteCount }, seconds: seconds))
  }

  private func recoveredRecords(_ server: Server) -> UInt64 {
    server.statuses.reduce(0) { $0 + $1.recoveredRecordCount }
  }

  private func recoverySeconds(_ server: Server) -> Double {
    Double(server.statuses.map(\.recoveryTimeNs).max() ?? 0) / 1e9
  }

  private func reportFailure(_ server: Server) throws {
    let failures = server.statuses.compactMap(\.failure)
    guard !failures.isEmpty else { return }
    throw CommandFailure(failures.joined(separator: "\nrostrum: "))
  }

  /// Archiving has time: it runs on this thread, which gives way to everything else.
  private func makeArchivers(_ server: Server) throws -> [ShardArchiver] {
    guard let path = command.keeping.archive else { return [] }
    Machine.lowerThreadPriority()
    return try server.statuses.enumerated().map { index, status in
      let folder = ShardFolder(dataPath: command.data, shard: ShardID(UInt16(index)))
      do { return try ShardArchiver(path: path, folder: folder, status: status) } catch {
        server.stop()
        server.join()
        throw CommandFailure("\(error)")
      }
    }
  }

  private func archive(_ archivers: [ShardArchiver]) {
    let now = MachineClock().monotonicTime()
    for archiver in archivers {
      if let fault = archiver.step(now: now) { StandardError.print("rostrum: note: \(fault)") }
    }
  }

  /// What the shards have to say beside their work: snapshots that were passed over or given up.
  private func printNotes(_ server: Server) {
    for note in server.statuses.flatMap({ $0.takeSnapshotNotes() }) {
      StandardError.print("rostrum: note: \(note)")
    }
  }

  private func snapshotText(_ server: Server) -> String {
    let positions = server.statuses.map(\.startedFromPosition)
    guard positions.contains(where: { $0 > 0 }) else { return "" }
    let replayed = server.statuses.reduce(0) { $0 + $1.replayedRecordCount }
    return " (\(replayed) of them from the log, the rest from snapshots)"
  }

  private func printReady(_ server: Server) {
    let notes = server.statuses.compactMap(\.tailNote)
    for note in notes { StandardError.print("rostrum: note: \(note)") }
    let records = recoveredRecords(server)
    let seconds = recoverySeconds(server)
    if command.json {
      var object = JSONObject()
      object.add("ready", true)
      object.add("port", server.ports[0])
      object.add("shards", server.ports.count)
      object.add("recovered_records", records)
      object.add("replayed_records", server.statuses.reduce(0) { $0 + $1.replayedRecordCount })
      object.add("snapshot_position", server.statuses.map(\.startedFromPosition).max() ?? 0)
      object.add("recovery_seconds", seconds)
      object.add("allocator", "jemalloc " + Machine.allocatorVersion)
      object.add("io", "io_uring")
      if !notes.isEmpty { object.add("tail", notes.joined(separator: "; ")) }
      printLine(object.text)
    } else {
      printLine(
        "ready: port \(server.ports[0]), \(server.ports.count) shard(s),"
          + " \(records) records recovered in \(JSONObject.number(seconds)) s"
          + "\(snapshotText(server)),"
          + " io_uring, jemalloc \(Machine.allocatorVersion)")
    }
  }

  private func printStopped(_ server: Server) {
    let totals = server.statuses.compactMap(\.summary)
      .reduce(CounterValues.zero) { $0.joined(with: $1) }
    guard command.json else {
      return printLine(
        "stopped: \(totals[.commandsLogged]) commands logged in \(totals[.batchesFlushed])"
          + " flushes, nothing lost")
    }
    var object = JSONObject()
    object.add("stopped", true)
    for counter in Counter.allCases { object.add(counter.name, totals[counter]) }
    object.add("stages", stages(server))
    printLine(object.text)
  }

  private func stages(_ server: Server) -> JSONObject {
    let values = server.statuses.compactMap(\.stages)
      .reduce(StageValues.zero) { $0.joined(with: $1) }
    var all = JSONObject()
    for stage in Stage.allCases {
      var object = JSONObject()
      object.add("count", values.count(of: stage))
      object.add("p50_ns", values.time(of: stage, perMille: 500))
      object.add("p99_ns", values.time(of: stage, perMille: 990))
      object.add("p999_ns", values.time(of: stage, perMille: 999))
      object.add("max_ns", values.time(of: stage, perMille: 1_000))
      all.add(stage.name, object)
    }
    return all
  }

  private func printLine(_ text: String) {
    print(text)
    fflush(nil)
  }
}
