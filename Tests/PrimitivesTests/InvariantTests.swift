import Primitives
import Testing

/// A bug stops the process; what holds costs nothing.
@Suite struct InvariantTests {
  @Test func whatHoldsGoesOn() {
    var evaluations = 0
    func holds() -> Bool {
      evaluations += 1
      return true
    }
    invariant(holds(), "this holds")
    #expect(evaluations == 1)
  }

  @Test func whatDoesNotHoldStopsTheProcess() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      invariant(1 + 1 == 3, "sums are right")
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains("invariant: sums are right at PrimitivesTests/InvariantTests.swift"))
  }

  @Test func anEmptyRegionStopsTheProcess() async {
    await #expect(processExitsWith: .failure) { _ = Region(byteCount: 0, from: .heap) }
  }
}

/// Memory is zeroed, aligned, and given back.
@Suite struct MemoryTests {
  @Test(arguments: [(1, 64), (4_096, 4_096), (100_000, 4_096), (8, 128)])
  func regionsAreZeroedAndAligned(byteCount: Int, alignment: Int) {
    let region = Region(byteCount: byteCount, alignment: alignment, from: .heap)
    #expect(region.byteCount == byteCount)
    #expect(UInt(bitPattern: region.base) % UInt(alignment) == 0)
    let bytes = UnsafeRawBufferPointer(start: region.base, count: byteCount)
    #expect(bytes.allSatisfy { $0 == 0 })
  }

  @Test func regionsGiveTheirMemoryBack() {
    final class Count: @unchecked Sendable {
      var given = 0
      var taken = 0
    }
    let count = Count()
    let source = MemorySource(
      allocate: { byteCount, alignment in
        count.given += byteCount
        return MemorySource.heap.allocate(byteCount, alignment)
      },
      release: { memory, byteCount in
        count.taken += byteCount
        MemorySource.heap.release(memory, byteCount)
      })
    do {
      let region = Region(byteCount: 512, from: source)
      #expect(count.given == region.byteCount)
      #expect(count.taken == 0)
    }
    #expect(count.taken == 512)
  }
}
