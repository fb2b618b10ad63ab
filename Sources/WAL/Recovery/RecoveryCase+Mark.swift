internal import Primitives

/// The probe of each case: recovery marks it where it decides for the case.
extension RecoveryCase {
  /// Marks the case; A is no rare branch.
  func mark() {
    switch self {
    case .proven: break
    case .segmentEnds: probe(.recoverySegmentEnds)
    case .blankEnd: probe(.recoveryBlankEnd)
    case .staleEnd: probe(.recoveryStaleEnd)
    case .tornTail: probe(.recoveryTornTail)
    case .cutTail: probe(.recoveryCutTail)
    case .abandonedSegment: probe(.recoveryAbandonedSegment)
    case .spareSegment: probe(.recoverySpareSegment)
    case .damagedHeader: probe(.recoveryDamagedHeader)
    case .laterBatchStands: probe(.recoveryLaterBatchStands)
    case .batchesMissing: probe(.recoveryBatchesMissing)
    case .wrongChain: probe(.recoveryWrongChain)
    case .numberGap: probe(.recoveryNumberGap)
    case .malformedRecords: probe(.recoveryMalformedRecords)
    case .otherVersion: probe(.recoveryOtherVersion)
    case .damagedSegmentHeader: probe(.recoveryDamagedSegmentHeader)
    case .foreignSegment: probe(.recoveryForeignSegment)
    case .readFailed: probe(.recoveryReadFailed)
    case .positionNotHeld: probe(.recoveryPositionNotHeld)
    }
  }
}
