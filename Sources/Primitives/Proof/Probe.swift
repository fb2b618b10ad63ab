internal import CIntrinsics

/// A rare branch that tests and simulations must take; a run reports those that it never took.
///
/// The numbers stay: a probe that goes leaves its number unused.
public enum Probe: UInt16, CaseIterable, Sendable {
  // In Sources/WAL:
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

  // In Sources/Primitives/Snapshot:
  /// A page of a table was copied before it changed, for a snapshot.
  case pagePreserved = 69
  /// A page found no room beside a snapshot, which must be given up.
  case areaOverflown = 70
  /// Pages beside a snapshot went on at the beginning of their memory.
  case areaWrapped = 71

  // In Sources/Engine:
  /// The leader made an exact bid, which says nothing new.
  case bidExactByLeader = 72
  /// The leader's new maximum was not above its own.
  case bidNotHigher = 73
  /// A first maximum below the reserve opened at itself.
  case bidOpensAtMaximum = 74
  /// The leader's raise met the reserve and moved the price to it.
  case bidRaiseMeetsReserve = 75
  /// A bid was equal to the leader's maximum, and the earlier one led on.
  case bidTied = 77
  /// A soft close ended at the auction's hard end.
  case softCloseCapped = 78
  /// A reserve was lowered onto the leader's maximum, which was cut below it.
  case reserveCutsMaximum = 79
  /// A reserve was lowered onto the leader's maximum, and the price went up to it.
  case reserveJumps = 80
  /// A bid was exactly the reserve.
  case bidAtReserve = 81
  /// A bid or a new account found its table full.
  case bidFindsNoRoom = 82
  /// A bid of no known kind was refused.
  case bidMalformed = 83
  /// A bid named an auction that is not there.
  case bidOnUnknown = 84
  /// A bid changed an auction whose page a snapshot still needed.
  case bidKeepsPage = 85
  /// A late bid moved the auction's end.
  case softCloseExtended = 86
  /// A bid came before the auction's start or after its end.
  case bidNotOpen = 87
  /// The seller bid on the own auction.
  case bidBySeller = 88
  /// An account never seen bid where only verified ones may.
  case bidByUnknownUnverified = 89
  /// A bid was in another currency than the auction.
  case bidInWrongCurrency = 90
  /// A bid's amount was outside of all bounds.
  case bidOutOfRange = 91
  /// A bid was for a revision that is no more.
  case bidOnOldRevision = 92
  /// A known account bid where only verified ones may.
  case bidByUnverified = 93
  /// A bid went over its account's limit of exposure.
  case bidOverLimit = 94
  /// An account linked to the seller bid.
  case bidByLinkedSeller = 95
  /// A blocked account bid, or one that the seller refuses.
  case bidByBlocked = 96
  /// A bid came sooner than the auction's rate allows.
  case bidTooSoon = 97
  /// A bid found no bucket to count its rate in.
  case rateBucketsFull = 98
  /// An auction could not be bought at once, or not at that price.
  case buyNowUnavailable = 99
  /// An auction was bought at once.
  case boughtNow = 100
  /// An auction was bought at once over another's bid below the reserve.
  case boughtFromLeader = 101
  /// A leader lowered its own maximum.
  case maximumLowered = 102
  /// A maximum could not be lowered so.
  case maximumNotLowered = 103
  /// A mass bid had too many bids.
  case massBidTooLong = 104
  /// Bids were not removed because a next leader might find no account.
  case removalFindsNoRoom = 105
  /// Bids were to be removed of an account that has none.
  case removalOfNothing = 106
  /// Removing bids lowered the price.
  case removalLowersPrice = 107
  /// Without the removed bids the price would be higher, and stays.
  case removalKeepsPrice = 108
  /// Removing bids left the auction without any.
  case removalLeavesNobody = 109
  /// A maximum that was lowered counted as lowered in a removal.
  case removalOfLowered = 110
  /// A bid that a removal left is below a reserve that was lowered since and is met now.
  case removalKeepsReservePrice = 281
  /// An operator cancelled an auction that had bids.
  case cancelledWithBids = 111
  /// A new auction found no slot, or no increment table.
  case auctionsFull = 112
  /// A new auction's terms were refused.
  case auctionInvalid = 113
  /// A change of an open auction was not allowed.
  case updateRefused = 114
  /// A seller moved the end of an open auction.
  case endMovedBySeller = 115
  /// An auction ended later because of an outage.
  case outageExtended = 116
  /// The auctions of an outage did not fit into one answer.
  case outageResumed = 117
  /// An outage extended nothing: no grace, or a time that is yet to come.
  case outageIgnored = 118
  /// Several timers fired before one command.
  case timersSeveral = 119
  /// The timers before a command did not fit into one answer.
  case timersResumed = 120
  /// A scheduled auction's start came.
  case auctionOpened = 121
  /// An auction was forgotten after its retention.
  case auctionForgotten = 122
  /// An auction ended without a bid.
  case endedWithoutBids = 123
  /// An auction ended below its reserve.
  case endedBelowReserve = 124
  /// The next timer was moved to its auction's later end.
  case timerPostponed = 125
  /// A command waited for room for its answer.
  case answerPostponed = 126
  /// An outage moved ends before they could come.
  case outageBeforeEnds = 127
  /// A new auction got the slot of a forgotten one.
  case auctionSlotReused = 128
  /// A slot has no generation left and is never used again.
  case auctionSlotSpent = 129
  /// An idle account gave up its place.
  case accountForgotten = 130
  /// A new account found no place.
  case accountsFull = 131
  /// Linking two accounts joined their groups.
  case linkGroupsMerged = 132
  /// Linking two accounts would have made a group too large.
  case linkGroupTooLarge = 133
  /// Linking two accounts found no place for a group.
  case linkGroupsFull = 134
  /// The last but one account left its group.
  case linkGroupDissolved = 135
  /// A seller's refusal of a bidder found no place.
  case sellerBlocksFull = 136
  /// A seller admitted a bidder again.
  case sellerBlockLifted = 137
  /// A control of an account was refused.
  case accountControlRefused = 138
  /// Two auctions share a table of increments of their own.
  case incrementTableShared = 139
  /// An auction's own increments found no place.
  case incrementTablesFull = 140
  /// The last auction of a table of increments was forgotten.
  case incrementTableFreed = 141

