internal import Primitives
internal import Wire

/// What a seller decided of an auction.
struct LotTerms: Equatable {
  var start: Int64
  var reserve: Int64?
  var buyNow: Int64?
  var opens: Nanoseconds
  var ends: Nanoseconds
  var hardEnd: Nanoseconds?
  var windowMs: UInt32
  var extensionMs: UInt32
  var refillMs: UInt32
  var burst: UInt16
  var currency: UInt16
  var opensAtMaximum: Bool
  var jumps: Bool
  var verifiedOnly: Bool

  /// The last time that is allowed: the first moment of 2100.
  static let lastTime: Nanoseconds = 4_102_444_800 * TimeSpan.second

  var window: Nanoseconds { UInt64(windowMs) * TimeSpan.millisecond }
  var extensionSpan: Nanoseconds { UInt64(extensionMs) * TimeSpan.millisecond }
  var refill: Nanoseconds { UInt64(refillMs) * TimeSpan.millisecond }

  init(_ message: CreateAuction) {
    start = message.startPrice
    reserve = Self.amount(message.reserve)
    buyNow = Self.amount(message.buyNow)
    opens = message.startTime
    ends = message.endTime
    hardEnd = message.hardEnd == 0 ? nil : message.hardEnd
    windowMs = message.softCloseWindowMs
    extensionMs = message.softCloseExtensionMs
    refillMs = message.rateRefillMs
    burst = message.rateBurst
    currency = message.currency
    opensAtMaximum = message.reservePolicy == ReservePolicy.max.rawValue
    jumps = message.reserveLowering == ReserveLowering.jump.rawValue
    verifiedOnly = message.flags & 2 != 0
  }

  /// The terms with the fields that an update means.
  func updated(by message: UpdateAuction) -> LotTerms {
    let means = { (bit: UpdateFields) in message.changedFields & bit.rawValue != 0 }
    var new = self
    if means(.startPrice) { new.start = message.startPrice }
    if means(.reserve) { new.reserve = Self.amount(message.reserve) }
    if means(.buyNow) { new.buyNow = Self.amount(message.buyNow) }
    if means(.startTime) { new.opens = message.startTime }
    if means(.endTime) { new.ends = message.endTime }
    if means(.hardEnd) { new.hardEnd = message.hardEnd == 0 ? nil : message.hardEnd }
    if means(.softClose) {
      new.windowMs = message.softCloseWindowMs
      new.extensionMs = message.softCloseExtensionMs
    }
    if means(.rateLimit) {
      new.refillMs = message.rateRefillMs
      new.burst = message.rateBurst
    }
    if means(.verified) { new.verifiedOnly = message.flags & 2 != 0 }
    if means(.policies) {
      new.opensAtMaximum = message.reservePolicy == ReservePolicy.max.rawValue
      new.jumps = message.reserveLowering == ReserveLowering.jump.rawValue
    }
    if means(.currency) { new.currency = message.currency }
    return new
  }

  /// What is wrong with the terms; nil for nothing.
  ///
  /// - Parameter moment: When the auction may open at the earliest; nil for a draft.
  /// - Returns: The code of the refusal.
  func fault(at moment: Nanoseconds?) -> RejectCode? {
    guard (1...999).contains(currency) else { return .malformed }
    if refillMs > 0, burst == 0 || refillMs > 86_400_000 { return .malformed }
    guard Money.isInRange(start) else { return .amountOutOfRange }
    if let reserve {
      guard Money.isInRange(reserve), reserve >= start else { return .amountOutOfRange }
    }
    if let buyNow {
      guard Money.isInRange(buyNow), buyNow >= start, buyNow >= reserve ?? start else {
        return .amountOutOfRange
      }
    }
    guard ends > opens, ends > moment ?? 0, ends <= Self.lastTime else { return .malformed }
    guard let hardEnd else { return nil }
    return hardEnd >= ends && hardEnd <= Self.lastTime ? nil : .malformed
  }

  private static func amount(_ wire: Int64) -> Int64? { wire == Money.absent ? nil : wire }
}
