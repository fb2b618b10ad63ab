import Primitives
import Testing
import Wire

@testable import Engine

/// What the frames' checks let through and no rule can mean is refused, and changes nothing.
@Suite struct MalformedTests {
  private typealias Edit = (UnsafeMutableRawPointer) -> Void

  /// What a changed command is answered with, by code; nil when it changed the state.
  private func codes(
    _ driver: inout EngineDriver,
    _ step: Step,
    roles: Roles = .broker,
    edit: Edit = { _ in }
  ) -> [UInt16]? {
    let hash = driver.engine.stateHash()
    let sent = driver.apply(step, roles: roles, edit: edit)
    guard driver.engine.stateHash() == hash else { return nil }
    return sent.map { one in
      guard case .reject(_, _, _, _, _, _, let code, _) = one.said else { return 0 }
      return code
    }
  }

  private let malformed = RejectCode.malformed.rawValue

  @Test func kindsAndActionsThatDoNotExist() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 500, on: id) == 0)
    var bid = PlaceBid.of(2, 900, on: id)
    bid.kind = 3
    let bids = codes(&driver, .bid(bid))
    #expect(bids == [malformed])
    var control = AccountControl.of(.block, 2)
    control.action = 200
    let controls = codes(&driver, .account(control), roles: .operator)
    #expect(controls == [malformed])
  }

  @Test func oneBadBidOfManyIsRefusedAlone() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    func entry(_ amount: Int64, _ kind: UInt8, _ ref: UInt64) -> MassBid.Entry {
      MassBid.Entry(
        auctionId: id, amount: amount, subRef: ref, currency: 840, kind: kind, flags: 0)
    }
    let entries = [entry(500, 0, 1), entry(600, 77, 2), entry(700, 0, 3)]
    let sent = driver.apply(.mass(MassBid(clientRef: 9, bidderId: 1), entries))
    var outcomes: [String] = []
    for one in sent {
      switch one.said {
      case .ack(let ref, _, _, let yours, _, _, _, _, _, _, _, _, _, _):
        outcomes.append("\(ref) leads with \(yours)")
      case .reject(let ref, _, _, _, _, _, let code, _): outcomes.append("\(ref) refused: \(code)")
      default: break
      }
    }
    #expect(outcomes == ["1 leads with 500", "2 refused: \(malformed)", "3 leads with 700"])
    #expect(driver.maximum(id) == 700)
  }

  @Test func moreBidsThanAFrameMayHold() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    let entries = (0...MassBid.Entry.entryCountMax).map { index in
      MassBid.Entry(
        auctionId: id, amount: 500, subRef: UInt64(index), currency: 840, kind: 0, flags: 0)
    }
    let answers = codes(&driver, .mass(MassBid(clientRef: 9, bidderId: 1), entries))
    #expect(answers == [malformed], "one answer for the whole, and no bid is taken")
    let allowed = Array(entries.dropLast())
    #expect(driver.apply(.mass(MassBid(clientRef: 9, bidderId: 1), allowed)).count > 64)
  }

  @Test func nobodyAsBidder() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    #expect(driver.bid(1, 500, on: id) == 0)
    #expect(driver.lower(0, to: 400, on: id) == malformed)
    #expect(driver.removeBids(0, from: id) == malformed)
    #expect(driver.maximum(id) == 500)
  }

  @Test func titlesAndTextsThatAreNoText() {
    var driver = EngineDriver()
    let id = driver.create(.plain())
    var bad = UpdateAuction.of(id)
    bad.changedFields = UpdateFields.title.rawValue
    bad.title = FixedText80(utf8: [0xED, 0xA0, 0x80])
    let titles = codes(&driver, .update(bad, []))
    #expect(titles == [malformed])
    bad.title = FixedText80("A better lot")
    #expect(driver.code(driver.apply(.update(bad, []))) == 0)
    bad.changedFields = UpdateFields.replaceText.rawValue
    let texts = codes(&driver, .update(bad, [])) { frame in
      writeText([UInt8](repeating: 0xBF, count: 64), UpdateAuction.tiers(in:), frame)
    }
    #expect(texts == [malformed])
  }

  /// A character that the border of two chunks cuts is whole; one that the last chunk cuts is not.
  @Test func aDescriptionIsReadAcrossItsChunks() {
    var driver = EngineDriver()
    var text = [UInt8](repeating: UInt8(ascii: "a"), count: 128)
    text.replaceSubrange(62..<66, with: Array("😀".utf8))
    func code(_ text: [UInt8]) -> UInt16 {
      driver.code(
        driver.apply(.create(.plain(), [])) { writeText(text, CreateAuction.tiers(in:), $0) })
    }
    #expect(code(text) == 0)
    #expect(code(Array(text.prefix(64))) == malformed)
    text[64] = UInt8(ascii: "b")
    #expect(code(text) == malformed)
  }

  /// Puts a text into the second group of a frame, in chunks of 64 bytes.
  private func writeText(
    _ text: [UInt8],
    _ tiers: (UnsafeRawPointer) -> GroupSpan,
    _ frame: UnsafeMutableRawPointer
  ) {
    let dimensions = UnsafeMutableRawPointer(mutating: tiers(UnsafeRawPointer(frame)).end)
    let first = GroupSpan.write(dimensions, entryLength: 64, count: text.count / 64)
    UnsafeMutableRawBufferPointer(start: first, count: text.count).copyBytes(from: text)
  }

  /// Also those that the schema has already and no build serves yet.
  @Test(arguments: [999, SettlePayment.templateID])
  func commandsOfALaterBuildAreRefusedByName(unserved: UInt16) {
    var driver = EngineDriver()
    let bid = PlaceBid.of(1, 500, on: 1, ref: 4_711)
    let sent = driver.apply(.bid(bid)) { frame in
      frame.storeBytes(of: unserved.littleEndian, toByteOffset: 18, as: UInt16.self)
    }
    let template = FrameHeader(frame: UnsafeRawPointer(driver.buffer.base)).templateID
    #expect(template == unserved)
    #expect(
      sent.map(\.said) == [
        .reject(
          ref: 4_711, auction: 0, price: .min, next: .min, revision: 0, template: unserved,
          code: RejectCode.unknownTemplate.rawValue, retry: 0)
      ])
  }

  @Test func theRecordOfAnImportChangesNothing() {
    var driver = EngineDriver()
    _ = driver.create(.plain())
    let answers = codes(&driver, .tick) { frame in
      frame.storeBytes(
        of: StateImported.templateID.littleEndian, toByteOffset: 18, as: UInt16.self)
    }
    #expect(answers == [])
  }
}
