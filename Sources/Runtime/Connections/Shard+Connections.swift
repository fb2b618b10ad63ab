internal import Counters
internal import Gateway
internal import Kernel
internal import Primitives
internal import Wire

extension Shard {
  /// Accepts from now on; a full table of connections ends it, and the next tick begins it again.
  mutating func acceptConnections() {
    ring.accept(listener: FixedFile.listener)
    isAccepting = true
  }

  /// A connection came, or accepting ended.
  mutating func accepted(_ completion: Completion) {
    if !completion.hasMore { isAccepting = false }
    guard completion.result >= 0 else { return probe(.acceptFailed) }
    let index = Int(completion.result)
    let isFree = slots[index].state == .free
    invariant(isFree, "the kernel gives a free place")
    slots.openCount += 1
    if isDraining || slots.openCount > options.connectionsMax { return refuse(index) }
    slots[index].state = .open
    slots[index].isKnown = true
    gateway.openConnection(index, now: now)
    startReceiving(index)
  }

  /// Tells a connection beyond the cap why it is refused; the send's completion closes it.
  private mutating func refuse(_ index: Int) {
    probe(.connectionRefused)
    counters.add(.connectionsRefused)
    slots[index].state = .refusing
    let byteCount = unsafe gateway.writeRefusal(
      RejectCode.overloaded, to: scratch.refusal, now: now)
    slots[index].isSending = true
    unsafe ring.send(
      scratch.refusal, byteCount: byteCount, connection: UInt32(index),
      generation: slots[index].generation)
  }

  /// Asks the kernel for a connection's bytes.
  mutating func startReceiving(_ index: Int) {
    slots[index].isReceiving = true
    ring.receive(connection: UInt32(index), generation: slots[index].generation)
  }

  /// Shuts a connection down; its place is given back when the kernel holds none of its requests.
  mutating func beginClosing(_ index: Int) {
    guard slots[index].state == .open || slots[index].state == .refusing else { return }
    slots[index].state = .closing
    releaseInputs(index)
    ring.shutdown(connection: UInt32(index), generation: slots[index].generation)
  }

  mutating func shutDown(_ completion: Completion) {
    guard let index = slotIndex(of: completion) else { return }
    slots[index].isShutDown = true
    closeWhenQuiet(index)
  }

  /// Gives the place back as soon as no receive and no send of the connection is in the kernel.
  mutating func closeWhenQuiet(_ index: Int) {
    guard slots[index].state == .closing, slots[index].isShutDown, !slots[index].isReceiving,
      !slots[index].isSending, !slots[index].isClosing
    else { return }
    slots[index].isClosing = true
    ring.close(connection: UInt32(index), generation: slots[index].generation)
  }

  mutating func closed(_ completion: Completion) {
    guard let index = slotIndex(of: completion) else { return }
    if slots[index].isKnown { gateway.connectionClosed(index) }
    releaseInputs(index)
    let generation = slots[index].generation &+ 1
    let isQueued = slots[index].isQueued
    slots[index] = ConnectionSlot()
    slots[index].generation = generation
    slots[index].isQueued = isQueued
    slots.openCount -= 1
  }

  /// Closes what the gateway decided to close.
  mutating func closeConnections() {
    while let closure = gateway.takeClosure() { beginClosing(closure.connection) }
  }

  /// Gives the buffers of a connection back unread.
  private mutating func releaseInputs(_ index: Int) {
    if slots[index].inputHead != InputBuffers.none { probe(.closedWithInput) }
    while slots[index].inputHead != InputBuffers.none {
      ring.returnBuffer(inputs.removeFirst(from: &slots[index]))
    }
    slots[index].isFed = false
  }
}
