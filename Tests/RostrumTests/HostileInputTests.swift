import Client
import Foundation
import Primitives
import Testing
import Wire

extension ProcessTests {
  /// Whatever arrives on a socket gets its documented answer and harms nobody else.
  @Suite struct HostileInputTests {
    /// A server, and a client that must never notice anything.
    private struct Scene {
      let server: TestServer
      let good: Lane
      let auction: UInt64

      init(options: [String] = []) throws {
        server = try TestServer(options: TestServer.smallOptions + options)
        try server.start()
        good = Lane(port: server.port, account: 900)
        auction = try good.create(hourLongDraft())
      }

      /// A connection with a session of its own.
      func session(_ number: UInt64) throws -> RawConnection {
        let connection = try RawConnection(port: server.port)
        connection.send(frameBytes(insecureLogon(account: 500, session: number)))
        guard connection.next(LogonAck.self) != nil else { throw TestFailure("no log-on") }
        return connection
      }

      func bid(_ number: Int64) throws {
        let bid = placeBid(auction, by: 1 + UInt64(number % 2), 100 + 1_000 * number)
        #expect(try good.ask(bid, for: BidAck.self).leaderId == bid.bidderId)
      }

      func finish() throws {
        #expect(good.connection.lostCount == 0)
        #expect(try server.stop().status == 0)
      }
    }

    /// Frames that end a connection, with and without a log-on before them.
    private static func fatal() -> [(name: String, bytes: [UInt8])] {
      let good = frameBytes(QueryTopology(clientRef: 1))
      func length(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) } + good[4...]
      }
      var badSum = good
      badSum[4] ^= 1
      var badBody = good
      badBody[good.count - 1] ^= 0x80
      return [
        ("no length", length(0)), ("short", length(16)), ("not of eights", length(28)),
        ("too long", length(65_544)), ("longest number", length(.max)),
        ("checksum", badSum), ("body", badBody),
        ("text", Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
        ("zeros", [UInt8](repeating: 0, count: 4_096)),
        ("ones", [UInt8](repeating: 0xFF, count: 4_096)),
      ]
    }

    @Test func brokenStreamsAreAnsweredAndClosed() throws {
      let scene = try Scene()
      for (index, (name, bytes)) in Self.fatal().enumerated() {
        let connection = try scene.session(UInt64(1_000 + index))
        connection.send(bytes)
        let reject = connection.next(SessionReject.self)
        #expect(reject?.code == RejectCode.malformed.rawValue, "\(name)")
        #expect(connection.isClosed(), "\(name)")
        let stranger = try RawConnection(port: scene.server.port)
        stranger.send(bytes)
        #expect(stranger.isClosed(), "\(name), before the log-on")
        try scene.bid(Int64(index))
      }
      try scene.finish()
    }

    @Test func firstFrameMustBeALogon() throws {
      let scene = try Scene()
      let stranger = try RawConnection(port: scene.server.port)
      stranger.send(frameBytes(QueryTopology(clientRef: 1)))
      #expect(stranger.next(SessionReject.self)?.code == RejectCode.notAuthorised.rawValue)
      #expect(stranger.isClosed())
      try scene.bid(1)
      try scene.finish()
    }

    @Test func wrongFramesOfAGoodStreamAreRefusedAlone() throws {
      let scene = try Scene()
      let connection = try scene.session(1)
      var unknown = frameBytes(QueryTopology(clientRef: 1))
      unknown[18] = 0xF0
      connection.send(resealed(unknown))
      #expect(connection.next(SessionReject.self)?.code == RejectCode.unknownTemplate.rawValue)
      var version = frameBytes(QueryTopology(clientRef: 1))
      version[22] = 9
      connection.send(resealed(version))
      #expect(connection.next(SessionReject.self)?.code == RejectCode.unsupportedVersion.rawValue)
      let server = frameBytes(Tick(reserved: 0))
      connection.send(server)
      #expect(connection.next(SessionReject.self)?.code == RejectCode.unknownTemplate.rawValue)
      var bid = placeBid(scene.auction, by: 500, 200)
      bid.kind = 77
      connection.send(frameBytes(bid, sequence: 1))
      #expect(connection.next(Reject.self)?.code == RejectCode.malformed.rawValue)
      bid.kind = 0
      connection.send(frameBytes(bid, sequence: 2))
      #expect(connection.next(BidAck.self)?.bidderId == 500)
      try scene.finish()
    }

    @Test func slowAndSplitInputIsTakenAsItComes() throws {
      let scene = try Scene()
      let connection = try RawConnection(port: scene.server.port)
      let bid = frameBytes(placeBid(scene.auction, by: 500, 300), sequence: 1)
      let stream = frameBytes(insecureLogon(account: 500, session: 9)) + bid
      var sign: Int32 = 1
      setsockopt(connection.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &sign, 4)
      for (index, byte) in stream.enumerated() {
        connection.send([byte])
        if index % 8 == 0 { usleep(200) }
      }
      #expect(connection.next(BidAck.self)?.bidderId == 500)
      try scene.finish()
    }

