public import Primitives

/// Reads a log from its files, proves it, and gives its records in order.
public enum Recovery {
  /// Reads a log without changing anything, as `verify` and `audit` do.
  ///
  /// The folder may be a live one: what the server changes under the reader (segments appear, grow,
  /// are recycled) is looked at again from the last proven batch on, so that the visitor gets each
  /// record once and in order. What stays damaged when it is looked at again is damaged.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - shard: The shard that owns the log.
  ///   - range: The records wanted, and what the log must continue.
  ///   - limits: The sizes.
  ///   - memory: Where the read buffer comes from.
  ///   - visitor: Takes the records.
  /// - Returns: What was found.
  /// - Throws: `LogError` in cases I to S of the recovery table.
  /// - Complexity: O(bytes of the log from the segment of `range.fromPosition` on).
  public static func read<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    range: LogRange = LogRange(),
    limits: LogLimits,
    memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog {
    var attempt = ReadAttempt(range: range)
    while true {
      do {
        return try attempt.run(
          &storage,
          shard: shard,
          limits: limits,
          memory: memory,
          visitor: &visitor
        )
      } catch {
        try attempt.budget.spend(error)
      }
    }
  }
}

/// Reading a log that may change meanwhile: goes on behind the last batch that was proven.
struct ReadAttempt {
  private let wanted: LogRange
  private var range: LogRange
  private var resume: LogAnchor?
  private var found = ScanCounts()
  private var isAnchorProven = false
  var budget = RetryBudget()

  init(range: LogRange) {
    wanted = range
    self.range = range
  }

  /// Takes the survey and reads.
  mutating func run<S: Storage & ~Copyable, V: RecordVisitor & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog {
    var reader = SegmentReader(limits: limits, memory: memory)
    let survey = try SegmentSurvey.take(&storage, shard: shard, reader: &reader)
    var scanner = LogScanner(
      secret: survey.secret ?? LogSecret(logID: 0, blindingKey: .zero),
      survey: survey,
      reader: reader,
      range: range,
      resume: resume,
      counts: found
    )
    do {
      try scanner.scan(&storage, &visitor)
      isAnchorProven = isAnchorProven || scanner.anchors.isMet(wanted.anchor)
      var result = try scanner.result(shard: shard, epoch: 0)
      result.isAnchorProven = isAnchorProven
      return result
    } catch {
      keep(scanner)
      scanner.reader.close(&storage)
      throw error
    }
  }

  /// Takes over how far an attempt came that failed.
  private mutating func keep(_ scanner: borrowing LogScanner) {
    found = scanner.counts
    if scanner.anchors.isMet(wanted.anchor) {
      isAnchorProven = true
      range.anchor = nil
    }
    guard let last = scanner.last?.header.anchor, last != resume else { return }
    if let resume, last.batchNumber <= resume.batchNumber { return }
    probe(.recoveryReadAgain)
    budget.hasComeFurther()
    resume = last
    range.fromPosition = max(range.fromPosition, last.position + 1)
  }
}