  // In Sources/Gateway:
  /// A session sent again what was answered already.
  case resendAnswered = 3
  /// A session asked again with a number that left no record, and never will.
  case requestNotApplied = 142
  /// A session sent a number that is too old to be known.
  case requestForgotten = 143
  /// A session sent a number twice on one connection.
  case requestTwice = 144
  /// A session skipped numbers.
  case requestGap = 145
  /// A command's number was zero or out of reach.
  case requestBadNumber = 146
  /// A command was refused because too many were in flight.
  case requestOverWindow = 147
  /// A mass bid had no bid.
  case requestWithoutBids = 148
  /// A command came faster than its session's rate.
  case requestThrottled = 149
  /// A command was malformed behind a sound header.
  case requestMalformed = 150
  /// A command was for another account.
  case requestNotAllowed = 151
  /// A command was for another shard.
  case requestWrongShard = 152
  /// A command was refused because the disk is short.
  case requestDiskFull = 153
  /// A query came faster than its session's rate.
  case queryThrottled = 154
  /// A query was for another shard.
  case queryWrongShard = 155
  /// A query was for operators only.
  case queryNotAllowed = 156
  /// A frame's length was wrong, and its connection ended.
  case badLength = 157
  /// A frame's checksum was wrong, and its connection ended.
  case badChecksum = 158
  /// A connection began with something else than a logon.
  case notLoggedOn = 159
  /// A frame was refused by the session and answered.
  case sessionReject = 160
  /// A session was logged out after too many refusals in a row.
  case sessionAbused = 161
  /// A command that the gates had taken was refused by the shard.
  case commandRefusedLate = 162
  /// A connection was paused because too much of its session is unsent.
  case connectionPaused = 163
  /// A logon that was read waited until there was room to log it.
  case logonWaits = 164
  /// The kernel sent a part of what it was given.
  case partialSend = 165
  /// An answer waited for the batch that it speaks of.
  case answerWaitsForBatch = 166
  /// The answer to a logon waited for the batch before it.
  case logonWaitsForBatch = 167
  /// A paused connection was read again.
  case connectionResumed = 168
  /// A connection did not log on in time.
  case logonTimedOut = 169
  /// A connection that was being closed did not take its last frames in time.
  case closingTimedOut = 170
  /// A send was not taken for too long.
  case sendStalled = 171
  /// A peer was silent for too long.
  case peerSilent = 172
  /// A connection was quiet and got a heartbeat.
  case heartbeatSent = 173
  /// A reply was for a session that is no more.
  case sessionGone = 174
  /// A session's ring ran over what its connection had not taken.
  case ringOverrun = 175
  /// An answer was dropped because nobody was connected.
  case answerDropped = 176
  /// A connection ended because its answers found no room.
  case answersFull = 177
  /// A logon was not authentic.
  case logonRefused = 178
  /// A logon came while the server was stopping.
  case logonWhileStopping = 179
  /// A logon named a session of another account.
  case logonOfForeignSession = 180
  /// A new session could not be logged.
  case logonDiskFull = 181
  /// A new session found no place.
  case sessionsFull = 182
  /// A session came on a second connection, and the first one ended.
  case sessionTakenOver = 183
  /// A logon asked for frames that its session had missed.
  case resendAtLogon = 184
  /// A connection ended before the answer to its logon might leave.
  case logonUntold = 185
  /// The server stopped in order and told its clients.
  case drained = 186
  /// A client was told that the log failed.
  case toldOfFailure = 187
  /// The server stopped or failed before a connection had a session.
  case closedWhileOpening = 188
  /// An idle session gave up its place to a new one.
  case sessionEvicted = 189
  /// An account at its limit of sessions gave up its own idlest one.
  case ownSessionReplaced = 190
  /// A resend was refused because one runs, or came too fast.
  case resendBusy = 191
  /// A resend asked for frames that do not exist.
  case resendMalformed = 192
  /// A resend asked for frames that are no more.
  case resendTooOld = 193
  /// A resend began.
  case resendServed = 194
  /// A resend asked for nothing that is there yet.
  case resendOfNothing = 195
  /// An answer was held for the batch that is being written.
  case answerHeldForSealed = 196
  /// A frame came in pieces.
  case frameInPieces = 197
  /// A session's ring went on at its beginning.
  case ringWrapped = 198
  /// A connection's answers went on at the beginning of their memory.
  case answersWrapped = 199
  /// A session skipped more numbers than are remembered.
  case windowCleared = 200
  /// Taking a session out of the index moved another one.
  case sessionIndexMoved = 201
  /// A session was copied before it changed, for a snapshot.
  case sessionPreserved = 202
  /// A page of a ring was copied before it was written over, for a snapshot.
  case ringPagePreserved = 203
  /// A snapshot's rings had another size than this gateway's.
  case ringsResized = 204
  /// A snapshot of the sessions was not whole.
  case sessionsIncomplete = 205

