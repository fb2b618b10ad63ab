public import Primitives
internal import Wire

/// An event of the journal: what happened, and where the same auction's event before it stands.
@safe
public struct JournalEvent: BitwiseCopyable {
  /// Where it begins in the journal.
  public let offset: UInt64
  /// Its bytes, the frame included.
  public let byteCount: Int
  /// The position in the log that it follows from.
  public let logPosition: UInt64
  /// When it happened, as the log says.
  public let time: Nanoseconds
  /// Whose event it is.
  public let auctionID: AuctionID
  /// Where the auction's event before begins; 0 = none.
  public let previousOffset: UInt64
  /// The template of the frame.
  public let templateID: UInt16
  /// The frame as the engine wrote it: sequence and checksum are zero.
  public let frame: UnsafeRawPointer

  /// The bytes of the frame.
  @inlinable public var frameByteCount: Int {
    @_noLocks get { byteCount - JournalFormat.headerByteCount }
  }

  /// Reads an event that was proven.
  @_noLocks
  init(decoding bytes: UnsafeRawPointer, at offset: UInt64) {
    self.offset = offset
    byteCount = unsafe Int(LittleEndian.uint32(bytes, at: 0))
    logPosition = unsafe LittleEndian.uint64(bytes, at: 8)
    time = unsafe LittleEndian.uint64(bytes, at: 16)
    auctionID = unsafe AuctionID(raw: LittleEndian.uint64(bytes, at: 24))
    previousOffset = unsafe LittleEndian.uint64(bytes, at: 32)
    templateID = unsafe LittleEndian.uint16(bytes, at: 40)
    unsafe frame = bytes + JournalFormat.headerByteCount
  }

  /// The auction that a public frame or a notice of the engine speaks of.
  ///
  /// - Parameter frame: The frame's first byte.
  /// - Returns: The auction's name: the first field, or the second behind a request's number.
  @_noLocks
  public static func auction(of frame: UnsafeRawPointer) -> AuctionID {
    let isState = unsafe LittleEndian.uint16(frame, at: 18) == AuctionState.templateID
    let place = FrameHeader.byteCount + (isState ? 8 : 0)
    return unsafe AuctionID(raw: LittleEndian.uint64(frame, at: place))
  }
}

/// What stands at an offset.
enum JournalItem: BitwiseCopyable {
  /// An event.
  case event(JournalEvent)
  /// Nothing more in this file: so many bytes to its end.
  case filler(Int)
  /// Events that are not held: so many bytes.
  case gap(Int)
  /// A file's header.
  case fileHeader
  /// Cannot be told before so many bytes are there.
  case more(Int)
  /// None of these.
  case damaged

  /// The bytes of it, 0 when nothing is known.
  var byteCount: Int {
    @_noLocks get {
      switch self {
      case .event(let event): event.byteCount
      case .filler(let byteCount), .gap(let byteCount): byteCount
      case .fileHeader: JournalFormat.fileHeaderByteCount
      case .more, .damaged: 0
      }
    }
  }
}

extension JournalLayout {
  /// Judges what stands at an offset.
  ///
  /// - Parameters:
  ///   - bytes: The bytes from that offset on.
  ///   - held: How many there are.
  ///   - offset: The offset.
  /// - Returns: What it is.
  @_noLocks
  func item(_ bytes: UnsafeRawPointer, held: Int, at offset: UInt64) -> JournalItem {
    let inFile = offsetInFile(of: offset)
    let rest = Int(fileByteCount - inFile)
    if inFile == 0 { return unsafe fileHeader(bytes, held: held, at: offset) }
    let least = min(rest, JournalFormat.headerByteCount)
    guard held >= least else { return .more(least) }
    if rest < JournalFormat.headerByteCount {
      return unsafe Self.isZero(bytes, byteCount: rest) ? .filler(rest) : .damaged
    }
    let byteCount = unsafe Int(LittleEndian.uint32(bytes, at: 0))
    guard byteCount & 7 == 0, byteCount >= JournalFormat.headerByteCount, byteCount <= rest else {
      return .damaged
    }
    let template = unsafe LittleEndian.uint16(bytes, at: 40)
    if template == JournalFormat.gapTemplate {
      return unsafe gap(bytes, byteCount: byteCount, at: offset)
    }
    guard byteCount <= JournalFormat.eventByteCountMax else { return .damaged }
    guard held >= byteCount else { return .more(byteCount) }
    guard unsafe isProven(bytes, byteCount: byteCount, at: offset) else { return .damaged }
    if template != JournalFormat.fillerTemplate {
      return unsafe event(bytes, byteCount: byteCount, at: offset)
    }
    let body = byteCount - JournalFormat.headerByteCount
    let isEmpty = unsafe Self.isZero(bytes + JournalFormat.headerByteCount, byteCount: body)
    return isEmpty && byteCount == rest ? .filler(rest) : .damaged
  }

  @_noLocks @inline(__always)
  private func isProven(_ bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64) -> Bool {
    unsafe LittleEndian.uint32(bytes, at: 4) == checksum(bytes, byteCount: byteCount, at: offset)
  }

  @_noLocks
  private func event(
    _ bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) -> JournalItem {
    let event = unsafe JournalEvent(decoding: bytes, at: offset)
    guard byteCount >= JournalFormat.headerByteCount + JournalFormat.frameByteCountMin,
      event.previousOffset < offset,
      unsafe Int(LittleEndian.uint32(event.frame, at: 0)) == event.frameByteCount,
      unsafe LittleEndian.uint16(event.frame, at: 18) == event.templateID
    else { return .damaged }
    return .event(event)
  }

  /// A gap is a header and a length; what stands behind the header was never written.
  @_noLocks
  private func gap(
    _ bytes: UnsafeRawPointer, byteCount: Int, at offset: UInt64
  ) -> JournalItem {
    let isFirst = offsetInFile(of: offset) == UInt64(JournalFormat.fileHeaderByteCount)
    let header = JournalFormat.headerByteCount
    return unsafe isFirst && isProven(bytes, byteCount: header, at: offset)
      ? .gap(byteCount) : .damaged
  }

  @_noLocks
  private func fileHeader(
    _ bytes: UnsafeRawPointer, held: Int, at offset: UInt64
  ) -> JournalItem {
    guard held >= JournalFormat.fileHeaderByteCount else {
      return .more(JournalFormat.fileHeaderByteCount)
    }
    let finding = unsafe JournalFileHeader.inspect(bytes, at: offset)
    guard case .valid(let header) = finding, header.layout.isSame(as: self),
      header.version == JournalFormat.version
    else { return .damaged }
    return .fileHeader
  }

  @_noLocks
  static func isZero(_ bytes: UnsafeRawPointer, byteCount: Int) -> Bool {
    var sum: UInt64 = 0
    for place in 0..<byteCount / 8 { unsafe sum |= LittleEndian.uint64(bytes, at: place * 8) }
    return sum == 0
  }
}
