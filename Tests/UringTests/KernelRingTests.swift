import Glibc
import Kernel
import Primitives
import Testing
import Uring
import WAL

/// The kernel does what the ring asks for, on this machine.
@Suite struct KernelRingTests {
  @Test func ringsOpenAndIdle() throws {
    var harness = try RingHarness()
    #expect(harness.ring.submit() == 0)
    #expect(harness.ring.submitAndWait(nanoseconds: TimeSpan.millisecond) == 0)
  }

  @Test func ringsOfTheSizeOfAShardOpen() throws {
    let harness = try RingHarness(sizes: RingSizes())
    #expect(harness.ring.sizes.connectionSlots == 4_160)
  }

  @Test func impossibleRingsSayWhy() {
    var sizes = RingSizes.small
    sizes.receiveBuffers = 3
    let error = #expect(throws: KernelError.self) { _ = try RingHarness(sizes: sizes) }
    #expect(error?.errno == EINVAL)
    #expect(error?.description.contains("Linux 6.1") == true)
  }

  /// Write and flush are linked, from a registered buffer to a registered file.
  @Test func batchesAreWrittenAndFlushed() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("segment")
    let buffer = Block(byteCount: 16_384, filledWith: 0xAB)
    buffer.fill(4_096..<8_192, 0xCD)
    var harness = try RingHarness()
    try harness.ring.register(descriptor: file.id, fixedIndex: 2)
    try harness.ring.register(buffers: [(buffer.address, 16_384)])

    harness.ring.writeAndSync(
      buffer.address + 4_096, byteCount: 8_192, bufferIndex: 0, fixedIndex: 2, offset: 4_096)
    let done = harness.completions(of: .logSync)
    #expect(done.map(\.token.kind) == [.logWrite, .logSync])
    #expect(done.map(\.result) == [8_192, 0])

    let back = Block(byteCount: 16_384, filledWith: 0xFF)
    let count = try storage.read(file, into: back.address, byteCount: 16_384, at: 0)
    #expect(count == 12_288)
    #expect(back.bytes(0..<4_096).allSatisfy { $0 == 0 })
    #expect(back.bytes(4_096..<8_192).allSatisfy { $0 == 0xCD })
    #expect(back.bytes(8_192..<12_288).allSatisfy { $0 == 0xAB })
    storage.close(file)
  }

  /// A write that fails takes the linked flush with it: nothing is called durable by mistake.
  @Test func aFailedWriteCancelsItsFlush() throws {
    let buffer = Block(byteCount: 4_096)
    var harness = try RingHarness()
    try harness.ring.register(buffers: [(buffer.address, 4_096)])
    harness.ring.writeAndSync(
      buffer.address, byteCount: 4_096, bufferIndex: 0, fixedIndex: 2, offset: 0)
    let done = harness.completions(of: .logSync)
    #expect(done.first { $0.token.kind == .logWrite }?.result == -EBADF)
    #expect(done.first { $0.token.kind == .logSync }?.result == -ECANCELED)
  }

  @Test func zerosForANextSegmentGoTheSameWay() throws {
    let folder = TemporaryFolder()
    var storage = try DirectStorage(path: folder.path, memory: .heap)
    let file = try storage.create("segment")
    let zeros = Block(byteCount: 8_192)
    var harness = try RingHarness()
    try harness.ring.register(descriptor: file.id, fixedIndex: 3)
    try harness.ring.register(buffers: [(zeros.address, 8_192)])
    harness.ring.prepareWrite(
      zeros.address, byteCount: 8_192, bufferIndex: 0, fixedIndex: 3, offset: 0)
    #expect(try harness.completion(of: .prepareWrite).result == 8_192)
    harness.ring.prepareSync(fixedIndex: 3)
    #expect(try harness.completion(of: .prepareSync).result == 0)
    storage.close(file)
  }

  @Test func anotherThreadsSignalWakesASleeper() throws {
    let counter = Block(byteCount: 8)
    let wakeUp = try WakeUp()
    var harness = try RingHarness()
    try harness.ring.register(descriptor: wakeUp.descriptor, fixedIndex: 1)
    harness.ring.awaitWake(counter: counter.address, fixedIndex: 1)
    #expect(harness.ring.submit() == 0)
    wakeUp.signal()
    wakeUp.signal()
    #expect(try harness.completion(of: .wake).result == 8)
    #expect(counter.address.load(as: UInt64.self) == 2)
  }
}

/// Connections live in the table of registered files: they need no descriptors of the process.
@Suite struct ConnectionTests {
  private func listening(
    _ harness: inout RingHarness
  ) throws -> Listener {
    let listener = try Listener(address: 0x7F00_0001, port: 0)
    try harness.ring.register(descriptor: listener.descriptor, fixedIndex: 0)
    harness.ring.accept(listener: 0)
    #expect(harness.ring.submit() == 0)
    return listener
  }

