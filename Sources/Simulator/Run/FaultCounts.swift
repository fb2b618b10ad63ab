extension DiskCounts {
  /// Errors that a shard may give up over: they were reported to it.
  var reportedErrors: UInt64 {
    readErrors + writeErrors + flushErrors + nameErrors + fullRefusals
      + scarceMeasures
  }
}

extension NetworkCounts {
  /// What went wrong between clients and the shard.
  var faults: Int { refused + cuts + halfOpen + stalls + slowPieces + partialSends + endedEarly }
}
