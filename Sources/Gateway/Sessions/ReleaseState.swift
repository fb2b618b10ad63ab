internal import Primitives

/// Which batches gather, are being written, are durable; and which sessions wait for them.
///
/// Batches are numbered from 1 here, whatever the log calls them. Sessions that got a frame stand
/// in one of two lists, linked through them: that of the batch that gathers and that of the batch
/// that is being written. Sealing swaps the lists, so that a turn costs what it touched.
struct ReleaseState: BitwiseCopyable {
  /// The number of the batch that gathers.
  var gatheringOrdinal: UInt64 = 1
  /// The number of the last batch that is durable.
  var releasedOrdinal: UInt64 = 0
  /// The log's name of the batch that is being written.
  var sealedBatch: UInt64 = 0
  /// Whether a batch is being written.
  var isSealed = false
  /// Whether a record was staged since the last seal.
  var hasStaged = false
  /// Which list gathers: 0 or 1.
  var gatheringList = 0
  /// The first session of each list.
  var heads: (UInt32, UInt32) = (SessionTable.none, SessionTable.none)
}
