internal import Primitives

/// The requests of a client that have no outcome yet, and outcomes that came after their deadline.
struct PendingRequests {
  typealias Completion = (Outcome<Reply>) -> Void
  /// Hands the request to a session, as often as it must go to another shard.
  typealias Submission = (inout ClientSession, UInt64) -> UInt64?

  private struct Entry {
    var completion: Completion?
    var deadline: Nanoseconds
    var submission: Submission
    var redirectCount = 0
  }

  private var entries: [UInt64: Entry] = [:]
  private var lateOutcomes: [UInt64: Outcome<Reply>] = [:]
  private var lateOrder: [UInt64] = []
  private var earliestDeadline = Nanoseconds.max
  private var nextNumber: UInt64 = 1

  /// How many outcomes that nobody asked for again are kept.
  static let lateOutcomeMax = 4_096
  /// How often a request may be sent to another shard.
  static let redirectMax = 3

  var count: Int { entries.count }

  /// The number that the next request gets.
  var upcoming: UInt64 { nextNumber }

  mutating func add(
    deadline: Nanoseconds,
    submission: @escaping Submission,
    completion: @escaping Completion
  ) -> UInt64 {
    let number = nextNumber
    nextNumber += 1
    entries[number] = Entry(
      completion: completion,
      deadline: deadline,
      submission: submission
    )
    earliestDeadline = min(earliestDeadline, deadline)
    return number
  }

  mutating func setDeadline(_ number: UInt64, _ deadline: Nanoseconds) {
    entries[number]?.deadline = deadline
    earliestDeadline = min(earliestDeadline, deadline)
  }

  /// The request's way to another shard, or nil when it has gone around too often.
  mutating func redirect(_ number: UInt64) -> Submission? {
    guard var entry = entries[number], entry.redirectCount < Self.redirectMax else { return nil }
    entry.redirectCount += 1
    entries[number] = entry
    return entry.submission
  }

  /// Takes a request out; what is to be called is returned, so that nothing is held meanwhile.
  mutating func remove(_ number: UInt64, _ outcome: Outcome<Reply>) -> Completion? {
    guard let entry = entries.removeValue(forKey: number) else { return nil }
    if let completion = entry.completion { return completion }
    lateOutcomes[number] = outcome
    lateOrder.append(number)
    if lateOrder.count > Self.lateOutcomeMax {
      lateOutcomes.removeValue(forKey: lateOrder.removeFirst())
    }
    return nil
  }

  /// The requests whose deadline has passed; each stays, and its outcome is kept when it comes.
  mutating func expire(now: Nanoseconds) -> [(UInt64, Completion)] {
    guard now >= earliestDeadline else { return [] }
    var expired: [(UInt64, Completion)] = []
    earliestDeadline = .max
    for number in entries.keys.sorted() {
      guard let entry = entries[number], let completion = entry.completion else { continue }
      if entry.deadline <= now {
        expired.append((number, completion))
        entries[number]?.completion = nil
      } else {
        earliestDeadline = min(earliestDeadline, entry.deadline)
      }
    }
    return expired
  }

  mutating func takeLateOutcome(_ number: UInt64) -> Outcome<Reply>? {
    guard let outcome = lateOutcomes.removeValue(forKey: number) else { return nil }
    lateOrder.removeAll { $0 == number }
    return outcome
  }

  func isPending(_ number: UInt64) -> Bool { entries[number] != nil }
}
