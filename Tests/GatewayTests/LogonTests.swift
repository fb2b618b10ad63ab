import Gateway
import Primitives
import Testing
import Wire

/// HMAC-SHA-256 (RFC 2104) of its own, so that the server's is checked against another one.
func signature(_ secret: [UInt8], _ bytes: [UInt8]) -> Digest {
  func hash(_ parts: [UInt8]...) -> Digest {
    var state = SHA256State()
    for part in parts where !part.isEmpty {
      part.withUnsafeBytes { state.update($0.start, byteCount: $0.count) }
    }
    return state.finish()
  }
  let key = secret + [UInt8](repeating: 0, count: 64 - secret.count)
  let inner = hash(key.map { $0 ^ 0x36 }, bytes)
  return hash(key.map { $0 ^ 0x5C }, bytesOf(inner))
}

func bytesOf(_ digest: Digest) -> [UInt8] {
  [digest.word0, digest.word1, digest.word2, digest.word3].flatMap { word in
    (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
  }
}

func signedLogon(_ message: Logon, secret: [UInt8], extra: Int = 0) -> [UInt8] {
  var bytes = frame(message, extra: extra)
  var plain = bytes
  for index in 4..<8 { plain[index] = 0 }
  bytes.replaceSubrange(56..<88, with: bytesOf(signature(secret, plain)))
  return resealed(bytes) { _ in }
}

private let secretA = [UInt8](1...32)
private let secretB = [UInt8](101...132)

private let keyText = """
  # keys of the trial
  1 7 trader \(hex(secretA))   # Ann
  2 8 broker,operator \(hex(secretB))

  """

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

@Suite struct LogonTests {
  private func keyed() throws -> Harness {
    Harness(credentials: .keys(try KeyFile(parsing: keyText)))
  }

  /// The template and the code of what a logon gets.
  private func answer(_ harness: Harness, _ bytes: [UInt8]) -> (UInt16, UInt16) {
    let c = (0..<8).first { !harness.openConnections.contains($0) } ?? 0
    harness.open(c)
    harness.receive(c, bytes)
    harness.turn()
    let frames = harness.frames(c)
    guard frames.first?.template == LogonReject.templateID else {
      return (frames.first?.template ?? 0, 0)
    }
    #expect(harness.closures[c] == .logonRefused)
    return (3, frames[0].message(LogonReject.self).code)
  }

  @Test func aSignedLogonIsAccepted() throws {
    let harness = try keyed()
    #expect(answer(harness, signedLogon(logonMessage(key: 1), secret: secretA)).0 == 2)
    harness.receive(0, bid(1))
    #expect(harness.commands[0].roles == 0)
  }

  @Test func rolesComeFromTheKey() throws {
    let harness = try keyed()
    let bytes = signedLogon(logonMessage(account: 8, key: 2), secret: secretB)
    #expect(answer(harness, bytes).0 == 2)
    harness.receive(0, bid(1, bidder: 4_711))
    #expect(harness.commands[0].roles == 3)
  }

  @Test func aLongerLogonIsSignedAsAWhole() throws {
    let harness = try keyed()
    let bytes = signedLogon(logonMessage(key: 1), secret: secretA, extra: 16)
    #expect(answer(harness, bytes).0 == 2)
    let changed = resealed(bytes) { $0[$0.count - 1] = 1 }
    #expect(answer(harness, changed).1 == RejectCode.notAuthorised.rawValue)
  }

  @Test func wrongKeyTagAccountOrTimeIsNotAuthorised() throws {
    let refused = RejectCode.notAuthorised.rawValue
    let harness = try keyed()
    let good = signedLogon(logonMessage(key: 1), secret: secretA)
    #expect(answer(harness, signedLogon(logonMessage(key: 1), secret: secretB)).1 == refused)
    #expect(answer(harness, signedLogon(logonMessage(key: 3), secret: secretA)).1 == refused)
    #expect(answer(harness, resealed(good) { $0[60] ^= 1 }).1 == refused)
    #expect(answer(harness, resealed(good) { $0[24] ^= 1 }).1 == refused, "the name is signed")
    let other = signedLogon(logonMessage(account: 8, key: 1), secret: secretA)
    #expect(answer(harness, other).1 == refused)
    let flags = LogonFlags.insecureOperator.rawValue
    let asking = signedLogon(logonMessage(key: 1, flags: flags), secret: secretA)
    #expect(answer(harness, asking).1 == refused, "the flags are for servers without keys")
    #expect(harness.gateway.counters.logonsRefused == 6)
    #expect(harness.gateway.sessionCount == 0)
  }

  @Test(arguments: [(-60_000, true), (60_000, true), (-60_001, false), (60_001, false)])
  func theClockMayBeAMinuteOff(_ milliseconds: Int, _ isTaken: Bool) throws {
    let harness = try keyed()
    let time = UInt64(Int(testStart) + milliseconds * 1_000_000)
    let bytes = signedLogon(logonMessage(key: 1, time: time), secret: secretA)
    #expect(answer(harness, bytes).0 == (isTaken ? 2 : 3))
  }

  @Test func versionsMustMeet() throws {
    let harness = Harness()
    #expect(answer(harness, frame(logonMessage(versions: 1...9))).0 == 2)
    let newer = answer(harness, frame(logonMessage(versions: 2...9)))
    #expect(newer == (3, RejectCode.unsupportedVersion.rawValue))
    let older = answer(harness, frame(logonMessage(versions: 0...0)))
    #expect(older == (3, RejectCode.unsupportedVersion.rawValue))
  }

  @Test func namesMustBeThere() throws {
    let harness = Harness()
    let malformed = RejectCode.malformed.rawValue
    #expect(answer(harness, frame(logonMessage(account: 0))) == (3, malformed))
    var message = logonMessage(session: 0)
    message.sessionIdHigh = 0
    #expect(answer(harness, frame(message)) == (3, malformed))
  }

  @Test func aSessionBelongsToItsAccount() throws {
    let harness = Harness()
    #expect(answer(harness, frame(logonMessage(session: 1, account: 7))).0 == 2)
    let other = answer(harness, frame(logonMessage(session: 1, account: 8)))
    #expect(other == (3, RejectCode.notAuthorised.rawValue))
    #expect(harness.closures[0] == nil, "the owner's connection is not touched")
  }

  @Test func theFirstFrameMustBeALogon() {
    for bytes in [
      bid(1), frame(Heartbeat(nextSequence: 1, time: 0)), frame(QueryTopology(clientRef: 1)),
    ] {
      let harness = Harness()
      harness.open(0)
      harness.receive(0, bytes)
      harness.turn()
      #expect(harness.frames(0).map(\.template) == [SessionReject.templateID])
      #expect(harness.closures[0] == .notLoggedOn)
    }
  }

  @Test func aLogonWithAWrongChecksumIsNoLogon() {
    let harness = Harness()
    harness.open(0)
    var bytes = frame(logonMessage())
    bytes[40] ^= 1
    harness.receive(0, bytes)
    harness.flush()
    #expect(harness.frames(0).map(\.template) == [SessionReject.templateID])
    #expect(harness.closures == [0: .badChecksum])
    #expect(harness.gateway.counters.badChecksums == 1 && harness.log.isEmpty)
  }

  /// The shard may ask again and again; only its own decision brings a logon on.
  @Test func aLogonWaitsForTheShard() {
    let harness = Harness()
    harness.open(0)
    harness.give(0, frame(logonMessage()) + bid(1))
    func next(mustPause: Bool = false) -> String {
      let step = harness.gateway.next(
        0, now: harness.now, admission: .open, mustPause: mustPause)
      return switch step {
      case .logon: "logon"
      case .paused: "paused"
      case .command: "command"
      default: "other"
      }
    }
    let steps = [next(), next(), next(mustPause: true), next()]
    #expect(steps == ["logon", "logon", "paused", "logon"])
    guard case .openSession(let record, _) = harness.gateway.logon(0, now: harness.now) else {
      Issue.record("a new session is opened by a record")
      return
    }
    #expect(next() == "paused", "the record is not logged yet: its session does nothing")
    harness.gateway.sessionOpened(record, time: harness.now, gate: .batch)
    harness.gateway.completeLogon(0, now: harness.now)
    #expect(next() == "command")
  }

  @Test func whileTheServerStopsNobodyLogsOn() {
    let harness = Harness()
    harness.logon(0)
    harness.gateway.drain(now: harness.now)
    harness.open(1)
    harness.receive(1, frame(logonMessage(session: 2)))
    harness.turn()
    let refusal = harness.frames(1)
    #expect(refusal.map(\.template) == [LogonReject.templateID])
    #expect(refusal.first?.message(LogonReject.self).code == RejectCode.overloaded.rawValue)
    #expect(harness.gateway.sessionCount == 1)
  }

  @Test func aLongFrameBeforeTheLogonIsNotWaitedFor() {
    let harness = Harness()
    harness.open(0)
    var bytes = bid(1)
    withUnsafeBytes(of: UInt32(8_000).littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
    harness.receive(0, bytes)
    harness.turn()
    #expect(harness.closures[0] == .badLength)
  }

  @Test func aSecondLogonIsRefusedAndTheSessionGoesOn() {
    let harness = Harness()
    harness.logon(0)
    harness.receive(0, frame(logonMessage()) + bid(1))
    harness.turn()
    let frames = harness.frames(0)
    #expect(frames.map(\.template) == [SessionReject.templateID, BidAck.templateID])
  }

  @Test func aFullLogRefusesNewSessionsAlone() {
    let harness = Harness()
    harness.logon(0, session: 1)
    harness.admission = .stopped
    let refused = answer(harness, frame(logonMessage(session: 2)))
    #expect(refused == (3, RejectCode.storageFull.rawValue))
    harness.logon(3, session: 1)
  }

  @Test func aRefusalForAFullHouseIsAFrame() {
    let harness = Harness()
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBytes {
      harness.gateway.writeRefusal(
        .overloaded,
        to: $0.start,
        now: testStart
      )
    }
    let frames = split(Array(bytes[..<count]))
    #expect(frames.map(\.template) == [LogonReject.templateID])
    #expect(frames[0].message(LogonReject.self).code == RejectCode.overloaded.rawValue)
  }
}

@Suite struct KeyFileTests {
  @Test func commentsAndBlanksAreSkipped() throws {
    #expect(try KeyFile(parsing: keyText).count == 2)
    #expect(try KeyFile(parsing: "1\t7 trader \(hex(secretA))\r\n").count == 1)
  }

  /// The same bytes in other letters: whoever signs with them is let in.
  @Test func aSecretMayBeWrittenInCapitals() throws {
    let secret = [UInt8](repeating: 0xAF, count: 16) + [UInt8](repeating: 0xBE, count: 16)
    let file = try KeyFile(parsing: "1 7 trader \(hex(secret).uppercased())")
    let harness = Harness(credentials: .keys(file))
    harness.open(0)
    harness.receive(0, signedLogon(logonMessage(key: 1), secret: secret))
    harness.turn()
    #expect(harness.frames(0).map(\.template) == [LogonAck.templateID])
  }

  @Test func nothingShowsASecret() throws {
    let file = try KeyFile(parsing: keyText)
    var dumped = ""
    dump(file, to: &dumped)
    for text in ["\(file)", String(reflecting: file), dumped] {
      #expect(!text.contains(hex(secretA).prefix(8)))
    }
    #expect("\(file)" == "KeyFile(2 keys)")
  }

  @Test(arguments: [
    ("", 0), ("# nothing\n", 0), ("1 7 trader", 1), ("1 7 trader 00 5", 1),
    ("x 7 trader \(hex(secretA))", 1),
    ("0 7 trader \(hex(secretA))", 1), ("1 0 trader \(hex(secretA))", 1),
    ("1 7 king \(hex(secretA))", 1), ("1 7 trader, \(hex(secretA))", 1), ("\n1 7 trader 0011", 2),
    ("1 7 trader \(hex(secretA))0", 1), ("1 7 trader \(hex(secretA))gg", 1),
    ("1 7 trader \(hex(secretA))\n1 8 trader \(hex(secretB))", 2),
  ])
  func aWrongLineIsNamed(_ text: String, _ line: Int) {
    let error = #expect(throws: KeyFileError.self) { try KeyFile(parsing: text) }
    #expect(error?.line == line)
    #expect(error?.description.contains(hex(secretA).prefix(8)) == false)
  }
}
