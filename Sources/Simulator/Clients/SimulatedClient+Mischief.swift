internal import Primitives
internal import Wire

extension SimulatedClient {
  private func happens(_ rate: UInt64) -> Bool { rate > 0 && chance.below(10_000) < rate }

  /// Does what its manners let it do now.
  func misbehave() {
    if happens(manners.breaksOff) { return drop() }
    if happens(manners.doubles) { return connect() }
    if happens(manners.goesDeaf) { goDeaf() }
    if hasBabbled { return }
    if happens(manners.logsOut) { say(FrameBytes.make(Logout(time: world.now, code: 0))) }
    if happens(manners.repeats) { repeatRequest() }
    if happens(manners.skips) { nextSequence += 1 + chance.below(4) }
    if happens(manners.rewinds) { rewind() }
    if happens(manners.misspeaks) { misspeak() }
    if happens(manners.babbles) { babble() }
  }

  /// Sends a request: now, or behind the next one; then its number is one that was left out.
  func sayInSomeOrder(_ frame: [UInt8]) {
    if heldBack == nil, happens(manners.reorders) {
      heldBack = frame
      return
    }
    say(frame)
    sayHeldBack()
  }

  /// Sends what was held back, where no other request came.
  func sayHeldBack() {
    guard let frame = heldBack, isOpen, !hasBabbled else { return }
    heldBack = nil
    say(frame)
  }

  private func goDeaf() {
    guard let link else { return }
    link.isReading = false
    world.schedule(after: chance.below(manners.deafNsMax)) { [weak link] in
      link?.isReading = true
    }
  }

  /// Sends a request again that is open or decided; one that was refused may not be.
  private func repeatRequest() {
    let open = ledger.open(in: session).filter { ledger.requests[$0].sequence > 0 }
    if let index = open.last, chance.below(2) == 0 { return sendAgain(index) }
    let decided = ledger.requests.indices.suffix(200).filter {
      guard ledger.requests[$0].session == session else { return false }
      if case .decided = ledger.requests[$0].outcome { return true }
      return false
    }
    guard !decided.isEmpty else { return }
    sendAgain(decided[Int(chance.below(UInt64(decided.count)))])
  }

  private func rewind() {
    let first = chance.below(nextServerSequence + 2)
    let count = chance.below(3) == 0 ? 0 : 1 + chance.below(20)
    say(
      FrameBytes.make(
        ResendRequest(requestId: chance.next(), fromSequence: first, count: count)))
  }

  /// Sends a whole frame with the right checksum that no server takes.
  private func misspeak() {
    let ref = takeRef()
    switch chance.below(5) {
    case 0: say(FrameBytes.make(placeBid(ref)))
    case 1: say(FrameBytes.make(placeBid(ref), sequence: 1 << 63 | chance.next()))
    case 2: say(FrameBytes.make(Tick(reserved: ref)))
    case 3: say(changed(placeBid(ref), at: 20, to: UInt8(chance.below(250))))
    default: say(changed(placeBid(ref), at: 16, to: 8))
    }
  }

  /// Sends bytes that are no frame; the server ends the connection.
  private func babble() {
    hasBabbled = true
    var bytes = FrameBytes.make(placeBid(takeRef()), sequence: nextSequence)
    switch chance.below(3) {
    case 0: bytes[Int(8 + chance.below(UInt64(bytes.count - 8)))] ^= UInt8(1 + chance.below(255))
    case 1: bytes[0] ^= 1 + UInt8(chance.below(7))
    default: bytes = (0..<200).map { _ in UInt8(truncatingIfNeeded: chance.next()) | 1 }
    }
    say(bytes)
  }

  private func placeBid(_ ref: UInt64) -> PlaceBid {
    PlaceBid(
      clientRef: ref, auctionId: 1, bidderId: identity.account, amount: 1, ifRevision: 0,
      clientTime: 0, deviceTag: 0, kind: 0, flags: 0, currency: 840)
  }

  private func changed(_ message: PlaceBid, at offset: Int, to byte: UInt8) -> [UInt8] {
    var bytes = FrameBytes.make(message)
    bytes[offset] = byte
    FrameBytes.seal(&bytes)
    return bytes
  }
}
