internal import Primitives

/// One session: what is logged of it, and what only this run knows.
///
/// Logged (rebuilt by replay, part of the state hash): names, `window`, `nextServerSequence`,
/// `lastActivity`, `generation`, and with them the content of `ring`. After a power failure they
/// are as of the last durable record, which is all that a client was ever told. The rest belongs to
/// the connection of the moment, and a restart begins it anew.
@safe
struct Session: BitwiseCopyable {
  /// The recoverable stream.
  var ring: ReplayRing
  /// The ring's offset up to which frames may leave.
  var durableEnd: UInt64 = 0
  /// The number of the next sequenced frame.
  var nextServerSequence: UInt64 = 1
  /// The ring's offset up to which frames were given to the connection.
  var cursor: UInt64 = 0
  /// The ring's offset of the next frame to send again; `UInt64.max` = no resend.
  var resendCursor: UInt64 = .max

  /// The client's next number on this connection.
  var expectedSequence: UInt64 = 1
  /// Which of the client's requests left a record.
  var window: AppliedWindow
  /// How fast the client may send.
  var bucket = TokenBucket()
  /// The connection; `SessionTable.none` when nobody is connected.
  var connection: UInt32 = SessionTable.none
  /// Refusals since the last request that was taken.
  var refusalsInRow: UInt32 = 0
  /// Replies owed to requests that were taken.
  var inFlight: UInt32 = 0
  /// Replies of them that wait for the batch that gathers.
  var gatheredCount: UInt32 = 0
  /// Replies of them that wait for the batch that is being written.
  var sealedCount: UInt32 = 0

  /// The ring's tail when the batch that is being written was sealed.
  var sealedEnd: UInt64 = 0
  /// Which of the two lists of touched sessions hold it: bit 0, bit 1.
  var listBits: UInt8 = 0
  /// The next session of each list.
  var links: (UInt32, UInt32) = (SessionTable.none, SessionTable.none)
  /// The ring's offset at which a resend ends.
  var resendEnd: UInt64 = 0
  /// The answer queue's offset behind the ResendBegin that a resend waits for.
  var resendTrigger: UInt64 = 0

  /// Which session of its place, from 1; 0 = the place was never used.
  var generation: UInt16 = 0
  /// First half of the name.
  var idHigh: UInt64 = 0
  /// Second half of the name.
  var idLow: UInt64 = 0
  /// The account it acts for.
  var accountId: UInt64 = 0
  /// The key that opened it.
  var apiKeyId: UInt64 = 0
  /// The logged time of its last request.
  var lastActivity: Nanoseconds = 0

  /// The oldest ring offset that the connection still needs.
  @inline(__always)
  var neededOffset: UInt64 { @_noLocks get { min(cursor, resendCursor) } }
  /// The ring's bytes that are not sent yet.
  @inline(__always)
  var unsentBytes: Int {
    @_noLocks get {
      let needed = neededOffset
      return needed >= ring.tail ? 0 : Int(truncatingIfNeeded: ring.tail - needed)
    }
  }
  /// Requests that were taken and are neither applied nor refused.
  @inline(__always)
  var unappliedCount: UInt32 { @_noLocks get { inFlight &- gatheredCount &- sealedCount } }
}