  // In Sources/Journal:
  /// The journal filled a file and began the next one.
  case journalFileTurned = 206
  /// The journal's memory went on at its beginning.
  case journalWrapped = 207
  /// A journal that was given up let events go.
  case journalLetGo = 208
  /// A write of the journal failed and waits to be tried again.
  case journalWriteFailed = 209
  /// A write of the journal fell short, and the rest followed.
  case journalShortWrite = 210
  /// The journal was given up until the next start.
  case journalAbandoned = 211
  /// The journal's files were cut off behind what the log implies.
  case journalTailCut = 212
  /// A file of the journal was let go.
  case journalTrimmed = 213
  /// A reader needed what is no longer in memory.
  case journalReadFromDisk = 214
  /// A replay's events were the same as those on the disk, to the end.
  case journalConfirmed = 215
  /// A replay's events were not those on the disk, which are written over.
  case journalDiverged = 216
  /// The journal on the disk did not reach the state, and began anew.
  case journalBegunAnew = 217
  /// The journal began anew in the middle of a file.
  case journalFloorDue = 218
  /// The journal ended inside an event.
  case journalCutEvent = 219
  /// No sound event stood where the journal should go on.
  case journalDamaged = 220
  /// The journal held events of records that the log lost.
  case journalAheadOfLog = 221
  /// The journal held events of an earlier life of the file.
  case journalOutOfOrder = 222
  /// A follower asked for events that are no longer held.
  case followerTooOld = 223
  /// A follower asked for events where none begins or that are yet to come.
  case followerRefused = 224
  /// A history reaches back to what is no longer held.
  case historyCutOff = 225
  /// A history was longer than the page that was asked for.
  case historyPaged = 226
  /// An event was longer than the end of a reader's window.
  case historyReadTwice = 227

