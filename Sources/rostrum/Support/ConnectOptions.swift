import ArgumentParser
import Client
import Primitives

/// Where the server is and who asks: the same options for every command that is a client.
struct ConnectOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The server.", valueName: "host:port"))
  var connect = "127.0.0.1:7400"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An API key. Prefer --key-file: arguments are visible to other users of the machine.",
      valueName: "id:account:secrethex"
    )
  )
  var key: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A file with a line `keyId accountId roles secretHex`.",
      valueName: "path"
    )
  )
  var keyFile: String?

  func validate() throws {
    if key != nil, keyFile != nil {
      throw ValidationError("Give --key or --key-file, not both.")
    }
    let parts = connect.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else {
      throw ValidationError("--connect must be HOST:PORT, for example 127.0.0.1:7400.")
    }
  }

  func endpoint() throws(ClientError) -> Endpoint { try Endpoint(parsing: connect) }

  /// Who logs on: the key's account, or on a server without keys whoever is asked for.
  ///
  /// - Parameters:
  ///   - account: Whose key is wanted, and the account of a trial without keys.
  ///   - roles: What a trial without keys claims to be.
  /// - Returns: Who logs on.
  /// - Throws: What is wrong with the key.
  func credentials(account: UInt64?, roles: Roles) throws -> Credentials {
    if let key { return .key(try APIKey(parsing: key)) }
    if let keyFile {
      let text = try TextFile.read(keyFile)
      if let key = try? APIKey(keyFile: text, account: account) { return .key(key) }
      return .key(try APIKey(keyFile: text))
    }
    return .insecure(account: account ?? 1, roles: roles)
  }

  /// Connects.
  ///
  /// - Parameters:
  ///   - account: Who asks.
  ///   - roles: What a trial without keys claims to be.
  /// - Returns: The client, logged on to every shard.
  /// - Throws: Why there is no connection.
  func client(account: UInt64?, roles: Roles = []) throws -> RostrumClient {
    try RostrumClient(
      ClientConfiguration(
        endpoint: try endpoint(),
        credentials: try credentials(account: account, roles: roles)
      )
    )
  }
}
