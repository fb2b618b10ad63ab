public import Primitives
internal import Wire

/// The auctions of one shard: a pure function of the ordered commands and their stamped times.
///
/// It reads no clock, draws no random number, does no I/O and knows no thread: the same records
/// give the same state and the same frames on every machine, live and in replay. All memory is
/// taken once, at the start; a full table is an answer to the client.
@safe
public struct Engine: ~Copyable {
  /// The shard whose auctions these are.
  public let shard: ShardID
  /// What the tables can hold.
  public let limits: EngineLimits
  /// The time of the newest record, in nanoseconds since the Unix epoch.
  public internal(set) var time: Nanoseconds = 0
  /// The position of the newest record; 0 before the first.
  public internal(set) var position: UInt64 = 0
  /// Whether the outbox was too full to go on: drain it and call `resume` with the same command.
  public internal(set) var moreDue = false
  /// How long an ended auction is remembered, in nanoseconds.
  public internal(set) var retention: Nanoseconds

  /// When the next auction starts, ends or is forgotten; `UInt64.max` when none does.
  public internal(set) var nextDue = Nanoseconds.max

  var auctions: AuctionSlab
  var bids: BidPool
  var accounts: AccountTable
  var links: LinkGroups
  var sellerBlocks: SellerBlocks
  var rates: RateBuckets
  var increments: IncrementTableSlab
  var timers: TimerHeap
  /// Auctions that are open for bids now.
  var activeCount = 0
  /// Pages that changed since a snapshot began, until its writer takes them.
  let snapshotArea: SnapshotArea
  private let snapshotMemory: Region
  /// Whether a snapshot is being taken.
  public internal(set) var isSnapshotRunning = false
  /// The next auction that an outage's end looks at, while the outbox is too full to go on.
  var outageSlot: UInt32 = 0
  /// What the scalars of a snapshot said, while its pages are loaded.
  var loading: LoadedScalars?
  private let inPlace = InPlace()

  /// Takes the memory for a shard's state.
  ///
  /// - Parameters:
  ///   - shard: The shard whose auctions these are.
  ///   - limits: What the tables can hold.
  ///   - memory: Where the memory comes from; it must be zeroed.
  public init(shard: ShardID, limits: EngineLimits, memory: MemorySource) {
    limits.check()
    self.shard = shard
    self.limits = limits
    retention = limits.retention
    snapshotMemory = Region(byteCount: limits.snapshotAreaByteCount, from: memory)
    let area = SnapshotArea(memory: snapshotMemory)
    snapshotArea = area
    auctions = AuctionSlab(capacity: limits.auctionsMax, from: memory, area: area)
    bids = BidPool(capacity: limits.bidsMax, from: memory, area: area)
    accounts = AccountTable(capacity: limits.accountsMax, from: memory, area: area)
    links = LinkGroups(capacity: limits.linkGroupsMax, from: memory, area: area)
    sellerBlocks = SellerBlocks(capacity: limits.sellerBlocksMax, from: memory, area: area)
    rates = RateBuckets(capacity: limits.rateBucketsMax, from: memory, area: area)
    increments = IncrementTableSlab(
      customMax: limits.incrementTablesMax, from: memory, area: area)
    timers = TimerHeap(capacity: limits.auctionsMax, from: memory)
  }

  /// Fires every timer that is due at or before the command's time, then applies the command.
  ///
  /// When `moreDue` is set afterwards the outbox was too full: the command is not applied yet.
  /// Drain the outbox and call `resume` with the same command until `moreDue` is clear.
  ///
  /// - Parameters:
  ///   - command: The next record of the log.
  ///   - outbox: Where replies and events go.
  /// - Complexity: O(1) for a bid; O(log auctions) for each timer that fires.
  #if !DEBUG
  @_noLocks
  #endif
  public mutating func apply(_ command: Command, _ outbox: inout Outbox) {
    let isThrough = !moreDue
    let isInOrder = command.time >= time
    invariant(isThrough, "the command before is through when the next one comes")
    invariant(isInOrder, "a shard's time never steps backwards")
    time = command.time
    position = command.position
    run(command, &outbox)
  }

