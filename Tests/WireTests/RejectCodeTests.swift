import Testing
import Wire

/// Codes keep their numbers for ever.
@Suite struct RejectCodeTests {
  @Test func numbersStay() {
    let numbers: [(RejectCode, UInt16)] = [
      (.unknownAuction, 1), (.notOpenYet, 2), (.ended, 3), (.cancelled, 4), (.bidTooLow, 5),
      (.notHigherThanOwnMaximum, 6), (.sellerMayNotBid, 7), (.bidderBlocked, 8),
      (.bidderNotVerified, 9), (.limitExceeded, 10), (.currencyMismatch, 11),
      (.revisionMismatch, 12), (.removalNotAllowed, 13), (.lowerBelowPrice, 14),
      (.buyNowUnavailable, 15), (.editNotAllowed, 16), (.amountOutOfRange, 17), (.notOwner, 18),
      (.refReusedDifferently, 19), (.alreadyLeading, 20), (.throttled, 30), (.inFlightLimit, 31),
      (.notAuthorised, 32), (.malformed, 33), (.unknownTemplate, 34), (.unsupportedVersion, 35),
      (.storageFull, 36), (.overloaded, 40), (.recovering, 41), (.wrongShard, 42),
      (.sessionLimit, 43), (.historyUnavailable, 44), (.snapshotRunning, 45), (.internalFault, 50),
    ]
    #expect(numbers.map(\.0) == RejectCode.allCases)
    for (code, number) in numbers { #expect(code.rawValue == number) }
  }

  @Test func everyCodeHasAMeaningOfItsOwnOnOneLine() {
    let meanings = RejectCode.allCases.map { $0.meaning.description }
    #expect(Set(meanings).count == meanings.count)
    for meaning in meanings {
      #expect(meaning.hasSuffix(".") && !meaning.contains("\n") && meaning.count <= 120)
    }
  }
}
