import Primitives
import Testing
import Wire

@testable import Client

@Suite struct CredentialsTests {
  static let secretHex = "000102030405060708090a0b0c0d0e0f10111213"

  @Test func readsAKeyFromAnArgument() throws {
    let key = try APIKey(parsing: "7:42:" + Self.secretHex.uppercased())
    #expect(key.id == 7)
    #expect(key.account == 42)
    #expect(key.secret == Array(0..<20))
    #expect(!"\(key)".contains("0001"))
  }

  @Test(arguments: [
    "", "7:42", "7:42:00:11", "x:42:\(secretHex)", "7:0:\(secretHex)", "0:1:\(secretHex)",
    "7:42:0011", "7:42:\(secretHex)0", "7:42:zz\(secretHex)",
  ])
  func refusesWhatIsNoKey(text: String) {
    #expect(throws: ClientError.self) { try APIKey(parsing: text) }
  }

  @Test func readsTheFirstFittingKeyOfAFile() throws {
    let file = """
      # keys of the exchange
      1 10 trader \(Self.secretHex)

      2 20 trader,broker \(Self.secretHex) # the edge
      """
    #expect(try APIKey(keyFile: file).id == 1)
    #expect(try APIKey(keyFile: file, account: 20).id == 2)
    #expect(throws: ClientError.invalidKey("the key file has no key of account 30")) {
      try APIKey(keyFile: file, account: 30)
    }
    #expect(throws: ClientError.invalidKey("line 2 is not `keyId accountId roles secretHex`")) {
      try APIKey(keyFile: "#\n1 2 trader")
    }
  }

  /// HMAC-SHA-256 by its definition (RFC 2104), with the other SHA-256 of this project.
  private static func code(key: [UInt8], message: [UInt8]) -> Digest {
    let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
    let inner = hash(padded.map { $0 ^ 0x36 } + message)
    var innerBytes: [UInt8] = []
    for word in [inner.word0, inner.word1, inner.word2, inner.word3] {
      withUnsafeBytes(of: word.littleEndian) { innerBytes += $0 }
    }
    return hash(padded.map { $0 ^ 0x5C } + innerBytes)
  }

  private static func hash(_ bytes: [UInt8]) -> Digest {
    var state = SHA256State()
    bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      state.update(base, byteCount: raw.count)
    }
    return state.finish()
  }

  @Test func signsTheWholeFrame() throws {
    let key = try APIKey(parsing: "7:42:" + Self.secretHex)
    let configuration = SessionConfiguration(
      credentials: .key(key),
      continuing: SessionID(high: 3, low: 4)
    )
    let logon = Logon(
      configuration,
      clientTime: 99,
      nextServerSequence: 5,
      nextClientSequence: 6
    )
    #expect(logon.accountId == 42)
    #expect(logon.apiKeyId == 7)
    #expect(logon.flags == 0)
    var unsigned = logon
    unsigned.authTag = .zero
    var frame = [UInt8](repeating: 0, count: Logon.frameByteCount)
    frame.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsigned.write(frame: base)
    }
    #expect(logon.authTag == Self.code(key: key.secret, message: frame))
    #expect(logon.authTag != .zero)
  }

  @Test func aTrialWithoutKeysIsNotSigned() {
    let broker = SessionConfiguration(
      credentials: .insecure(account: 5, roles: [.broker, .operator])
    )
    let logon = Logon(broker, clientTime: 1, nextServerSequence: 1, nextClientSequence: 1)
    #expect(logon.authTag == .zero)
    #expect(logon.apiKeyId == 0)
    #expect(LogonFlags(rawValue: logon.flags) == [.insecureBroker, .insecureOperator])
    let trader = SessionConfiguration(credentials: .insecure(account: 5, roles: []))
    #expect(
      Logon(trader, clientTime: 1, nextServerSequence: 1, nextClientSequence: 1).flags == 0
    )
  }

  @Test func readsEndpoints() throws {
    let endpoint = try Endpoint(parsing: "127.0.0.1:7400")
    #expect(endpoint == Endpoint(address: 0x7F00_0001, port: 7_400))
    #expect("\(endpoint)" == "127.0.0.1:7400")
    for text in ["", "127.0.0.1", ":7400", "127.0.0.1:0", "127.0.0.1:70000", "a:b:c"] {
      #expect(throws: ClientError.self) { try Endpoint(parsing: text) }
    }
  }
}
