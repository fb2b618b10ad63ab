internal import Primitives

/// What stands in a segment, block by block.
struct BatchList {
  private let secret: LogSecret
  private let showsStale: Bool
  private var expected: ExpectedBatch
  private var offset = UInt64(LogFormat.blockByteCount)
  private(set) var batches: [InspectedBatch] = []

  init(_ header: SegmentHeader, showsStale: Bool) {
    secret = header.secret
    expected = ExpectedBatch(header, copiesLeft: header.copiedBatchCount)
    self.showsStale = showsStale
  }

  /// Walks the chain to its end and then looks at every block behind it.
  mutating func fill<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ reader: inout SegmentReader
  ) throws(LogError) {
    while true {
      let found = try reader.examine(&storage, at: offset, expected: expected, secret: secret)
      guard case .proven(let header, let root) = found else {
        try append(&storage, &reader, verdict: found.recoveryCase)
        break
      }
      batches.append(
        InspectedBatch(offset: offset, header: header, verdict: .proven, root: root)
      )
      expected.advance(past: header)
      offset += UInt64(header.batchByteCount)
    }
    try appendRest(&storage, &reader)
  }

  private mutating func append<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ reader: inout SegmentReader,
    verdict: RecoveryCase
  ) throws(LogError) {
    let header = try header(&storage, &reader)
    let root = try header.map { header throws(LogError) in
      try self.root(&storage, &reader, header)
    }
    batches.append(
      InspectedBatch(offset: offset, header: header, verdict: verdict, root: root ?? nil)
    )
  }

  private mutating func appendRest<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ reader: inout SegmentReader
  ) throws(LogError) {
    let block = LogFormat.blockByteCount
    offset += UInt64(block)
    while try reader.load(&storage, at: offset, byteCount: block) >= LogFormat.headerByteCount {
      if let header = try header(&storage, &reader) {
        let isLater = header.batchNumber > expected.number
        if isLater || showsStale {
          try append(&storage, &reader, verdict: isLater ? .laterBatchStands : .staleEnd)
        }
      }
      offset += UInt64(block)
    }
  }

  private func header<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ reader: inout SegmentReader
  ) throws(LogError) -> BatchHeader? {
    let count = try reader.load(&storage, at: offset, byteCount: LogFormat.blockByteCount)
    guard count >= LogFormat.headerByteCount,
      case .valid(let header) = unsafe BatchHeader.inspect(
        reader.bytes(at: offset),
        logID: secret.logID
      )
    else { return nil }
    return header
  }

  /// The root over the records of a batch, if they are those that were sealed.
  private func root<S: Storage & ~Copyable>(
    _ storage: inout S,
    _ reader: inout SegmentReader,
    _ header: BatchHeader
  ) throws(LogError) -> Digest? {
    let byteCount = header.batchByteCount
    guard header.version == LogFormat.version, header.isPlausible,
      try reader.load(&storage, at: offset, byteCount: byteCount) == byteCount,
      case .proven(let root) = unsafe header.inspectBody(
        reader.bytes(at: offset),
        blindingKey: secret.blindingKey
      )
    else { return nil }
    return root
  }
}

extension BatchExamination {
  /// The row of the recovery table.
  var recoveryCase: RecoveryCase {
    switch self {
    case .proven: .proven
    case .missing(let recoveryCase), .refused(let recoveryCase): recoveryCase
    case .otherVersion: .otherVersion
    }
  }
}
