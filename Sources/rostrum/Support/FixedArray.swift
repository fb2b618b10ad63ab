import Primitives

/// Elements at fixed places, taken once: no growth, no reference counting, no exclusivity checks.
@safe
struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
  let count: Int
  private let base: UnsafeMutablePointer<Element>

  init(repeating element: Element, count: Int) {
    self.count = count
    unsafe base = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: element, count: count)
  }

  /// Where the first element stands, for a system call that fills them.
  var start: UnsafeMutablePointer<Element> { unsafe base }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      invariant(index >= 0 && index < count, "an index is within its array")
      return unsafe base[index]
    }
    @inline(__always) nonmutating _modify {
      invariant(index >= 0 && index < count, "an index is within its array")
      yield unsafe &base[index]
    }
  }
}
