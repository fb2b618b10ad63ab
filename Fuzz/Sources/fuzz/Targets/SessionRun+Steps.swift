import Crypto
import Gateway
import Primitives
import Wire

/// The keys of a server that wants signatures.
enum SessionKeys {
  static let secret = [UInt8](repeating: 0xAB, count: 16)
  static let file: KeyFile = {
    let digits = String(repeating: "ab", count: 16)
    let lines = (1...3).map { "\($0) \($0) \($0 == 3 ? "operator" : "trader") \(digits)" }
    do throws(KeyFileError) {
      return try KeyFile(parsing: lines.joined(separator: "\n"))
    } catch { fatalError("\(error)") }
  }()
}

extension SessionRun {
  /// A logon of one of a few sessions, cut anywhere.
  mutating func logon(_ script: inout Script) {
    let c = script.below(Self.connectionCount)
    let who = UInt64(script.byte())
    let next = UInt64(script.byte())
    let cut = script.byte()
    let account = 1 + who % 3
    let message = Logon(
      sessionIdHigh: 9, sessionIdLow: 1 + who % 5, accountId: account, apiKeyId: account,
      authTag: .zero, clientTime: who < 250 ? now : 5, nextServerSequence: next,
      nextClientSequence: 1, keepaliveMs: 1_000, minVersion: who == 249 ? 2 : 1,
      maxVersion: who == 248 ? 0 : 1, flags: 0)
    var bytes = frame(message)
    if case .keys = credentials, who < 240 { sign(&bytes) }
    send(c, bytes, cut: cut)
  }

  private func sign(_ bytes: inout [UInt8]) {
    for place in 4..<8 { bytes[place] = 0 }
    let tag = HMAC<SHA256>.authenticationCode(
      for: bytes, using: SymmetricKey(data: SessionKeys.secret))
    bytes.replaceSubrange(56..<88, with: tag)
    bytes.withUnsafeMutableBytes { FrameHeader.seal($0.start, sequence: 0) }
  }

  /// A command with the next number of its session, or one near it.
  mutating func command(_ script: inout Script) {
    let c = script.below(Self.connectionCount)
    let kind = script.byte()
    let delta = script.byte()
    let cut = script.byte()
    let place = wires[c].session ?? 0
    let account = 1 + UInt64(kind >> 4) % 3
    var sequence = nextSequence[place] &+ UInt64(delta & 63)
    if delta & 63 != 0 { sequence &-= 1 }
    if delta & 64 != 0 { sequence = sequence << 55 }
    if delta & 128 == 0 { nextSequence[place] = sequence &+ 1 }
    send(c, Requests.command(kind & 15, account, count: Int(delta), sequence), cut: cut)
  }

  /// A frame of any bytes with a right length, schema and checksum.
  mutating func anyFrame(_ script: inout Script) {
    let c = script.below(Self.connectionCount)
    let template = script.word16()
    let byteCount = 24 + 8 * Int(script.byte())
    let isSequenced = script.byte() & 1 != 0
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let body = script.take(Int(script.byte()))
    for (index, byte) in body.prefix(byteCount - 24).enumerated() { bytes[24 + index] = byte }
    let known = MessageCatalogue.facts(of: template)?.blockLength ?? byteCount - 24
    let place = wires[c].session ?? 0
    bytes.withUnsafeMutableBytes {
      FrameHeader.begin(
        $0.start, byteCount: byteCount, templateID: template, blockLength: known)
      FrameHeader.seal($0.start, sequence: isSequenced ? nextSequence[place] : 0)
    }
    send(c, bytes, cut: 255)
  }

  /// A frame about the session, or a query.
  mutating func control(_ script: inout Script) {
    let c = script.below(Self.connectionCount)
    let kind = script.byte()
    let cut = script.byte()
    send(c, Requests.control(kind & 15, UInt64(kind >> 4), now: now), cut: cut)
  }

  /// Any bytes.
  mutating func rawBytes(_ script: inout Script) {
    let c = script.below(Self.connectionCount)
    send(c, Array(script.take(Int(script.byte()))), cut: 255)
  }

  mutating func pass(_ choice: UInt8) {
    let milliseconds: [UInt64] = [0, 1, 100, 1_100, 5_100, 16_000, 70_000, 90_000_000]
    now += milliseconds[Int(choice & 7)] * TimeSpan.millisecond
    gateway.onTick(now: now)
  }

  mutating func seal() {
    guard sealedBatch == releasedBatch else { return }
    sealedBatch += 1
    gateway.sealTurn(batch: sealedBatch)
    // Planted: acknowledged before it is flushed.
    if isPlanted { gateway.released(throughBatch: sealedBatch) }
  }

  mutating func release() {
    guard sealedBatch > releasedBatch else { return }
    releasedBatch = sealedBatch
    gateway.released(throughBatch: sealedBatch)
  }

  /// Sends what may leave, a part of each at a time when there is a limit.
  mutating func flush(limit: UInt8) {
    var sendCount = 0
    while let c = gateway.takeSendable(), sendCount < 200 {
      sendCount += 1
      guard let order = gateway.nextSend(c) else { continue }
      let count = limit == 0 ? order.byteCount : min(Int(limit) * 7, order.byteCount)
      check(wires[c].isOpen, "a closed connection has something to send")
      wires[c].output += UnsafeRawBufferPointer(start: order.bytes, count: count)
      lookAt(c)
      gateway.sent(c, byteCount: count)
    }
    check(sendCount < 200 || limit != 0, "sending never ends")
    while let c = gateway.takeResumable() { resume(c) }
    while let (c, _) = gateway.takeClosure() { close(c) }
  }

  private mutating func resume(_ c: Int) {
    guard wires[c].isOpen else { return }
    wires[c].isPaused = false
    serve(c)
    if !wires[c].isPaused { send(c, [], cut: 255) }
  }

  /// A notice of any length for a session that there is or was.
  mutating func notice(_ script: inout Script) {
    let choice = script.byte()
    let place = Int(choice & 3)
    let extra = Int(script.byte() % 100) * 8
    let handle =
      choice & 64 != 0 || place >= ledgers.count
      ? SessionHandle(index: UInt16(place), generation: 9)
      : ledgers[place]?.handle ?? SessionHandle(index: UInt16(place), generation: 1)
    deliver(handle, Replies.notice(UInt64(choice), extra: extra))
  }

  mutating func setMood(_ choice: UInt8) {
    admission = [.open, .open, .reserveOnly, .stopped][Int(choice & 3)]
    refusesCommands = choice & 12 == 12
    mustPause = choice & 48 == 48
    guard !mustPause else { return }
    for c in 0..<Self.connectionCount where wires[c].isPaused { resume(c) }
  }

  /// The server ends; only a restart follows.
  mutating func end(_ choice: UInt8) {
    guard choice & 3 == 3, !hasEnded else { return }
    hasEnded = true
    if choice & 4 == 0 { gateway.drain(now: now) } else { gateway.logFailed(now: now) }
    for c in 0..<Self.connectionCount where wires[c].isOpen { wires[c].isClosing = true }
  }

  mutating func snapshot(_ choice: UInt8) {
    if !gateway.isSnapshotRunning {
      gateway.beginSnapshot()
      return
    }
    let room = choice & 1 == 0 ? 4_200 : 16_384
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 8)
    defer { buffer.deallocate() }
    let written = gateway.writeSnapshot(into: buffer, room: room)
    check(written <= room, "a snapshot's piece is too long")
    if gateway.isSnapshotWritten || gateway.hasSnapshotOverflowed { gateway.endSnapshot() }
  }
}