  // In Sources/Runtime:
  /// The wall clock stepped back; the shard's time stood still.
  case clockSteppedBack = 228
  /// The shard was asked to stop in order.
  case stopTaken = 229
  /// Accepting had ended and was begun again.
  case acceptingAgain = 230
  /// A record was logged because nothing had been for a second.
  case heartbeatLogged = 231
  /// A record of the server's own found no room in the log.
  case ownRecordPostponed = 232
  /// The log failed, everybody was told or had time to be, and the shard ended.
  case stoppedAfterFailure = 233
  /// A command that the gates had taken found the batch full.
  case commandPostponed = 234
  /// A command's answers did not fit into the outbox at once.
  case answerInParts = 235
  /// A new session's record found no room in the log.
  case logonNotLogged = 236
  /// Zeros ahead of the log could not be written.
  case zerosFailed = 237
  /// A write of zeros ahead of the log fell short.
  case zerosShort = 238
  /// Zeros ahead of the log could not be flushed.
  case zerosNotFlushed = 239
  /// The kernel could not accept a connection.
  case acceptFailed = 240
  /// A connection came beyond the cap, or while the server was stopping.
  case connectionRefused = 241
  /// A connection was closed that had input nobody had read.
  case closedWithInput = 242
  /// Input came for a connection that is no more.
  case receivedLate = 243
  /// Receiving ended for want of a buffer, or because it was to end.
  case receiveInterrupted = 244
  /// A peer's connection was reset or failed.
  case connectionReset = 245
  /// Input came for a connection that is being closed.
  case receivedWhileClosing = 246
  /// A paused connection held too much unread input.
  case inputOverrun = 247
  /// Connections were not read in a turn because the batch was full.
  case turnFull = 248
  /// A connection waited for the log, the journal or a snapshot.
  case inputHeldBack = 249
  /// Receiving was cancelled because a connection's replies are not taken.
  case receivingPaused = 250
  /// A send ended after its connection.
  case sentLate = 251
  /// A send failed, and its connection is closed.
  case sendFailed = 252
  /// The shard gave the journal up, and bids went on.
  case journalGivenUp = 253
  /// A file of the journal could not be made or cut.
  case journalNotPrepared = 254
  /// A flush of the journal failed.
  case journalNotFlushed = 255
  /// A question found every place for questions taken.
  case historiesFull = 256
  /// Who asked was gone before the answer.
  case historyUnwanted = 257
  /// A question waited for a reader.
  case historyReadersBusy = 258
  /// A file of the journal that a question needs could not be opened.
  case historyFileGone = 259
  /// A read of the journal failed or fell short.
  case historyShortRead = 260
  /// The journal was damaged where a question needed it.
  case historyDamaged = 261
  /// A page of events ended because it was long enough.
  case eventsCutByLength = 262
  /// A request for a snapshot could not be kept.
  case snapshotRefusedRequest = 263
  /// A snapshot was asked for and nothing had been logged since the last.
  case snapshotOfNothingNew = 264
  /// A snapshot began while the shard served.
  case snapshotBegun = 265
  /// A snapshot was given up because its copies outgrew their memory.
  case snapshotOverflown = 266
  /// A snapshot was given up because the server stopped.
  case snapshotStopped = 267
  /// A snapshot was given up; the next try comes later.
  case snapshotGivenUp = 268
  /// A snapshot got its name.
  case snapshotTaken = 269
  /// Commands waited because a snapshot's copies were too many.
  case snapshotBehind = 270
  /// A subscription found no place.
  case subscriptionsFull = 271
  /// A subscription was dropped because nobody was connected.
  case subscriptionDropped = 272
  /// A subscriber did not take its events, and gets the state later.
  case subscriptionStale = 273
  /// A start passed over a snapshot that did not load.
  case snapshotPassedOver = 274
  /// A start passed over a snapshot that the journal does not reach.
  case snapshotAheadOfJournal = 275
  /// A start began with a snapshot.
  case startedFromSnapshot = 276
  /// A start found the end of the log torn or cut, and went on.
  case tailNoted = 277
  /// A start logged how long nobody could bid.
  case outageLogged = 278
  /// The log failed while the shard was closing it.
  case closedAfterFailure = 279
  /// The journal could not be written while the log was replayed.
  case journalLostAtStart = 280

  /// How often this process took the branch.
  public var hitCount: UInt64 { rostrum_probe_count(rawValue) }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe) { rostrum_probe_hit(probe.rawValue) }