  @Test func bytesGoBothWays() throws {
    var harness = try RingHarness()
    let listener = try listening(&harness)
    let peer = try Peer(port: listener.port)
    let accepted = try harness.completion(of: .accept)
    #expect(accepted.hasMore)
    let connection = UInt32(accepted.result)

    harness.ring.receive(connection: connection, generation: 5)
    #expect(harness.ring.submit() == 0)
    peer.send(Array("a bid".utf8))
    let received = try harness.completion(of: .receive)
    #expect(received.result == 5)
    #expect(received.token.index == connection)
    #expect(received.token.generation == 5)
    let buffer = try #require(received.bufferIndex)
    let bytes = UnsafeRawBufferPointer(start: harness.ring.receiveBuffer(buffer), count: 5)
    #expect(String(decoding: bytes, as: UTF8.self) == "a bid")
    harness.ring.returnBuffer(buffer)

    let answer = Block(byteCount: 16, filledWith: UInt8(ascii: "y"))
    harness.ring.send(answer.address, byteCount: 16, connection: connection, generation: 5)
    #expect(try harness.completion(of: .send).result == 16)
    #expect(peer.receive(16) == [UInt8](repeating: UInt8(ascii: "y"), count: 16))
  }

  @Test func oneRequestAcceptsManyConnections() throws {
    var harness = try RingHarness()
    let listener = try listening(&harness)
    var places: Set<Int32> = []
    var peers: [Peer] = []
    for _ in 0..<4 {
      peers.append(try Peer(port: listener.port))
      let accepted = try harness.completion(of: .accept)
      #expect(accepted.result >= 0 && accepted.result < 8)
      #expect(places.insert(accepted.result).inserted)
    }
    #expect(peers.count == 4)
  }

  @Test func buffersThatComeBackAreUsedAgain() throws {
    var harness = try RingHarness()
    let listener = try listening(&harness)
    let peer = try Peer(port: listener.port)
    let connection = UInt32(try harness.completion(of: .accept).result)
    harness.ring.receive(connection: connection, generation: 0)
    for round in 0..<64 {
      peer.send([UInt8](repeating: UInt8(round), count: 100))
      let received = try harness.completion(of: .receive)
      let buffer = try #require(received.bufferIndex, "round \(round)")
      #expect(received.result == 100)
      #expect(harness.ring.receiveBuffer(buffer).load(as: UInt8.self) == UInt8(round))
      if !received.hasMore { harness.ring.receive(connection: connection, generation: 0) }
      harness.ring.returnBuffer(buffer)
    }
  }

  @Test func theEndOfAStreamIsSeen() throws {
    var harness = try RingHarness()
    let listener = try listening(&harness)
    let peer = try Peer(port: listener.port)
    let connection = UInt32(try harness.completion(of: .accept).result)
    harness.ring.receive(connection: connection, generation: 0)
    peer.endSending()
    let ended = try harness.completion(of: .receive)
    #expect(ended.result == 0)
    #expect(!ended.hasMore)
  }

  @Test func aConnectionShutsDownAndItsPlaceIsFreeAgain() throws {
    var sizes = RingSizes.small
    sizes.connectionSlots = 1
    var harness = try RingHarness(sizes: sizes)
    let listener = try listening(&harness)
    for generation in 0..<3 as Range<UInt32> {
      let peer = try Peer(port: listener.port)
      let accepted = try harness.completion(of: .accept)
      #expect(accepted.result == 0)
      harness.ring.receive(connection: 0, generation: generation)
      harness.ring.shutdown(connection: 0, generation: generation)
      let done = harness.completions(of: .receive, .shutdown)
      #expect(done.contains { $0.token.kind == .shutdown && $0.result == 0 })
      #expect(peer.receive(1).isEmpty)
      harness.ring.close(connection: 0, generation: generation)
      #expect(try harness.completion(of: .close).token.generation == generation)
      if !accepted.hasMore { harness.ring.accept(listener: 0) }
    }
  }

  @Test func receivingCanBeCancelled() throws {
    var harness = try RingHarness()
    let listener = try listening(&harness)
    let peer = try Peer(port: listener.port)
    let connection = UInt32(try harness.completion(of: .accept).result)
    harness.ring.receive(connection: connection, generation: 9)
    #expect(harness.ring.submit() == 0)
    harness.ring.cancelReceive(connection: connection, generation: 9)
    let done = harness.completions(of: .receive)
    let stopped = try #require(done.last { $0.token.kind == .receive })
    #expect(stopped.result == -ECANCELED)
    #expect(!stopped.hasMore)
    peer.send([1])
  }

  @Test func aPortThatIsTakenIsNamed() throws {
    let listener = try Listener(address: 0x7F00_0001, port: 0)
    #expect(listener.port != 0)
    let port = listener.port
    let error = #expect(throws: KernelError.self) {
      _ = try Listener(address: 0x7F00_0001, port: port)
    }
    #expect(error?.errno == EADDRINUSE)
    #expect(error?.description.contains("--port") == true)
  }
}

/// The 64 bits that come back with a completion.
@Suite struct TokenTests {
  @Test func tokensKeepTheirParts() {
    var generator = SeededGenerator(seed: 1)
    let kinds: [RequestKind] = [.accept, .receive, .send, .logWrite, .prepareSync]
    for kind in kinds {
      for _ in 0..<1_000 {
        let index = UInt32(truncatingIfNeeded: generator.next())
        let generation = UInt32(truncatingIfNeeded: generator.next()) & 0xFF_FFFF
        let token = Token(raw: Token(kind, index: index, generation: generation).raw)
        #expect(token.kind == kind)
        #expect(token.index == index)
        #expect(token.generation == generation)
      }
    }
    #expect(Token(raw: 0).kind == nil)
  }
}
