internal import Primitives

/// Finds where a damaged log breaks and everything that stands behind.
struct RepairPlanner {
  private let files: [InspectedSegment]
  private var names: Set<String>
  private var plan = RepairPlan()
  private var secret = LogSecret(logID: 0, blindingKey: .zero)

  /// Takes the segments and the names of all files of the folder.
  init(damage: LogDamage, files: [InspectedSegment], names: Set<String>) {
    self.files = files
    self.names = names
    plan.damage = damage
  }

  mutating func plan<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> RepairPlan {
    guard let oldest = files.first(where: { $0.role == .used }), let header = oldest.header else {
      throw .notRepairable(reason: "no segment has a sound header")
    }
    if files.contains(where: { $0.role == .damaged && $0.number < oldest.number }) {
      throw .notRepairable(reason: "its oldest segment is damaged, which is not the log's tail")
    }
    secret = header.secret
    let (found, stop) = try findBreak(&storage, shard: shard, limits: limits, memory: memory)
    var isCutNeeded = found.isRefused
    var aside: [InspectedSegment] = []
    for file in files where file.number >= stop.segment.number || file.role == .spare {
      let lost = try lost(&storage, file, stop, limits, memory)
      plan.lost += lost
      if file.number == stop.segment.number {
        isCutNeeded = isCutNeeded || !lost.isEmpty
      } else if file.role == .used || file.role == .damaged || !lost.isEmpty {
        aside.append(file)
      }
    }
    plan.lost.sort { ($0.batchNumber, $0.file, $0.offset) < ($1.batchNumber, $1.file, $1.offset) }
    // The newest first and the cut last: until then the log is refused, or is what is kept.
    for file in aside.reversed() {
      plan.steps.append(.moveAside(file: file.name, to: freeName(file.name)))
    }
    if isCutNeeded { appendCut(stop) }
    if plan.steps.isEmpty {
      throw .notRepairable(reason: "what is damaged stands in no file that could be cut off")
    }
    return plan
  }

  /// The first place where the next batch should stand and does not.
  private mutating func findBreak<S: Storage & ~Copyable>(
    _ storage: inout S,
    shard: ShardID,
    limits: LogLimits,
    memory: MemorySource
  ) throws(LogError) -> (BatchExamination, WalkStop) {
    var end = UInt64.max
    while true {
      var survey = SegmentSurvey()
      for file in files where file.role == .used && file.number < end {
        try survey.add(file, shard: shard)
      }
      let reader = SegmentReader(limits: limits, memory: memory)
      var walk = LogWalk(survey: survey, from: 0, reader: reader)
      defer { walk.close(&storage) }
      let (found, stop) = try follow(&walk, &storage)
      // A segment without its first batch holds nothing; the one before it may hold that batch,
      // of which the first is a copy.
      let isFirst = stop.offset == UInt64(LogFormat.blockByteCount)
      guard isFirst, survey.used.count > 1 else { return (found, stop) }
      end = stop.segment.number
    }
  }

  /// Steps through the log to where it breaks.
  private mutating func follow<S: Storage & ~Copyable>(
    _ walk: inout LogWalk,
    _ storage: inout S
  ) throws(LogError) -> (BatchExamination, WalkStop) {
    plan.keptPosition = 0
    plan.keptBatchNumber = 0
    while let step = try walk.next(&storage) {
      switch step {
      case .batch(let batch):
        plan.keptPosition = batch.header.lastPosition
        plan.keptBatchNumber = batch.header.batchNumber
      case .stop(let found, let stop):
        if plan.keptBatchNumber == 0 {
          throw .notRepairable(reason: "no batch before the damage is held")
        }
        return (found, stop)
      }
    }
    throw .notRepairable(reason: "no batch was found")
  }

  /// The batches from the break on that stand in a file.
  private func lost<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ file: InspectedSegment,
    _ stop: WalkStop,
    _ limits: LogLimits,
    _ memory: MemorySource
  ) throws(LogError) -> [LostBatch] {
    guard file.role != .preparing, file.role != .foreign else { return [] }
    let first = UInt64(LogFormat.blockByteCount)
    var search = BatchSearch(secret: secret, limits: limits, memory: memory)
    return try search.find(
      &storage,
      file: file,
      from: file.number == stop.segment.number ? stop.offset : first,
      above: plan.keptBatchNumber
    )
  }

  private mutating func appendCut(_ stop: WalkStop) {
    plan.steps.append(
      .copyAsideAndCut(
        file: stop.segment.name,
        to: freeName(stop.segment.name),
        byteCount: stop.offset
      )
    )
  }

  /// A name that no file has: an earlier repair may have put the same segment aside.
  private mutating func freeName(_ name: String) -> String {
    var free = name + ".damaged"
    var count = 1
    while names.contains(free) {
      count += 1
      free = name + ".damaged-\(count)"
    }
    names.insert(free)
    return free
  }
}

extension BatchExamination {
  /// Whether the log is refused for what stands here, whatever stands behind.
  var isRefused: Bool {
    switch self {
    case .proven, .missing: false
    case .refused, .otherVersion: true
    }
  }
}

/// Looks for batches of a log at every block of a file.
struct BatchSearch: ~Copyable {
  private let secret: LogSecret
  private var reader: SegmentReader

  init(secret: LogSecret, limits: LogLimits, memory: MemorySource) {
    self.secret = secret
    reader = SegmentReader(limits: limits, memory: memory)
  }

  mutating func find<S: Storage & ~Copyable>(
    _ storage: inout S,
    file: InspectedSegment,
    from start: UInt64,
    above number: UInt64
  ) throws(LogError) -> [LostBatch] {
    let block = LogFormat.blockByteCount
    var found: [LostBatch] = []
    var offset = start
    try reader.open(&storage, number: file.number)
    defer { reader.close(&storage) }
    while try reader.load(&storage, at: offset, byteCount: block) >= LogFormat.headerByteCount {
      let finding = unsafe BatchHeader.inspect(reader.bytes(at: offset), logID: secret.logID)
      if case .valid(let header) = finding, header.batchNumber > number {
        found.append(
          LostBatch(
            file: file.name,
            offset: offset,
            batchNumber: header.batchNumber,
            firstPosition: header.firstPosition,
            recordCount: header.recordCount,
            isIntact: try isIntact(&storage, header, offset)
          )
        )
      }
      offset += UInt64(block)
    }
    return found
  }

  private mutating func isIntact<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ header: BatchHeader,
    _ offset: UInt64
  ) throws(LogError) -> Bool {
    let byteCount = header.batchByteCount
    guard header.version == LogFormat.version, header.isPlausible,
      try reader.load(&storage, at: offset, byteCount: byteCount) == byteCount,
      case .proven = unsafe header.inspectBody(
        reader.bytes(at: offset),
        blindingKey: secret.blindingKey
      )
    else { return false }
    return true
  }
}
