/// Where a bid's time goes in a shard: the stages, in the order in which a bid meets them.
public enum Stage: Int, CaseIterable, Sendable {
  /// Taking in what the kernel has done, a turn that found something.
  case receive
  /// Reading and checking a frame, a command; one group of commands in sixty-four is timed.
  case parse
  /// Copying a command into the batch; timed with the same groups.
  case stage
  /// Deciding a command and passing on what follows from it; timed with the same groups.
  case apply
  /// From the turn of a batch's first record to the beginning of its flush.
  case gather
  /// Writing and flushing a batch, from its submission until its end is seen.
  case flush
  /// Preparing sends and handing them to the kernel, a turn that sends.
  case send

  /// The name in metrics and in JSON.
  public var name: String { "\(self)" }

  /// The place of its histogram in memory.
  var index: Int { @_noLocks get { rawValue } }
}
