/// The rows of the recovery table of `docs/log-format.md`; each has a test named after its letter.
///
/// Cases A to H go on; all others refuse to open the log.
public enum RecoveryCase: Character, CaseIterable, Sendable {
  /// Header, chain and body are right: the batch is replayed.
  case proven = "A"
  /// The next segment takes over here, whatever this one holds from here on.
  case segmentEnds = "B"
  /// No header of this log stands here, and no later batch: the log ends.
  case blankEnd = "C"
  /// A batch of an earlier life of the file or of a fenced epoch stands here: the log ends.
  case staleEnd = "D"
  /// The header is right, the body is not, and no later batch: the write was torn.
  case tornTail = "E"
  /// The file ends inside the batch, and no later batch: the write was cut.
  case cutTail = "F"
  /// The newest segment's first batch is not there: its one write was torn, the segment is unused.
  case abandonedSegment = "G"
  /// The file was prepared or recycled and never put to use.
  case spareSegment = "H"
  /// A header of this log with a wrong checksum: no torn write makes one.
  case damagedHeader = "I"
  /// The batch is not there but a later one is: it had been durable.
  case laterBatchStands = "J"
  /// The batch is not there but a later segment is in use: it had been durable.
  case batchesMissing = "K"
  /// The number is right but hash, position or epoch do not follow from the batch before.
  case wrongChain = "L"
  /// A later number stands where the next batch should.
  case numberGap = "M"
  /// The body is as it was written but not a run of the records that its hash stands for.
  case malformedRecords = "N"
  /// A program of another format version wrote it.
  case otherVersion = "O"
  /// The first block of a segment is neither a header nor zeros.
  case damagedSegmentHeader = "P"
  /// The file's number, shard or log is another one.
  case foreignSegment = "Q"
  /// The disk cannot read it.
  case readFailed = "R"
  /// The records asked for are older than the log or not yet in it.
  case positionNotHeld = "S"

  /// The letter in the table.
  public var letter: Character { rawValue }

  /// What was found, in a few words.
  public var summary: String {
    switch self {
    case .proven: "the batch is as it was written"
    case .segmentEnds: "the next segment goes on here"
    case .blankEnd: "the log ends"
    case .staleEnd: "the log ends before a batch of an earlier life of the file"
    case .tornTail: "the log ends before a batch whose write was torn"
    case .cutTail: "the log ends before a batch that the end of the file cuts"
    case .abandonedSegment: "the segment's first write was torn"
    case .spareSegment: "the segment was never put to use"
    case .damagedHeader: "the batch header is damaged"
    case .laterBatchStands: "the batch is damaged or missing and a later one stands"
    case .batchesMissing: "batches before the next segment are damaged or missing"
    case .wrongChain: "the batch does not follow from the one before"
    case .numberGap: "a later batch stands where this one should"
    case .malformedRecords: "the records are not those that the batch's hash stands for"
    case .otherVersion: "a program of another format version wrote it"
    case .damagedSegmentHeader: "the segment header is damaged"
    case .foreignSegment: "the segment belongs elsewhere"
    case .readFailed: "the disk cannot read it"
    case .positionNotHeld: "the records asked for are not held"
    }
  }
}
