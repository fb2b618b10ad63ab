internal import Primitives
internal import Wire

/// What kind of frame a client may send after its logon.
enum RequestKind: UInt8 {
  /// Logged and applied; carries the client's own number.
  case command
  /// Answered from the state; carries no number.
  case query
  /// About the session itself; carries no number.
  case control
  /// None that a client may send now.
  case unknown

  /// Compares the numbers: without the standard library's generic comparison.
  @_noLocks @inline(__always)
  static func == (one: RequestKind, other: RequestKind) -> Bool { one.rawValue == other.rawValue }
  /// Compares the numbers.
  @_noLocks @inline(__always)
  static func != (one: RequestKind, other: RequestKind) -> Bool { one.rawValue != other.rawValue }
}

/// What the gateway has to know about a template: where the names stand that it must check.
struct RequestRule: BitwiseCopyable {
  /// What kind it is.
  let kind: RequestKind
  /// Where in the body the account stands that acts; -1 = nowhere.
  let actorOffset: Int
  /// Where in the body the auction stands; -1 = nowhere.
  let auctionOffset: Int
  /// Whether it is refused when the log lives on its reserve.
  let needsOpenLog: Bool
  /// Whether only an operator may send it.
  let isOperators: Bool

  /// The rule of a template.
  ///
  /// - Parameter templateID: The template's number.
  @_noLocks
  init(_ templateID: UInt16) {
    switch templateID {
    case 100: self.init(.command, actor: 16, auction: 8, needsOpenLog: true)
    case 101: self.init(.command, actor: 16, auction: 8)
    case 102: self.init(.command, actor: 24, auction: 8)
    case 103: self.init(.command, actor: 8, needsOpenLog: true)
    case 110: self.init(.command, actor: 8, needsOpenLog: true)
    case 111: self.init(.command, actor: 16, auction: 8, needsOpenLog: true)
    case 112: self.init(.command, actor: 16, auction: 8)
    case 120...123: self.init(.query, auction: 8)
    case 124, 125: self.init(.query)
    case 126...128: self.init(.query, isOperators: true)
    case 130: self.init(.command, actor: 16, auction: 8)
    case 140: self.init(.command, actor: 8)
    case 4, 5, 8: self.init(.control)
    default: self.init(.unknown)
    }
  }

  @_noLocks @inline(__always)
  private init(
    _ kind: RequestKind,
    actor: Int = -1,
    auction: Int = -1,
    needsOpenLog: Bool = false,
    isOperators: Bool = false
  ) {
    self.kind = kind
    actorOffset = actor
    auctionOffset = auction
    self.needsOpenLog = needsOpenLog
    self.isOperators = isOperators
  }

  /// The auction that a frame names; 0 when it names none.
  ///
  /// - Parameter frame: The frame.
  /// - Returns: The auction's name, or 0.
  @_noLocks @inline(__always)
  func auctionID(in frame: UnsafeRawPointer) -> UInt64 {
    guard auctionOffset >= 0 else { return 0 }
    return unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount + auctionOffset)
  }

  /// The account that acts; 0 when the frame names none.
  ///
  /// - Parameter frame: The frame.
  /// - Returns: The account, or 0.
  @_noLocks @inline(__always)
  func actorID(in frame: UnsafeRawPointer) -> UInt64 {
    guard actorOffset >= 0 else { return 0 }
    return unsafe LittleEndian.uint64(frame, at: FrameHeader.byteCount + actorOffset)
  }
}
