internal import Counters
internal import Gateway
internal import Kernel
internal import Primitives

extension Shard {
  /// One send a connection and turn: everything that may leave on it.
  mutating func sendReplies() {
    guard let first = gateway.takeSendable() else { return }
    let started = kernel.monotonicTime()
    sendNext(first)
    while let index = gateway.takeSendable() { sendNext(index) }
    stageTimes.record(.send, kernel.monotonicTime() - started)
  }

  private mutating func sendNext(_ index: Int) {
    guard slots[index].state == .open, !slots[index].isSending,
      let order = unsafe gateway.nextSend(index)
    else { return }
    slots[index].isSending = true
    counters.add(.sends)
    unsafe ring.send(
      order.bytes, byteCount: order.byteCount, connection: UInt32(index),
      generation: slots[index].generation)
  }

  /// A send ended; the rest of a partial one goes next.
  mutating func sent(_ completion: Completion) {
    guard let index = slotIndex(of: completion) else { return probe(.sentLate) }
    slots[index].isSending = false
    if slots[index].isKnown {
      gateway.sent(index, byteCount: max(0, Int(completion.result)))
    }
    switch slots[index].state {
    case .open:
      guard completion.result < 0 else { return sendNext(index) }
      probe(.sendFailed)
      beginClosing(index)
    case .refusing: beginClosing(index)
    case .closing: closeWhenQuiet(index)
    case .free: break
    }
  }
}
