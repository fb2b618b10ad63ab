public import Primitives

/// The log of one machine, made of the same parts as the serving shard's, one call after the other.
///
/// For tools, tests and as the model for a replicated log; a serving shard drives `LogWriter`
/// itself so that it never blocks.
public struct LocalLog<S: Storage & ~Copyable>: PartitionLog, ~Copyable {
  private var storage: S
  private var options: LogOptions
  private let memory: MemorySource
  private var files = SegmentFiles()
  private var writer: LogWriter?

  /// Names a log; `open(epoch:visitor:)` opens it.
  ///
  /// - Parameters:
  ///   - storage: The log's folder.
  ///   - options: How to open it.
  ///   - memory: Where the buffers come from.
  public init(storage: consuming S, options: LogOptions, memory: MemorySource) {
    self.storage = storage
    self.options = options
    self.memory = memory
  }

  /// The position of the last durable record, 0 if there has never been one.
  public var tailPosition: UInt64 {
    switch writer {
    case .some(let writer): writer.commit.durablePosition
    case .none: 0
    }
  }

  /// Which commands the log has room for.
  public var admission: LogAdmission {
    switch writer {
    case .some(let writer): writer.commit.admission
    case .none: .stopped
    }
  }

  private var lastTime: UInt64 {
    switch writer {
    case .some(let writer): writer.commit.lastTime
    case .none: 0
    }
  }

  /// Opens the log under an epoch higher than any before.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, or nil for one more than the highest.
  ///   - visitor: Takes the records that the log holds.
  /// - Returns: What was found.
  /// - Throws: `LogError` if the log is damaged, fenced, or a system call fails.
  public mutating func open<V: RecordVisitor & ~Copyable>(
    epoch: UInt64?,
    visitor: inout V
  ) throws(LogError) -> RecoveredLog {
    writer = nil
    files.closeAll(&storage)
    options.epoch = epoch
    let opened = try LogWriter.open(
      &storage,
      files: &files,
      options: options,
      memory: memory,
      visitor: &visitor
    )
    let recovered = opened.recovered
    writer = consume opened
    return recovered
  }

  /// Appends records if the log still ends where the caller thinks it does.
  ///
  /// - Parameters:
  ///   - batch: The records.
  ///   - expect: The position of the last record before them.
  /// - Returns: Whether they are durable; `unknown` after a failed write or flush.
  /// - Throws: `LogError` if nothing was tried.
  public mutating func append(
    _ batch: LogBatch,
    expect: UInt64
  ) throws(LogError) -> AppendOutcome {
    guard writer != nil else { throw .notOpen }
    if let failure = writer?.commit.failure { throw .poisoned(failure) }
    guard try holdsClaim(), expect == tailPosition else { return .fenced(last: tailPosition) }
    prepareSegments()
    try check(batch)
    try stage(batch)
    guard try commit() else { return .unknown }
    // Looked at after the batch is durable: see `EpochClaim`.
    guard let isOwner = try? holdsClaim() else { return .unknown }
    return isOwner ? .committed(position: tailPosition) : .fenced(last: tailPosition)
  }

  /// Gives the durable records from a position on.
  ///
  /// - Parameters:
  ///   - position: The first record wanted.
  ///   - visitor: Takes them.
  /// - Throws: `LogError` if they are not held or cannot be read.
  public mutating func read<V: RecordVisitor & ~Copyable>(
    from position: UInt64,
    visitor: inout V
  ) throws(LogError) {
    guard let held = writer?.segments.oldestPosition else { throw .notOpen }
    guard position >= held else {
      throw .positionNotHeld(wanted: position, oldest: held, last: tailPosition)
    }
    _ = try Recovery.read(
      &storage,
      shard: options.shard,
      range: LogRange(from: position),
      limits: options.limits,
      memory: memory,
      visitor: &visitor
    )
  }

