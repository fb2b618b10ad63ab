internal import CIntrinsics

extension Probe {
  // In Sources/Gateway:
  /// The rare branches of sessions and connections.
  public enum Gateway: UInt16, CaseIterable, Sendable {
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
    /// Commands that were read ahead were applied before the gateway's own answer to what followed.
    case commandsFirst = 284
  }
}

/// Marks a rare branch: one increment in memory, in release builds too.
///
/// - Parameter probe: Which branch.
@_noLocks @inline(__always)
public func probe(_ probe: Probe.Gateway) { rostrum_probe_hit(probe.rawValue) }
