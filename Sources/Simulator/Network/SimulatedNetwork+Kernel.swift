internal import Kernel
internal import Primitives

extension SimulatedNetwork {
  /// Does something for the ring a moment later, behind what it asked for before.
  func perform(_ operation: @escaping () -> Void) {
    let due = max(lastOperationTime, world.now + 200 + chance.below(1_000))
    lastOperationTime = due
    let ring = ringNumber
    world.scheduleForLife(after: due - world.now) { [weak self] in
      guard let self, ringNumber == ring else { return }
      operation()
    }
  }

  func serveAccept() {
    while isAccepting, !backlog.isEmpty {
      let connection = backlog.removeFirst()
      guard let place = freePlace() else {
        // The kernel accepts, finds no place and drops the connection.
        counts.noPlace += 1
        isAccepting = false
        connection.close()
        return complete(Token(.accept), -23)
      }
      places[place] = connection
      nextPlace = place + 1
      counts.accepted += 1
      isAccepting = !endsEarly()
      complete(Token(.accept), Int32(place), hasMore: isAccepting)
    }
  }

  private func freePlace() -> Int? {
    let start = nextPlace < places.count ? nextPlace : 0
    for place in start..<places.count where places[place] == nil { return place }
    for place in 0..<start where places[place] == nil { return place }
    return nil
  }

  func serveWake() {
    guard pendingWakes > 0, let target = unsafe wakeTarget else { return }
    unsafe target.storeBytes(of: pendingWakes, as: UInt64.self)
    unsafe wakeTarget = nil
    pendingWakes = 0
    complete(Token(.wake), 8)
  }

  func complete(
    _ token: Token, _ result: Int32, hasMore: Bool = false, bufferIndex: UInt16? = nil
  ) {
    trace(token.raw, UInt64(bitPattern: Int64(result)))
    world.complete(
      Completion(token: token, result: result, hasMore: hasMore, bufferIndex: bufferIndex))
  }

  func takeBuffer() -> UInt16? { buffers.take().map { UInt16($0) } }

  var receiveBufferByteCount: Int { buffers.byteCount }

  func fill(_ buffer: UInt16, with bytes: [UInt8]) { buffers.fill(Int(buffer), with: bytes) }
}

extension SimulatedNetwork {
  func happens(_ perMille: UInt64) -> Bool {
    perMille > 0 && chance.below(1_000) < perMille
  }

  func endsEarly() -> Bool {
    guard happens(faults.endsEarlyPerMille) else { return false }
    counts.endedEarly += 1
    return true
  }

  /// How many bytes of a send the server's socket takes at once.
  func sendByteCount(_ most: Int) -> Int {
    guard most > 1, happens(faults.partialSendPerMille) else { return most }
    counts.partialSends += 1
    return 1 + Int(chance.below(UInt64(most - 1)))
  }

  /// How many bytes go together.
  func pieceByteCount(_ most: Int) -> Int {
    guard most > 1, happens(faults.splitPerMille) else { return most }
    counts.splits += 1
    return 1 + Int(chance.below(UInt64(most - 1)))
  }

  /// When a piece that leaves now arrives; never before the one ahead of it.
  func arrivalTime(notBefore earliest: Nanoseconds) -> Nanoseconds {
    var delay = faults.delayNsMin + chance.below(faults.delayNsSpread + 1)
    if happens(faults.slowPerMille) {
      counts.slowPieces += 1
      delay += chance.below(faults.slowNsMax)
    }
    if happens(faults.stallPerMille) {
      counts.stalls += 1
      delay += chance.below(faults.stallNsMax)
    }
    return max(earliest, world.now + delay)
  }

  func schedule(at time: Nanoseconds, _ action: @escaping () -> Void) {
    world.schedule(after: time > world.now ? time - world.now : 0, action)
  }

  func count(_ byteCount: Int, toServer: Bool) {
    if toServer {
      counts.bytesToServer += UInt64(byteCount)
    } else {
      counts.bytesToClients += UInt64(byteCount)
    }
  }

  func trace(_ number: UInt64, _ piece: Piece, _ toServer: Bool) {
    switch piece {
    case .bytes(let bytes):
      let sum = unsafe bytes.withUnsafeBytes { raw in
        unsafe raw.baseAddress.map { unsafe CRC32C.checksum($0, byteCount: raw.count) } ?? 0
      }
      trace(number << 1 | (toServer ? 1 : 0), UInt64(sum) << 32 | UInt64(bytes.count))
    case .end: trace(number, 0xE0)
    case .reset: trace(number, 0xE1)
    }
  }

  func trace(_ first: UInt64, _ second: UInt64) {
    traceHash = mix64(traceHash ^ mix64(first ^ mix64(second ^ world.now)))
  }
}
