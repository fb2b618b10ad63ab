internal import Primitives
internal import Wire

/// What a seller decides of an auction, while it is checked.
struct AuctionTerms: BitwiseCopyable {
  var startPrice: Int64
  /// Absent = none.
  var reserve: Int64
  /// Absent = none.
  var buyNow: Int64
  /// 0 = at once.
  var startTime: Nanoseconds
  var endTime: Nanoseconds
  /// 0 = none.
  var hardEnd: Nanoseconds
  /// 0 = no soft close.
  var softWindowMs: UInt32
  var softExtensionMs: UInt32
  /// 0 = no rate limit.
  var rateRefillMs: UInt32
  var rateBurst: UInt16
  var currency: UInt16
  var reservePolicy: UInt8
  var reserveLowering: UInt8
  var requiresVerified: Bool

  /// Times after this one (the year 2100) are refused, so that no sum of times overflows.
  static var latestTime: Nanoseconds { 4_102_444_800 * 1_000_000_000 }
  /// The longest time for one more bid: a day.
  static var rateRefillMsMax: UInt32 { 86_400_000 }

  init(_ message: CreateAuction) {
    startPrice = message.startPrice
    reserve = message.reserve
    buyNow = message.buyNow
    startTime = message.startTime
    endTime = message.endTime
    hardEnd = message.hardEnd
    softWindowMs = message.softCloseWindowMs
    softExtensionMs = message.softCloseExtensionMs
    rateRefillMs = message.rateRefillMs
    rateBurst = message.rateBurst
    currency = message.currency
    reservePolicy = message.reservePolicy
    reserveLowering = message.reserveLowering
    requiresVerified = AuctionFlags(rawValue: message.flags).contains(.requireVerified)
  }

  init(_ record: AuctionRecord) {
    startPrice = record.startPrice
    reserve = record.reserve
    buyNow = record.buyNow
    startTime = record.startTime
    endTime = record.endTime
    hardEnd = record.hardEnd
    softWindowMs = record.softWindowMs
    softExtensionMs = record.softExtensionMs
    rateRefillMs = record.rateRefillMs
    rateBurst = record.rateBurst
    currency = record.currency
    reservePolicy = record.traits.contains(.opensAtMaximum) ? 1 : 0
    reserveLowering = record.traits.contains(.jumps) ? 1 : 0
    requiresVerified = record.traits.contains(.requireVerified)
  }

  /// Takes the fields that an update means; the reserve and the times are checked later.
  mutating func overlay(_ update: UpdateAuction) {
    let fields = UpdateFields(rawValue: update.changedFields)
    if fields.contains(.startPrice) { startPrice = update.startPrice }
    if fields.contains(.reserve) { reserve = update.reserve }
    if fields.contains(.buyNow) { buyNow = update.buyNow }
    if fields.contains(.startTime) { startTime = update.startTime }
    if fields.contains(.endTime) { endTime = update.endTime }
    if fields.contains(.hardEnd) { hardEnd = update.hardEnd }
    if fields.contains(.softClose) {
      softWindowMs = update.softCloseWindowMs
      softExtensionMs = update.softCloseExtensionMs
    }
    if fields.contains(.rateLimit) {
      rateRefillMs = update.rateRefillMs
      rateBurst = update.rateBurst
    }
    if fields.contains(.currency) { currency = update.currency }
    if fields.contains(.policies) {
      reservePolicy = update.reservePolicy
      reserveLowering = update.reserveLowering
    }
    if fields.contains(.verified) {
      requiresVerified = AuctionFlags(rawValue: update.flags).contains(.requireVerified)
    }
  }

  /// Writes the terms into an auction's record.
  func write(to record: inout AuctionRecord) {
    record.startPrice = startPrice
    record.reserve = reserve
    record.buyNow = buyNow
    record.startTime = startTime
    record.endTime = endTime
    record.hardEnd = hardEnd
    record.softWindowMs = softWindowMs
    record.softExtensionMs = softExtensionMs
    record.rateRefillMs = rateRefillMs
    record.rateBurst = rateBurst
    record.currency = currency
    record.setTraits(traits)
    if record.leader == 0 { record.minNext = startPrice }
  }

  private var traits: AuctionTraits {
    var traits = AuctionTraits(rawValue: 0)
    if requiresVerified { traits.insert(.requireVerified) }
    if reservePolicy != 0 { traits.insert(.opensAtMaximum) }
    if reserveLowering != 0 { traits.insert(.jumps) }
    if softWindowMs != 0 { traits.insert(.hasSoftClose) }
    if rateRefillMs != 0 { traits.insert(.isRateLimited) }
    return traits
  }

  /// What is wrong with the terms whatever the time; nil for nothing.
  func code() -> RejectCode? {
    guard reservePolicy <= 1, reserveLowering <= 1, currency >= 1, currency <= 999 else {
      return .malformed
    }
    guard rateRefillMs == 0 || (rateBurst > 0 && rateRefillMs <= AuctionTerms.rateRefillMsMax)
    else { return .malformed }
    return amountCode() ?? timeCode(after: 0)
  }

  /// The reserve is at least the starting price; nobody buys now for less than either.
  private func amountCode() -> RejectCode? {
    guard Engine.isAmount(startPrice) else { return .amountOutOfRange }
    if reserve != .min {
      guard Engine.isAmount(reserve), reserve >= startPrice else { return .amountOutOfRange }
    }
    guard buyNow != .min else { return nil }
    let isEnough = Engine.isAmount(buyNow) && buyNow >= max(startPrice, reserve)
    return isEnough ? nil : .amountOutOfRange
  }

  /// What is wrong with the times when the auction opens at or after a time; nil for nothing.
  func timeCode(after time: Nanoseconds) -> RejectCode? {
    let isInOrder =
      endTime > max(startTime, time) && endTime <= AuctionTerms.latestTime
      && (hardEnd == 0 || (hardEnd >= endTime && hardEnd <= AuctionTerms.latestTime))
    return isInOrder ? nil : .malformed
  }
}
