import Engine
import Gateway
internal import Kernel
import Primitives
import Runtime
import Uring
import WAL

/// What the options of `serve` mean.
struct ServeSettings {
  private let command: ServeCommand
  /// The address to listen on, most significant byte first.
  let host: UInt32
  private let credentials: Credentials
  private let cores: [Int]

  init(_ command: ServeCommand) throws {
    self.command = command
    host = try Self.parseHost(command.host)
    cores = try Self.parseCores(command.cores, shardCount: Int(command.shards))
    if let path = command.keys {
      credentials = .keys(try Self.readKeys(path))
    } else {
      guard host >> 24 == 127 else {
        throw CommandFailure(
          "--insecure lets anybody act for anybody: it works on a loopback address only."
            + " Use --keys FILE, or leave --host out.")
      }
      credentials = .insecure
    }
  }

  func shardOptions(_ lock: DataFolderLock) throws -> [ShardOptions] {
    var generator = SystemRandomNumberGenerator()
    let engineID = (high: generator.next() as UInt64, low: generator.next() as UInt64)
    let descriptorLimit = Machine.raiseDescriptorLimit()
    return (0..<command.shards).map { number in
      var options = ShardOptions(
        shard: ShardID(number), shardCount: command.shards, dataPath: command.data,
        newEngineID: engineID, credentials: credentials)
      options.core = cores.isEmpty ? nil : cores[Int(number)]
      options.wait = command.wait.strategy
      options.populatesTables = command.prefault
      options.auctionsMax = command.auctionsMax
      if let auctionsMax = command.auctionsMax { options.engineLimits.auctionsMax = auctionsMax }
      options.connectionsMax = command.connectionsMax
      options.fitConnections(descriptorLimit: descriptorLimit)
      options.lockDescriptor = lock.descriptor
      command.keeping.apply(to: &options)
      options.logLimits.segmentByteCount = command.segmentMib << 20
      return options
    }
  }

  private static func parseHost(_ text: String) throws -> UInt32 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4, !parts.contains(nil) else {
      throw CommandFailure("--host '\(text)' is no IPv4 address: write it as 127.0.0.1")
    }
    return parts.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }
  }

  private static func parseCores(_ text: String?, shardCount: Int) throws -> [Int] {
    guard let text else { return [] }
    let cores = text.split(separator: ",").map { Int($0) }
    guard cores.count == shardCount, !cores.contains(nil) else {
      throw CommandFailure(
        "--cores '\(text)' must name \(shardCount) core(s), one a shard, such as 0,1")
    }
    let numbers = cores.compactMap(\.self)
    if let wrong = numbers.first(where: { $0 < 0 || $0 >= Machine.coreCount }) {
      throw CommandFailure(
        "--cores names core \(wrong); this process may use 0 to \(Machine.coreCount - 1)")
    }
    return numbers
  }

  private static func readKeys(_ path: String) throws -> KeyFile {
    let mode = Machine.fileMode(path)
    if let mode, mode & 0o077 != 0 {
      throw CommandFailure(
        "the key file '\(path)' can be read by others: run 'chmod 600 \(path)'")
    }
    let text = try TextFile.read(path)
    do { return try KeyFile(parsing: text) } catch {
      throw CommandFailure("the key file '\(path)': \(error)")
    }
  }
}

/// The data folder's lock: two servers on one log would destroy it.
struct DataFolderLock {
  let descriptor: Int32

  init(path: String) throws {
    switch Machine.lockFolder(path) {
    case .success(let descriptor): self.descriptor = descriptor
    case .failure(let error):
      if error.errno == 11 {
        throw CommandFailure(
          "another server has the data folder '\(path)': stop it, or choose another with --data")
      }
      throw CommandFailure("the data folder '\(path)' cannot be used: \(error)")
    }
  }

  func release() { Machine.unlockFolder(descriptor) }
}
