internal import Counters
internal import Gateway
internal import Kernel
internal import Primitives

extension Shard {
  /// Takes what the kernel has done since the last turn.
  mutating func reap() {
    ring.reap(into: &completions)
    guard completions.count > 0 else { return }
    counters.add(.completions, UInt64(completions.count))
    lastWorkTime = kernel.monotonicTime()
    for index in 0..<completions.count { complete(completions[index]) }
    stageTimes.record(.receive, kernel.monotonicTime() - lastWorkTime)
  }

  private mutating func complete(_ completion: Completion) {
    switch completion.token.kind {
    case .accept: accepted(completion)
    case .receive: received(completion)
    case .send: sent(completion)
    case .shutdown: shutDown(completion)
    case .close: closed(completion)
    case .logWrite: writtenResult = completion.result
    case .logSync: flushed(completion.result)
    case .prepareWrite: preparedZeros(completion.result)
    case .prepareSync: preparedSync(completion.result)
    case .wake: unsafe ring.awaitWake(counter: scratch.wake, fixedIndex: FixedFile.wakeUp)
    case .snapshotStep: snapshotStepped(completion.result)
    case .journalWrite: journalWritten(completion.result)
    case .journalSync: journalSynced(completion.result)
    case .journalRead: journalRead(completion)
    case .cancel, nil: break
    }
  }

  /// The connection of a completion; nil when its place has another user by now.
  @inline(__always)
  func slotIndex(of completion: Completion) -> Int? {
    let index = Int(completion.token.index)
    return slots[index].generation & 0xFF_FFFF == completion.token.generation ? index : nil
  }
}
