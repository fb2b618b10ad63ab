internal import Kernel

extension SimulatedNetwork {
  /// Accepts connections from now on; each gets a place, which is the completion's result.
  ///
  /// - Parameter listener: The listener's fixed index.
  public func accept(listener: UInt32) {
    isListening = true
    perform { [self] in
      isAccepting = true
      serveAccept()
    }
  }

  /// Receives a connection's bytes from now on.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  public func receive(connection: UInt32, generation: UInt32) {
    let token = Token(.receive, index: connection, generation: generation)
    perform { [self] in
      guard let target = places[Int(connection)] else { return complete(token, -9) }
      target.receive(token)
    }
  }

  /// Stops receiving a connection's bytes.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  public func cancelReceive(connection: UInt32, generation: UInt32) {
    let token = Token(.cancel, index: connection, generation: generation)
    perform { [self] in
      let wasThere = places[Int(connection)]?.cancelReceive() ?? false
      if wasThere { counts.cancelled += 1 }
      complete(token, wasThere ? 0 : -2)
    }
  }

  /// Sends bytes; they must stay until the completion.
  ///
  /// - Parameters:
  ///   - bytes: The first.
  ///   - byteCount: How many.
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  public func send(
    _ bytes: UnsafeRawPointer, byteCount: Int, connection: UInt32, generation: UInt32
  ) {
    let token = Token(.send, index: connection, generation: generation)
    perform { [self] in
      guard let target = places[Int(connection)] else { return complete(token, -9) }
      unsafe target.send(bytes, byteCount: byteCount, token: token)
    }
  }

  /// Ends both directions of a connection, so that its other requests complete.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  public func shutdown(connection: UInt32, generation: UInt32) {
    let token = Token(.shutdown, index: connection, generation: generation)
    perform { [self] in complete(token, places[Int(connection)]?.shutDown() ?? -9) }
  }

  /// Gives a connection's place back.
  ///
  /// - Parameters:
  ///   - connection: Its place.
  ///   - generation: Which user of that place.
  public func close(connection: UInt32, generation: UInt32) {
    let token = Token(.close, index: connection, generation: generation)
    perform { [self] in
      guard let target = places[Int(connection)] else { return complete(token, -9) }
      places[Int(connection)] = nil
      // The kernel gives the place that became free last first.
      nextPlace = Int(connection)
      target.close()
      complete(token, 0)
    }
  }

  /// Reads the counter by which another thread wakes the shard.
  ///
  /// - Parameters:
  ///   - counter: Eight bytes.
  ///   - fixedIndex: The counter's fixed index.
  public func awaitWake(counter: UnsafeMutableRawPointer, fixedIndex: UInt32) {
    perform { [self] in
      unsafe wakeTarget = counter
      serveWake()
    }
  }

  /// Wakes the shard, as another thread of its process would.
  public func wake() {
    pendingWakes += 1
    perform { [self] in serveWake() }
  }

  /// The bytes of a receive buffer.
  ///
  /// - Parameter index: The buffer that a completion named.
  /// - Returns: Its first byte.
  public func receiveBuffer(_ index: UInt16) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(buffers.bytes(Int(index)))
  }

  /// Gives a receive buffer back.
  ///
  /// - Parameter index: The buffer; its bytes must not be touched any more.
  public func returnBuffer(_ index: UInt16) { buffers.giveBack(Int(index)) }
}

extension SimulatedNetwork: RingNetwork {}
