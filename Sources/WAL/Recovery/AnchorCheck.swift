internal import Primitives

/// What a scan must meet on its way: the snapshot's batch, and where an earlier attempt stopped.
struct AnchorCheck: Sendable {
  private let anchors: [LogAnchor]
  private var met: [Bool]

  init(_ anchors: [LogAnchor]) {
    self.anchors = anchors
    met = anchors.map { _ in false }
  }

  /// Whether the log is proven to continue one of them.
  func isMet(_ anchor: LogAnchor?) -> Bool {
    zip(anchors, met).contains { $0 == anchor && $1 }
  }

  /// The surveyed segment from which on all of them can be met; nil if they are all older.
  func firstIndex(_ used: [SurveyedSegment]) -> Int? {
    var found: Int?
    for anchor in anchors {
      let holds = used.lastIndex { ($0.header?.firstBatchNumber ?? .max) <= anchor.batchNumber }
      let follows = used.firstIndex { $0.header?.firstBatchNumber == anchor.batchNumber + 1 }
      if let index = holds ?? follows { found = min(found ?? index, index) }
    }
    return found
  }

  /// Compares what the first batch that is read must follow with the anchors before it.
  ///
  /// Segments between the two may have been released: then only the positions can be compared.
  mutating func check(before first: ExpectedBatch, file: String) throws(LogError) {
    for (index, anchor) in anchors.enumerated() where anchor.batchNumber < first.number {
      let isNext = anchor.batchNumber + 1 == first.number
      let follows =
        isNext
        ? first.previousHash == anchor.hash && first.firstPosition == anchor.position + 1
        : first.firstPosition > anchor.position
      if !follows { throw .anchorMismatch(anchor, file: file, found: nil) }
      met[index] = isNext
    }
  }

  /// Compares a proven batch.
  mutating func check(_ batch: BatchHeader, file: String) throws(LogError) {
    for (index, anchor) in anchors.enumerated() where anchor.batchNumber == batch.batchNumber {
      if batch.anchor != anchor {
        probe(.recoveryAnchorMismatch)
        throw .anchorMismatch(anchor, file: file, found: batch.anchor)
      }
      met[index] = true
    }
  }

  /// Refuses a log that ends before one of them: it lost batches that had been durable.
  func checkEnd(next number: UInt64, file: String) throws(LogError) {
    for anchor in anchors where anchor.batchNumber >= number {
      probe(.recoveryLogTooShort)
      throw .anchorMismatch(anchor, file: file, found: nil)
    }
  }
}

extension BatchHeader {
  /// The batch's name.
  public var anchor: LogAnchor {
    LogAnchor(batchNumber: batchNumber, position: lastPosition, hash: hash)
  }
}