  /// Goes on with a command that `apply` could not finish, after the outbox was drained.
  ///
  /// - Parameters:
  ///   - command: The same command.
  ///   - outbox: Where replies and events go.
  #if !DEBUG
  @_noLocks
  #endif
  public mutating func resume(_ command: Command, _ outbox: inout Outbox) {
    let isSame = moreDue && command.position == position
    invariant(isSame, "only the command that is not through can be resumed")
    moreDue = false
    run(command, &outbox)
  }

  @inline(always)
  private mutating func run(_ command: Command, _ outbox: inout Outbox) {
    let stamp = Stamp(
      position: command.position,
      time: command.time,
      session: command.session,
      roles: command.roles
    )
    let templateID = unsafe FrameHeader(frame: command.frame).templateID
    if _slowPath(nextDue <= stamp.time) {
      // Ends that fell in an outage move before they can come.
      if templateID == OutageEnded.templateID {
        probe(.outageBeforeEnds)
        unsafe extendAfterOutage(command.frame, stamp, &outbox)
        if moreDue { return }
      }
      fireDue(stamp, &outbox)
      if moreDue { return }
    }
    guard _fastPath(outbox.freeByteCount >= Engine.answerByteCountMax),
      templateID != MassBid.templateID || outbox.freeByteCount >= Outbox.byteCountMin
    else {
      probe(.answerPostponed)
      moreDue = true
      return
    }
    if _fastPath(templateID == PlaceBid.templateID) {
      unsafe placeBid(command.frame, stamp, &outbox)
    } else {
      unsafe dispatch(templateID, command.frame, stamp, &outbox)
    }
  }

  /// More than any command but a `MassBid` is answered with, which has `Outbox.byteCountMin`.
  private static var answerByteCountMax: Int { 1_024 }

  private mutating func dispatch(
    _ templateID: UInt16,
    _ frame: UnsafeRawPointer,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    switch templateID {
    case MassBid.templateID: unsafe massBid(frame, stamp, &outbox)
    case LowerMaximum.templateID: unsafe lowerMaximum(frame, stamp, &outbox)
    case RemoveBids.templateID: unsafe removeBids(frame, stamp, &outbox)
    case CreateAuction.templateID: unsafe createAuction(frame, stamp, &outbox)
    case UpdateAuction.templateID: unsafe updateAuction(frame, stamp, &outbox)
    case CancelAuction.templateID: unsafe cancelAuction(frame, stamp, &outbox)
    case AccountControl.templateID: unsafe accountControl(frame, stamp, &outbox)
    case EngineConfigured.templateID: unsafe configure(frame)
    case OutageEnded.templateID: unsafe endOutage(frame, stamp, &outbox)
    case Tick.templateID, SessionOpened.templateID: break
    // The engine was loaded from the snapshot that the record names before.
    case StateImported.templateID: break
    default: unsafe rejectUnknown(templateID, frame, stamp, &outbox)
    }
  }

  private mutating func configure(_ frame: UnsafeRawPointer) {
    let seconds = unsafe EngineConfigured(frame: frame).retentionSeconds
    retention = min(seconds, EngineLimits.retentionMax / 1_000_000_000) &* 1_000_000_000
  }

  /// Answers a command that this build does not know: every body starts with its clientRef.
  private mutating func rejectUnknown(
    _ templateID: UInt16,
    _ frame: UnsafeRawPointer,
    _ stamp: Stamp,
    _ outbox: inout Outbox
  ) {
    let clientRef = unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount)
    let request = Request(clientRef: clientRef, auctionID: 0, templateID: templateID)
    reject(request, .unknownTemplate, stamp, &outbox)
  }
}
