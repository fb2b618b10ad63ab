/// Stops the process because of a bug: the state can no longer be trusted.
@inline(never) @usableFromInline
func invariantFailed(_ message: StaticString, _ file: StaticString, _ line: UInt) -> Never {
  fatalError("invariant: \(message) at \(file):\(line)")
}

/// Checks what must hold whatever a client sends; stays on in production.
///
/// A business refusal is returned and an operating error is thrown: this is for bugs alone.
///
/// - Parameters:
///   - condition: What must hold.
///   - message: What it means that it does not.
///   - file: Where the check stands.
///   - line: Where the check stands.
/// - Complexity: O(1): one test and one branch, the message is kept out of line.
@inlinable @inline(__always) @_noLocks
public func invariant(
  _ condition: @autoclosure () -> Bool, _ message: StaticString,
  file: StaticString = #fileID, line: UInt = #line
) {
  if _slowPath(!condition()) { invariantFailed(message, file, line) }
}
