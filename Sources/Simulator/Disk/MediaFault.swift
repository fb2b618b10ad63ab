/// A damage to bytes that had been reported as durable, or would have been.
public struct MediaFault: Sendable, Equatable, CustomStringConvertible {
  /// What happened to the bytes.
  public enum Kind: String, Sendable {
    /// The write was reported as done and reached nothing.
    case lostWrite = "a lost write"
    /// The write reached another place: there are two of these, one for each place.
    case misdirectedWrite = "a misdirected write"
    /// Bits changed at rest.
    case rot = "rotten bits"
    /// The disk cannot read them any more.
    case unreadable = "an unreadable page"
    /// The power failed in the middle of a sector.
    case garbledSector = "a garbled sector"
  }

  /// What happened.
  public let kind: Kind
  /// The folder's path.
  public let folder: String
  /// The file's name when it happened.
  public let file: String
  /// The first damaged byte's offset in the file.
  public let offset: UInt64
  /// How many bytes may be damaged.
  public let byteCount: Int

  /// One line: what and where.
  public var description: String {
    "\(kind.rawValue) in \(folder)/\(file) at byte \(offset), \(byteCount) bytes"
  }
}
