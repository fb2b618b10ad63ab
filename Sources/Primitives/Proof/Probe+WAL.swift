internal import CIntrinsics

extension Probe {
  // In Sources/WAL:
  /// The rare branches of the log, its recovery, segments, snapshots and archive.
  public enum WAL: UInt16, CaseIterable, Sendable {
    /// The log's write fell short and the rest was written again.
    case logShortWrite = 1
    /// A write or flush of the log failed for good.
    case logPoisoned = 2
    /// A write of the log was interrupted and tried again.
    case logWriteInterrupted = 4
    /// A flush of the log failed; it is never tried again.
    case logFlushFailed = 5
    /// Writes of the log made no progress again and again.
    case logWriteStuck = 6
    /// A record found no room in the batch that gathers.
    case logBatchFull = 7
    /// A record was refused because even the reserve is spent.
    case logStorageFull = 8
    /// A record was refused because the log failed or is being closed.
    case logStopped = 9
    /// A batch waits for a segment that is not ready.
    case logStalledForSegment = 10
    /// A batch began a new segment, whose header went out in the same write.
    case logSegmentBegun = 11
    /// The batch that says that the process stopped in order was sealed.
    case logClosedInOrder = 12
    /// The disk is short and only what ends auctions is taken.
    case logReserveOnly = 13
    /// Too few bytes are free for another segment.
    case segmentDiskFull = 14
    /// A step of preparing a segment failed and waits to be tried again.
    case segmentPreparingFailed = 15
    /// A segment could not be closed or deleted, and nothing depends on it.
    case segmentCleaningFailed = 16
    /// A segment was put to use before all of its zeros were written.
    case segmentHurried = 17
    /// Preparing a segment was tried again after it had failed.
    case segmentRetried = 18
    /// A segment that nobody needs got a new number.
    case segmentRecycled = 19
    /// A segment that nobody needs is deleted.
    case segmentRemoved = 20
    /// A segment's records are all covered by snapshots.
    case segmentTrimmed = 21
    /// The next segment took over where the one before it was left (case B).
    case recoverySegmentEnds = 22
    /// The log ended where nothing was ever written (case C).
    case recoveryBlankEnd = 23
    /// The log ended before a batch of an earlier life of the file (case D).
    case recoveryStaleEnd = 24
    /// The log ended before a batch whose write was torn (case E).
    case recoveryTornTail = 25
    /// The log ended before a batch that the end of the file cuts (case F).
    case recoveryCutTail = 26
    /// The newest segment's first write was torn (case G).
    case recoveryAbandonedSegment = 27
    /// A segment was prepared and never put to use (case H).
    case recoverySpareSegment = 28
    /// A batch's header was damaged (case I).
    case recoveryDamagedHeader = 29
    /// A batch was missing and a later one stood (case J).
    case recoveryLaterBatchStands = 30
    /// Batches before the next segment were missing (case K).
    case recoveryBatchesMissing = 31
    /// A batch did not follow from the one before (case L).
    case recoveryWrongChain = 32
    /// A later batch stood where the next should (case M).
    case recoveryNumberGap = 33
    /// A batch's records were not those of its hash (case N).
    case recoveryMalformedRecords = 34
    /// A program of another version wrote a segment (case O).
    case recoveryOtherVersion = 35
    /// A segment's header was damaged (case P).
    case recoveryDamagedSegmentHeader = 36
    /// A segment belongs elsewhere (case Q).
    case recoveryForeignSegment = 37
    /// The disk could not read the log (case R).
    case recoveryReadFailed = 38
    /// The records asked for are not held (case S).
    case recoveryPositionNotHeld = 39
    /// A segment's file ended inside a block.
    case recoveryShortRead = 40
    /// A log did not continue the snapshot before it.
    case recoveryAnchorMismatch = 41
    /// A log ended before the snapshot that it should continue.
    case recoveryLogTooShort = 42
    /// A live log changed under its reader, who went on behind what was proven.
    case recoveryReadAgain = 43
    /// A spare held a batch that nobody can place, and is not used again.
    case recoverySpareUnfit = 282
    /// A segment that was being prepared at the end was deleted.
    case openingLeftoverRemoved = 44
    /// A segment of the wrong size, or one too many, was deleted.
    case openingSpareRemoved = 45
    /// A segment that was ready at the end is ready again.
    case openingSpareTaken = 46
    /// The last batch was copied into the new segment.
    case openingBatchCopied = 47
    /// There was no spare segment to begin with.
    case openingSegmentMade = 48
    /// The unused rest of the last segment was cut off.
    case openingTailCut = 49
    /// An epoch was refused because a higher one had opened the log.
    case openingFenced = 50
    /// The write that opens an epoch fell short.
    case openingShortWrite = 51
    /// The file that claims an epoch was damaged or torn.
    case openingClaimTorn = 52
    /// A write of opening or of a tool fell short and went on.
    case storageShortWrite = 53
    /// A snapshot waited for its name until the log was durable up to it.
    case snapshotWaitsForLog = 54
    /// Too few bytes were free for a snapshot.
    case snapshotDiskFull = 55
    /// A write of a snapshot fell short and the rest was written.
    case snapshotShortWrite = 56
    /// A step of writing a snapshot failed.
    case snapshotStepFailed = 57
    /// A snapshot that failed could not be closed or deleted either.
    case snapshotCleaningFailed = 58
    /// An old snapshot could not be deleted; the next start does it.
    case snapshotRemovingFailed = 59
    /// A snapshot was given up while it was written.
    case snapshotCancelled = 60
    /// Both buffers of a snapshot waited for the disk.
    case snapshotDiskBehind = 61
    /// A snapshot beyond those that stay is to be deleted.
    case snapshotOldRemoved = 62
    /// A snapshot that was being written at the end was deleted.
    case snapshotUnfinishedRemoved = 63
    /// A snapshot's first or last block was damaged or foreign.
    case snapshotRefused = 64
    /// A snapshot was damaged behind a sound first block.
    case snapshotDamaged = 65
    /// A sound piece of a snapshot was refused by the state.
    case snapshotPieceRefused = 66
    /// A file of the archive that was being written at the end was deleted.
    case archiveUnfinishedRemoved = 67
    /// A segment changed while it was archived.
    case archiveSegmentChanged = 68
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.WAL) { rostrum_probe_hit(probe.rawValue) }
