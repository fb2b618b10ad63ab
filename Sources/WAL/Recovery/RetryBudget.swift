/// How often something is tried again that a server may have changed under the reader.
struct RetryBudget {
  /// What is refused as often in a row without having come any further is so.
  private static var refusalsMax: Int { 2 }
  /// However often the server is faster: then the caller is told.
  private static var attemptsMax: Int { 1000 }

  private var refusalCount = 0
  private var attemptCount = 0

  /// Returns if there may be another attempt after an error, and throws it if not.
  mutating func spend(_ error: LogError) throws(LogError) {
    attemptCount += 1
    if attemptCount >= Self.attemptsMax { throw .changedWhileRead }
    // A file that was listed and is not there: only a live folder does that.
    if error.isMissingFile { return }
    guard error.mayPass else { throw error }
    refusalCount += 1
    if refusalCount >= Self.refusalsMax { throw error }
  }

  /// The last attempt got to a batch that none before it had reached.
  mutating func hasComeFurther() { refusalCount = 0 }
}

extension LogError {
  /// Whether it may come from what a server changed while the log was read.
  var mayPass: Bool {
    switch self {
    case .damaged, .positionNotHeld, .batchNotHeld, .anchorMismatch: true
    default: isMissingFile
    }
  }
}
