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
      valueName: "id:account:secrethex"))
  var key: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A file with a line `keyId accountId roles secretHex`.", valueName: "path"))
  var keyFile: String?

  func validate() throws {
    if key != nil, keyFile != nil {
      throw ValidationError("Give --key or --key-file, not both.")
    }
  }

  func endpoint() throws(ClientError) -> Endpoint { try Endpoint(parsing: connect) }

  /// Who logs on: the key's account, or on a server without keys a broker for the account.
  ///
  /// - Parameter account: Whose key is wanted, and the account of a trial without keys.
  /// - Throws: What is wrong with the key.
  func credentials(account: UInt64?) throws -> Credentials {
    if let key { return .key(try APIKey(parsing: key)) }
    if let keyFile {
      let text = try TextFile.read(keyFile)
      return .key(try APIKey(keyFile: text, account: nil))
    }
    return .insecure(account: account ?? 1, mayActForAnyone: true)
  }

  /// Connects.
  ///
  /// - Parameters:
  ///   - account: Who asks, on a server without keys.
  ///   - timeout: How long to wait for each answer, in nanoseconds.
  /// - Throws: Why there is no connection.
  func client(account: UInt64?, timeout: Nanoseconds = 5 * TimeSpan.second) throws -> RostrumClient {
    var configuration = ClientConfiguration(
      endpoint: try endpoint(), credentials: try credentials(account: account))
    configuration.requestTimeout = timeout
    return try RostrumClient(configuration)
  }
}
