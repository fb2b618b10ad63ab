internal import CIntrinsics

extension Probe {
  // In Sources/Runtime:
  /// The rare branches of the shard.
  public enum Runtime: UInt16, CaseIterable, Sendable {
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
    /// A snapshot was due and the journal was given up.
    case snapshotWithoutJournal = 285
    /// Events went past the page cache, in whole blocks.
    case journalWholeBlocks = 286
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.Runtime) { rostrum_probe_hit(probe.rawValue) }
