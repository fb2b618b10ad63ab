internal import Primitives

/// What will happen, by time and then by the order in which it was asked for: a binary heap.
struct EventQueue {
  private struct Event {
    let time: Nanoseconds
    let number: UInt64
    let action: () -> Void

    func isBefore(_ other: Event) -> Bool {
      (time, number) < (other.time, other.number)
    }
  }

  private var heap: [Event] = []
  private var nextNumber: UInt64 = 0

  /// When the next one is due; nil when there is none.
  var nextTime: Nanoseconds? { heap.first?.time }

  /// Puts one in.
  mutating func push(at time: Nanoseconds, _ action: @escaping () -> Void) {
    heap.append(Event(time: time, number: nextNumber, action: action))
    nextNumber += 1
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard heap[index].isBefore(heap[parent]) else { break }
      heap.swapAt(index, parent)
      index = parent
    }
  }

  /// Takes the next one out.
  mutating func pop() -> (() -> Void)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first.action
  }

  private mutating func sink() {
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
        if heap[child].isBefore(heap[least]) { least = child }
      }
      if least == index { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
