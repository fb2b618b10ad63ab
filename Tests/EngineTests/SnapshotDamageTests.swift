import Primitives
import Testing
import Wire

@testable import Engine

/// A damaged snapshot is refused, or has another hash, or the damage means nothing for good.
@Suite struct SnapshotDamageTests {
  private enum Fate { case refused, otherHash, meaningless, harmful }

  /// What becomes of an engine that loads altered pieces.
  private func fate(
    _ copy: SnapshotCopy,
    of history: borrowing SnapshotHistory,
    _ hash: Digest
  ) -> Fate {
    var loaded = history.freshDriver()
    guard copy.load(into: &loaded.engine) else { return .refused }
    guard loaded.engine.stateHash() == hash else { return .otherHash }
    guard history.replay(on: &loaded) == history.sent,
      loaded.engine.stateHash() == history.driver.engine.stateHash()
    else { return .harmful }
    return .meaningless
  }

  private func snapshot(
    _ history: inout SnapshotHistory
  ) -> (copy: SnapshotCopy, hash: Digest) {
    for _ in 0..<400 { history.step() }
    let hash = history.driver.engine.stateHash()
    let copy = history.snapshotAmidCommands()
    for _ in 0..<100 { history.step() }
    return (copy, hash)
  }

  @Test(arguments: [EngineLimits.tiny, .crowded].indices)
  func everyMissingDoubledOrMovedPieceIsNoticed(which: Int) {
    let limits = [EngineLimits.tiny, .crowded][which]
    var history = SnapshotHistory(seed: 40 + UInt64(which), limits: limits, bidderCount: 60)
    let (copy, hash) = snapshot(&history)
    for index in copy.pieces.indices {
      let kind = EnginePiece(rawValue: copy.pieces[index].kind)
      var missing = copy
      missing.pieces.remove(at: index)
      let fate = fate(missing, of: history, hash)
      // Of rate buckets only those count that are not full again.
      let isExpired = kind == .rateBuckets && fate == .meaningless
      #expect(fate == .refused || fate == .otherHash || isExpired, "without \(index) \(kind!)")
      var doubled = copy
      doubled.pieces.append(copy.pieces[index])
      #expect(self.fate(doubled, of: history, hash) == .refused, "\(index) twice")
      var moved = copy
      moved.pieces[index].index ^= 1
      let movedFate = self.fate(moved, of: history, hash)
      #expect(movedFate != .harmful, "\(index) moved")
      var other = copy
      other.pieces[index].kind = 99
      #expect(self.fate(other, of: history, hash) == .refused)
    }
  }

  @Test(arguments: 0..<4)
  func everyAlteredBitIsNoticedOrMeansNothing(seed: UInt64) {
    let limits = seed % 2 == 0 ? EngineLimits.tiny : .crowded
    var history = SnapshotHistory(seed: 60 + seed, limits: limits, bidderCount: 60)
    let (copy, hash) = snapshot(&history)
    var fates: [Fate: Int] = [:]
    for index in copy.pieces.indices {
      for _ in 0..<12 {
        var altered = copy
        let byte = history.steps.below(altered.pieces[index].payload.count)
        altered.pieces[index].payload[byte] ^= 1 << UInt8(history.steps.below(8))
        let fate = fate(altered, of: history, hash)
        fates[fate, default: 0] += 1
        let kind = copy.pieces[index].kind
        #expect(fate != .harmful, "kind \(kind), index \(copy.pieces[index].index), byte \(byte)")
        if kind == EnginePiece.scalars.rawValue { #expect(fate == .refused) }
      }
    }
    #expect(fates[.refused] ?? 0 > 20)
    #expect(fates[.otherHash] ?? 0 > 9)
  }
}
