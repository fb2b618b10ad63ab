internal import Primitives

extension SeededGenerator {
  /// One of some values, each as likely as the others.
  ///
  /// - Parameter values: At least one.
  /// - Returns: The value.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(below(UInt64(values.count)))] }
}
