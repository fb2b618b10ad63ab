import Primitives

/// The rare branches that a thousand drawn seeds must take.
///
/// Each was taken 25 times and more in the thousand seeds that the list was made from, so that one
/// which is missing was not missed by chance: a workload, a fault or the branch is gone.
enum RequiredProbes {
  /// How many seeds it takes until their absence says something.
  static let seedCountMin = 1_000

  /// All of them.
  static let all: [Probe] =
    probes(wal) + probes(primitives) + probes(engine) + probes(gateway) + probes(journal)
    + probes(runtime)

  private static func probes<Catalogue: RawRepresentable<UInt16>>(
    _ branches: [Catalogue]
  ) -> [Probe] {
    let numbers = Set(branches.map(\.rawValue))
    return Probe.allCases.filter { numbers.contains($0.rawValue) }
  }

  private static var wal: [Probe.WAL] {
    [
      .logShortWrite, .logPoisoned, .logFlushFailed, .logSegmentBegun, .logClosedInOrder,
      .logReserveOnly, .segmentDiskFull, .segmentPreparingFailed, .segmentRetried, .segmentRecycled,
      .segmentRemoved, .segmentTrimmed, .recoverySegmentEnds, .recoveryBlankEnd, .recoveryStaleEnd,
      .recoveryTornTail, .recoveryAbandonedSegment, .recoverySpareSegment, .recoveryBatchesMissing,
      .recoveryReadAgain, .openingLeftoverRemoved, .openingSpareTaken, .openingBatchCopied,
      .openingSegmentMade, .openingTailCut, .snapshotDiskFull, .snapshotStepFailed,
      .snapshotUnfinishedRemoved,
    ]
  }

  private static var primitives: [Probe.Primitives] {
    [
      .pagePreserved
    ]
  }

  private static var engine: [Probe.Engine] {
    [
      .bidExactByLeader, .bidNotHigher, .bidOpensAtMaximum, .bidRaiseMeetsReserve, .bidTied,
      .softCloseCapped, .reserveCutsMaximum, .reserveJumps, .bidAtReserve, .bidFindsNoRoom,
      .bidOnUnknown, .bidKeepsPage, .softCloseExtended, .bidNotOpen, .bidBySeller,
      .bidByUnknownUnverified, .bidInWrongCurrency, .bidOutOfRange, .bidOnOldRevision,
      .bidByUnverified, .bidOverLimit, .bidByLinkedSeller, .bidByBlocked, .bidTooSoon,
      .rateBucketsFull, .buyNowUnavailable, .boughtNow, .boughtFromLeader, .maximumLowered,
      .maximumNotLowered, .removalFindsNoRoom, .removalOfNothing, .removalLowersPrice,
      .removalKeepsPrice, .removalLeavesNobody, .removalOfLowered, .removalKeepsReservePrice,
      .cancelledWithBids, .auctionsFull, .auctionInvalid, .updateRefused, .endMovedBySeller,
      .outageExtended, .timersSeveral, .auctionOpened, .auctionForgotten, .endedWithoutBids,
      .endedBelowReserve, .timerPostponed, .outageBeforeEnds, .auctionSlotReused, .accountForgotten,
      .accountsFull, .linkGroupsMerged, .linkGroupsFull, .linkGroupDissolved, .sellerBlocksFull,
      .sellerBlockLifted, .accountControlRefused, .incrementTableShared, .incrementTablesFull,
      .incrementTableFreed,
    ]
  }

  private static var gateway: [Probe.Gateway] {
    [
      .resendAnswered, .requestNotApplied, .requestTwice, .requestGap, .requestBadNumber,
      .requestOverWindow, .requestThrottled, .requestNotAllowed, .requestDiskFull, .queryThrottled,
      .badLength, .badChecksum, .notLoggedOn, .sessionReject, .sessionAbused, .connectionPaused,
      .partialSend, .answerWaitsForBatch, .logonWaitsForBatch, .connectionResumed, .heartbeatSent,
      .answerDropped, .logonRefused, .logonOfForeignSession, .sessionTakenOver, .resendAtLogon,
      .drained, .toldOfFailure, .resendBusy, .resendMalformed, .resendTooOld, .resendServed,
      .resendOfNothing, .answerHeldForSealed, .frameInPieces, .ringWrapped, .answersWrapped,
      .sessionPreserved, .ringPagePreserved, .ringsResized, .commandsFirst,
    ]
  }

  private static var journal: [Probe.Journal] {
    [
      .journalFileTurned, .journalWriteFailed, .journalReadFromDisk, .journalConfirmed,
      .journalDamaged, .followerRefused, .historyPaged,
    ]
  }

  private static var runtime: [Probe.Runtime] {
    [
      .clockSteppedBack, .stopTaken, .acceptingAgain, .heartbeatLogged, .connectionRefused,
      .closedWithInput, .receiveInterrupted, .connectionReset, .receivedWhileClosing, .turnFull,
      .inputHeldBack, .receivingPaused, .sendFailed, .snapshotRefusedRequest, .snapshotOfNothingNew,
      .snapshotBegun, .snapshotGivenUp, .snapshotTaken, .snapshotBehind, .subscriptionDropped,
      .subscriptionStale, .startedFromSnapshot, .outageLogged,
    ]
  }
}
