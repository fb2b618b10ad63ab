// Made by protocol/generate.py from protocol/rostrum.xml: change the schema, not this file.

/// Records a step of a payment; not served yet: it gets Reject 34.
///
/// Sent by the client.
public struct SettlePayment: WireMessage {
  /// The message's number on the wire.
  @inlinable public static var templateID: UInt16 { @_noLocks get { 130 } }
  /// The bytes of the fixed part.
  @inlinable public static var blockLength: Int { @_noLocks get { 56 } }
  /// The message's name in the schema.
  @inlinable public static var name: StaticString { @_noLocks get { "SettlePayment" } }
  /// What a check of a frame needs to know.
  @inlinable public static var facts: MessageFacts {
    @_noLocks get {
      MessageFacts(name: name, blockLength: blockLength, sender: .client)
    }
  }

  /// The client's own number for the request; comes back in its reply.
  public var clientRef: UInt64
  /// Shard (10 bits), generation (22 bits), slot (32 bits).
  public var auctionId: UInt64
  /// The account that pays.
  public var payerId: UInt64
  /// Minor units.
  public var amount: Int64
  /// First half of the provider's own name for the payment.
  public var providerRefHigh: UInt64
  /// Second half.
  public var providerRefLow: UInt64
  /// The step that is recorded (a `SettlementStatus`).
  public var status: UInt8
  /// ISO 4217 number.
  public var currency: UInt16

  /// Makes the message of its fields.
  ///
  /// - Parameters:
  ///   - clientRef: The client's own number for the request; comes back in its reply.
  ///   - auctionId: Shard (10 bits), generation (22 bits), slot (32 bits).
  ///   - payerId: The account that pays.
  ///   - amount: Minor units.
  ///   - providerRefHigh: First half of the provider's own name for the payment.
  ///   - providerRefLow: Second half.
  ///   - status: The step that is recorded (a `SettlementStatus`).
  ///   - currency: ISO 4217 number.
  @inlinable @_noLocks
  public init(
    clientRef: UInt64,
    auctionId: UInt64,
    payerId: UInt64,
    amount: Int64,
    providerRefHigh: UInt64,
    providerRefLow: UInt64,
    status: UInt8,
    currency: UInt16
  ) {
    self.clientRef = clientRef
    self.auctionId = auctionId
    self.payerId = payerId
    self.amount = amount
    self.providerRefHigh = providerRefHigh
    self.providerRefLow = providerRefLow
    self.status = status
    self.currency = currency
  }

  /// Reads the message.
  ///
  /// - Parameter body: The first byte; at least `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public init(body: UnsafeRawPointer) {
    unsafe clientRef = LittleEndian.uint64(body, at: 0)
    unsafe auctionId = LittleEndian.uint64(body, at: 8)
    unsafe payerId = LittleEndian.uint64(body, at: 16)
    unsafe amount = LittleEndian.int64(body, at: 24)
    unsafe providerRefHigh = LittleEndian.uint64(body, at: 32)
    unsafe providerRefLow = LittleEndian.uint64(body, at: 40)
    unsafe status = LittleEndian.uint8(body, at: 48)
    unsafe currency = LittleEndian.uint16(body, at: 50)
  }

  /// Writes the message, its padding as zero.
  ///
  /// - Parameter body: Where to; `blockLength` bytes, of any alignment.
  @inlinable @_noLocks
  public func write(body: UnsafeMutableRawPointer) {
    unsafe LittleEndian.store(clientRef, body, at: 0)
    unsafe LittleEndian.store(auctionId, body, at: 8)
    unsafe LittleEndian.store(payerId, body, at: 16)
    unsafe LittleEndian.store(amount, body, at: 24)
    unsafe LittleEndian.store(providerRefHigh, body, at: 32)
    unsafe LittleEndian.store(providerRefLow, body, at: 40)
    unsafe LittleEndian.store(status, body, at: 48)
    unsafe LittleEndian.store(UInt8(0), body, at: 49)
    unsafe LittleEndian.store(currency, body, at: 50)
    unsafe LittleEndian.store(UInt32(0), body, at: 52)
  }

  /// Whether each enum holds a value that the schema has.
  ///
  /// - Parameter body: The first byte.
  /// - Returns: Whether the schema knows them all.
  @inlinable @_noLocks
  public static func hasKnownValues(body: UnsafeRawPointer) -> Bool {
    unsafe LittleEndian.uint8(body, at: 48) <= 5
  }
}

extension SettlePayment {
  /// Where its fields stand, for programs that show frames.
  public static var layout: MessageLayout {
    MessageLayout(
      name,
      [
        FieldLayout("clientRef", at: 0, .uint64),
        FieldLayout("auctionId", at: 8, .uint64),
        FieldLayout("payerId", at: 16, .uint64),
        FieldLayout("amount", at: 24, .amount),
        FieldLayout("providerRefHigh", at: 32, .uint64),
        FieldLayout("providerRefLow", at: 40, .uint64),
        FieldLayout("status", at: 48, .choice(SettlementStatus.names)),
        FieldLayout("currency", at: 50, .uint16),
      ]
    )
  }
}
