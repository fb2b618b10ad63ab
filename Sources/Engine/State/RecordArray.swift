/// The records of a table by index, as a value that hot code keeps in a register.
///
/// Reading a table's base address again after each store costs more than the store: the compiler
/// can't know that a record never overlaps the engine itself. Hot functions therefore take this
/// value once. An index must lie within the table; the table's own functions see to that.
@safe
struct RecordArray<Record: BitwiseCopyable>: BitwiseCopyable {
  let base: UnsafeMutablePointer<Record>

  @inline(always)
  init(_ base: UnsafeMutablePointer<Record>) { unsafe self.base = base }

  @inline(always)
  subscript(index: UInt32) -> Record {
    @inline(always) unsafeAddress { unsafe UnsafePointer(base + Int(index)) }
    @inline(always) nonmutating unsafeMutableAddress { unsafe base + Int(index) }
  }

  @inline(always)
  subscript(index: Int) -> Record {
    @inline(always) unsafeAddress { unsafe UnsafePointer(base + index) }
    @inline(always) nonmutating unsafeMutableAddress { unsafe base + index }
  }
}