  /// Gives what became durable after a position.
  ///
  /// - Parameters:
  ///   - position: The last record that the caller has.
  ///   - visitor: Takes the records.
  /// - Returns: The position of the last record given.
  /// - Throws: `LogError` as `read(from:visitor:)` does.
  public mutating func tail<V: RecordVisitor & ~Copyable>(
    after position: UInt64,
    visitor: inout V
  ) throws(LogError) -> UInt64 {
    if position < tailPosition { try read(from: position + 1, visitor: &visitor) }
    return tailPosition
  }

  /// Releases records that a durable snapshot covers.
  ///
  /// - Parameter position: The last record that is not needed any more.
  /// - Throws: `LogError.notOpen` if the log is not open.
  public mutating func trim(upTo position: UInt64) throws(LogError) {
    guard writer != nil else { throw .notOpen }
    writer?.trim(upTo: position)
    prepareSegments()
  }

  /// Writes the batch that says that this process stopped in order.
  ///
  /// - Throws: `LogError.poisoned` if it cannot be made durable.
  public mutating func close() throws(LogError) {
    writer?.commit.close()
    _ = try commit()
    if let failure = writer?.commit.failure { throw .poisoned(failure) }
    writer = nil
    files.closeAll(&storage)
  }

  private mutating func holdsClaim() throws(LogError) -> Bool {
    try EpochClaim.read(&storage, memory: memory) == writer?.commit.identity.epoch
  }

  /// Executes all work on segments that is due; a full disk is tried again each time.
  private mutating func prepareSegments() {
    writer?.retryPreparing()
    while let step = writer?.nextPrepareStep() ?? nil {
      writer?.completed(files.execute(&storage, step))
    }
  }

  /// Refuses a batch before any of it is staged, so that it is taken whole or not at all.
  private func check(_ batch: LogBatch) throws(LogError) {
    let total = unsafe batch.bytes.count
    guard let base = unsafe batch.bytes.baseAddress, total > 0 else {
      throw .invalidBatch("is empty")
    }
    if LogFormat.batchByteCount(payloadByteCount: total) > options.limits.batchByteCountMax {
      throw .invalidBatch("is longer than batchByteCountMax")
    }
    var time = lastTime
    var offset = 0
    while offset < total {
      let record = unsafe base + offset
      guard let frame = unsafe LogRecord.frameByteCount(record, remaining: total - offset) else {
        throw .invalidBatch("has a frame of a wrong length at byte \(offset)")
      }
      let recordTime = unsafe record.word64(at: 0)
      if recordTime < time { throw .invalidBatch("goes back in time at byte \(offset)") }
      time = recordTime
      offset += LogFormat.recordPrefixByteCount + frame
    }
  }

  private mutating func stage(_ batch: LogBatch) throws(LogError) {
    guard admission != .stopped, let base = unsafe batch.bytes.baseAddress else {
      throw .storageFull
    }
    var offset = 0
    while unsafe offset < batch.bytes.count {
      let record = unsafe LogRecord(position: 0, record: base + offset, byteCount: 0)
      let frame = unsafe Int(record.frame.word32(at: 0))
      let result = unsafe writer?.commit.stage(
        time: record.time,
        session: record.session,
        roles: record.roles,
        frame: record.frame,
        byteCount: frame
      )
      guard case .staged = result else { throw .storageFull }
      offset += LogFormat.recordPrefixByteCount + frame
    }
  }

  /// Writes and flushes all that is staged; false if that failed.
  private mutating func commit() throws(LogError) -> Bool {
    while var order = writer?.commit.nextWrite() ?? nil {
      while let rest = execute(order) { order = rest }
    }
    return writer?.commit.failure == nil
  }

  /// Executes one write; gives the rest if it was short.
  private mutating func execute(_ order: WriteOrder) -> WriteOrder? {
    let result = files.execute(&storage, order)
    if case .retryShortWrite(let rest) = writer?.completed(order, result) { return rest }
    return nil
  }
}
