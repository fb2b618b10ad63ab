// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Where the shards are.
///
/// Sent by the server.
public struct Topology: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 320 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 16 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "Topology" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(
        name: name,
        blockLength: blockLength,
        sender: .server,
        firstGroup: GroupFacts(entryLength: 8, entryCountMax: 1024)
      )
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// The shard that answers.
  public var shard: UInt16
  /// How many shards there are.
  public var shards: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - shard: The shard that answers.
  ///   - shards: How many shards there are.
  @inlinable @_noLocks
  public init(clientRef: UInt64, shard: UInt16, shards: UInt16) {
    self.clientRef = clientRef
    self.shard = shard
    self.shards = shards
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe shard = LittleEndian.uint16(body, at: 8)
    unsafe shards = LittleEndian.uint16(body, at: 10)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(shard, body, at: 8)
    unsafe LittleEndian.store(shards, body, at: 10)
    unsafe LittleEndian.store(UInt32(0), body, at: 12)
  }
}

extension Topology {
  /// An entry of the group `endpoints`: one a shard.
  public struct Endpoint: GroupEntry {
    /// The bytes of an entry.
    @inlinable public static var entryLength: Int { @_noLocks get { 8 } }
    /// The most entries of a frame.
    @inlinable public static var entryCountMax: Int { @_noLocks get { 1024 } }

    /// IPv4, most significant byte first; 0 = the host you are connected to.
    public var address: UInt32
    /// The number of the shard.
    public var shard: UInt16
    /// TCP port of that shard.
    public var port: UInt16

    /// Makes the entry of its fields.
    ///
    /// - Parameters:
    ///   - address: IPv4, most significant byte first; 0 = the host you are connected to.
    ///   - shard: The number of the shard.
    ///   - port: TCP port of that shard.
    @inlinable @_noLocks
    public init(address: UInt32, shard: UInt16, port: UInt16) {
      self.address = address
      self.shard = shard
      self.port = port
    }

    /// Reads the entry.
    ///
    /// - Parameter body: The first byte; at least `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public init(body: UnsafeRawPointer) {
      unsafe address = LittleEndian.uint32(body, at: 0)
      unsafe shard = LittleEndian.uint16(body, at: 4)
      unsafe port = LittleEndian.uint16(body, at: 6)
    }

    /// Writes the entry, its padding as zero.
    ///
    /// - Parameter body: Where to; `entryLength` bytes, of any alignment.
    @inlinable @_noLocks
    public func write(body: UnsafeMutableRawPointer) {
      unsafe LittleEndian.store(address, body, at: 0)
      unsafe LittleEndian.store(shard, body, at: 4)
      unsafe LittleEndian.store(port, body, at: 6)
    }
  }
}

extension Topology {
  /// The group `endpoints` of a frame that the validator has passed.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The group's entries.
  @inlinable @_noLocks
  public static func endpoints(in frame: UnsafeRawPointer) -> GroupSpan {
    unsafe GroupSpan(at: FrameHeader.firstGroup(of: frame))
  }

  /// The bytes of a frame with so many entries.
  ///
  /// - Parameter endpoints: Entries of the group `endpoints`.
  /// - Returns: The frame's length.
  @inlinable @_noLocks
  public static func frameByteCount(endpoints: Int) -> Int {
    FrameHeader.byteCount + blockLength
      + Schema.groupHeaderLength + 8 * endpoints
  }
}

extension Topology {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("shard", at: 8, .uint16),
        FieldLayout("shards", at: 10, .uint16),
      ],
      [
        GroupLayout(
          "endpoints",
          [
            FieldLayout("address", at: 0, .uint32),
            FieldLayout("shard", at: 4, .uint16),
            FieldLayout("port", at: 6, .uint16),
          ]
        )
      ]
    )
  }
}
