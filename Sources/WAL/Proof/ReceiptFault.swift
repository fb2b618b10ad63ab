/// Why a receipt or a proof is not accepted.
public enum ReceiptFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text is not one that this format has; the line is counted from 1.
  case malformed(line: Int, reason: String)
  /// The batch's fields are of another format version.
  case version(UInt16)
  /// The record is not a prefix and a frame of the length that the frame says.
  case record
  /// The position is not one of the batch's.
  case position
  /// The path has not the shape that the position and the count of records give it.
  case path
  /// What the path leads to is not the hash that the receipt names.
  case hash(computed: String)
  /// The proof does not begin at the hash that it should.
  case start
  /// The proof does not end at the hash that it should.
  case end(reached: String)
  /// A link, counted from 1, does not follow from the one before.
  case link(Int, reason: String)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .malformed(let line, let reason): "line \(line): \(reason)"
    case .version(let version): "the batch has format version \(version), not \(LogFormat.version)"
    case .record: "the record is not a prefix of 16 bytes and a frame of the length it names"
    case .position: "the position is not one of the batch's"
    case .path: "the path does not fit the position and the batch's count of records"
    case .hash(let computed): "the record leads to batch hash \(computed), not to the one named"
    case .start: "the proof begins at another batch hash"
    case .end(let reached): "the proof leads to batch hash \(reached), not to the one named"
    case .link(let number, let reason): "link \(number): \(reason)"
    }
  }
}
