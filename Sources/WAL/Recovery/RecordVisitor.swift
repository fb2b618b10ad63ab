/// Takes the records of a log in order.
public protocol RecordVisitor: ~Copyable {
  /// Takes one record of a proven batch; its frame's memory is valid during the call.
  ///
  /// - Parameter record: The record.
  mutating func visit(_ record: LogRecord)

  /// Takes the header of a proven batch, before its records.
  ///
  /// - Parameter header: The header.
  mutating func visitBatch(_ header: BatchHeader)

  /// Is told of a frame that comes soon, so that its memory can be asked for meanwhile.
  ///
  /// - Parameter frame: The frame of a proven batch.
  mutating func willVisit(_ frame: UnsafeRawPointer)
}

extension RecordVisitor where Self: ~Copyable {
  /// Does nothing: most visitors care for records alone.
  ///
  /// - Parameter header: The header.
  public mutating func visitBatch(_ header: BatchHeader) {}

  /// Does nothing: most visitors touch little memory.
  ///
  /// - Parameter frame: The frame.
  public mutating func willVisit(_ frame: UnsafeRawPointer) {}
}

/// Looks at no record: recovery still verifies every batch.
public struct IgnoringVisitor: RecordVisitor {
  /// Makes one.
  public init() {}
  /// Does nothing.
  ///
  /// - Parameter record: The record.
  public mutating func visit(_ record: LogRecord) {}
}
