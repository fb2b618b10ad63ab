import CIntrinsics
import Primitives
import Testing

/// The catalogue of rare branches, which each module has a part of.
@Suite struct ProbeTests {
  /// A number is an index into one table of counts, and a name is a key of the simulation's report.
  @Test func numbersAndNamesAreOfOneProbeEach() {
    let probes = Probe.allCases
    #expect(Set(probes.map(\.rawValue)).count == probes.count)
    #expect(Set(probes.map(\.description)).count == probes.count)
    #expect(probes.allSatisfy { (1..<UInt16(ROSTRUM_PROBES_MAX)).contains($0.rawValue) })
  }

  @Test func aBranchIsCountedUnderItsNumber() throws {
    let wrapped = try #require(Probe.allCases.first { $0.description == "areaWrapped" })
    #expect(wrapped.rawValue == 71)
    let before = wrapped.hitCount
    probe(.areaWrapped)
    #expect(wrapped.hitCount > before)
  }
}
