import Glibc
import Primitives
import Testing
import Uring

/// What the tables' memory costs before anything touches it.
@Suite struct MachineMemoryTests {
  private static let byteCount = 8 << 20

  @Test func populatedMemoryIsThereAtOnce() {
    let region = Region(byteCount: Self.byteCount, from: Machine.populatedHugePages)
    #expect(residentPageCount(region) == Self.byteCount / 4_096)
    #expect(region.base.load(as: UInt64.self) == 0)
  }

  @Test(arguments: [false, true]) func untouchedMemoryCostsNothing(onHugePages isHuge: Bool) {
    let region = Region(
      byteCount: Self.byteCount, from: isHuge ? Machine.hugePages : Machine.pages)
    #expect(residentPageCount(region) == 0)
    region.base.storeBytes(of: 1, as: UInt64.self)
    let touched = residentPageCount(region)
    #expect(touched > 0 && touched <= (isHuge ? 512 : 1))
  }

  private func residentPageCount(_ region: borrowing Region) -> Int {
    var pages = [UInt8](repeating: 0, count: region.byteCount / 4_096)
    #expect(mincore(region.base, region.byteCount, &pages) == 0)
    return pages.count { $0 & 1 == 1 }
  }
}
