public import CIntrinsics

/// Asks the CPU for a cache line that will be read or written soon; never faults.
///
/// Inlinable into other modules, since a call would cost as much as it hides.
///
/// - Parameter address: Any address.
@_noLocks @inlinable @inline(__always)
public func prefetch(_ address: UnsafeRawPointer) { unsafe rostrum_prefetch(address) }