    @Test func halfFramesAndSilenceCostNobodyAnything() throws {
      let scene = try Scene()
      let half = Array(frameBytes(insecureLogon(account: 500, session: 9)).prefix(60))
      let connections = try (0..<50).map { index in
        let connection = try RawConnection(port: scene.server.port)
        if index % 2 == 0 { connection.send(half) }
        return connection
      }
      for number in 1...50 { try scene.bid(Int64(number)) }
      #expect(connections[0].isClosed(milliseconds: 15_000), "half a log-on is closed in time")
      #expect(connections[1].isClosed(milliseconds: 5_000), "silence before a log-on too")
      try scene.finish()
    }

    @Test func garbageAndIdleSessionsHarmNobody() throws {
      let flood = try Flood()
      try flood.fillWithIdleSessions(1_000)
      let quiet = try flood.bid(count: 300, garbage: 0)
      let noisy = try flood.bid(count: 300, garbage: 200)
      note("one bid at a time, p99: \(quiet.p99Us) us quiet, \(noisy.p99Us) us with garbage")
      #expect(noisy.answered == 300)
      let memoryBefore = try flood.server.memoryKiB("VmRSS")
      for _ in 0..<4 {
        let wave = try flood.bid(count: 100, garbage: 200)
        #expect(wave.answered == 100)
      }
      let grown = try flood.server.memoryKiB("VmRSS") - memoryBefore
      note("800 more garbage connections: \(grown) KiB more resident")
      #expect(grown < 16_384, "grown by \(grown) KiB")
      #expect(flood.good.connection.lostCount == 0)
      #expect(flood.idleCount == 1_000, "an idle session with heartbeats stays")
      #expect(try flood.server.stop().status == 0)
    }
  }
}

/// A good client among idle sessions and connections that send garbage.
final class Flood {
  let server: TestServer
  let good: Lane
  private let auction: UInt64
  private var idle: [RawConnection] = []
  private var garbage: [RawConnection] = []
  private var random = SeededGenerator(seed: 0x6A5B)
  private var bidNumber: Int64 = 0

  init() throws {
    Flood.raiseDescriptorLimit()
    server = try TestServer()
    try server.start()
    good = Lane(port: server.port, account: 900)
    auction = try good.create(hourLongDraft())
  }

  /// A thousand sockets need more descriptors than a shell gives.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 8_192)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  func fillWithIdleSessions(_ count: Int) throws {
    for number in 0..<count {
      let connection = try RawConnection(port: server.port)
      // A keepalive of a minute: they may be silent for the whole test.
      let logon = insecureLogon(
        account: 500 + UInt64(number), session: UInt64(number + 1), keepaliveMs: 60_000)
      connection.send(frameBytes(logon))
      idle.append(connection)
    }
    for connection in idle where connection.next(LogonAck.self) == nil {
      throw TestFailure("an idle session was not opened")
    }
  }

  /// The idle sessions that are still there.
  var idleCount: Int {
    idle.filter { connection in
      connection.send(frameBytes(Heartbeat(nextSequence: 1, time: 1)))
        && !connection.isClosed(milliseconds: 0)
    }.count
  }

  /// Bids one at a time while connections come, send garbage and are replaced.
  func bid(count: Int, garbage wanted: Int) throws -> (answered: Int, p99Us: UInt64) {
    var times: [UInt64] = []
    for index in 0..<count {
      if wanted > 0, garbage.count < wanted || index % 4 == 0 { try sendGarbage(keep: wanted) }
      bidNumber += 1
      let bidder = 1 + UInt64(bidNumber % 2)
      let start = SystemTime.monotonic()
      let ack = try good.ask(placeBid(auction, by: bidder, 20_000 * bidNumber), for: BidAck.self)
      times.append((SystemTime.monotonic() - start) / 1_000)
      guard ack.leaderId == bidder else { throw TestFailure("a bid was not decided right") }
    }
    garbage = []
    times.sort()
    return (times.count, times[times.count * 99 / 100])
  }

  private func sendGarbage(keep: Int) throws {
    if garbage.count >= keep { garbage.removeFirst() }
    let connection = try RawConnection(port: server.port)
    if random.below(2) == 0 {
      connection.send(
        frameBytes(insecureLogon(account: 400, session: 100_000 + random.below(200))))
    }
    connection.send(garbageBytes())
    garbage.append(connection)
  }

  /// Noise, a frame that lies about itself, a broken one, or the start of one that never ends.
  private func garbageBytes() -> [UInt8] {
    var frame = frameBytes(placeBid(auction, by: 1, 5), sequence: 1)
    switch random.below(5) {
    case 0: return (0..<Int(64 + random.below(8_000))).map { _ in UInt8(random.below(256)) }
    case 1: frame[Int(random.below(UInt64(frame.count)))] ^= UInt8(1 + random.below(255))
    case 2: frame = resealedGarbage(frame)
    case 3:
      frame[1] = 0xF8
      return frame + [UInt8](repeating: 1, count: Int(random.below(60_000)))
    default: return Array(frame.prefix(Int(random.below(UInt64(frame.count)))))
    }
    return frame
  }

  /// A frame whose checksum is right and whose inside is not.
  private func resealedGarbage(_ frame: [UInt8]) -> [UInt8] {
    var copy = frame
    for _ in 0..<4 {
      let place = 8 + Int(random.below(UInt64(copy.count - 8)))
      copy[place] = UInt8(random.below(256))
    }
    return resealed(copy)
  }
}
