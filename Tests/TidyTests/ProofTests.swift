import Testing

/// Probes and fault points: each explained, each in one place, where its catalogue says.
@Suite struct ProofTests {
  private static let probePattern = #"probe\(\.NAME\)"#
  private static let faultPattern = #"FaultPoint\.NAME\.isPlanted"#

  /// The modules' catalogues of probes.
  private static let probeFiles = Checkout.sources.filter {
    $0.path.hasPrefix("Sources/Primitives/Proof/Probe+")
  }

  @Test func probesAreExplainedAndMarkOneBranchEach() throws {
    let probes = Catalogue(Self.probeFiles)
    let findings =
      probes.unexplained + (try probes.misused(Self.probePattern, in: Checkout.sources))
    #expect(findings.isEmpty, "\(list(findings))")
    #expect(probes.entries.count >= 80)
    let strays = probes.entries.filter { $0.folder == nil }
    #expect(strays.isEmpty, "\(list(strays.map { probes.finding($0, "has no section") }))")
  }

  /// A catalogue that `Probe.allCases` leaves out is never reported as never taken.
  @Test func everyCatalogueOfProbesIsListed() throws {
    let probe = try #require(Checkout.file("Sources/Primitives/Proof/Probe.swift"))
    #expect(Self.probeFiles.count >= 6)
    for file in Self.probeFiles {
      let names = file.text.matches(of: /public enum (\w+): UInt16/).map { String($0.1) }
      #expect(names.count == 1, "\(file.path)")
      for name in names { #expect(probe.text.contains("all(\(name).self)"), "\(name)") }
    }
  }

  @Test func faultsAreExplainedAndPlantedInOnePlaceEach() throws {
    let faults = Catalogue(
      try #require(Checkout.file("Sources/Primitives/Proof/FaultPoint.swift")))
    let findings =
      faults.unexplained + (try faults.misused(Self.faultPattern, in: Checkout.sources))
    #expect(findings.isEmpty, "\(list(findings))")
    #expect(faults.entries.count >= 5)
  }

  @Test func misusedProbesAreFound() throws {
    let text = """
      // In Sources/A:
      /// One.
      case one = 1
      /// Two.
      case two = 2
      """
    let probes = Catalogue(TextFile(path: "P.swift", text: text))
    func messages(_ uses: [(module: String, code: String)]) throws -> [String] {
      let files = uses.map { TextFile(path: "Sources/\($0.module)/F.swift", text: $0.code) }
      return try probes.misused(Self.probePattern, in: files).map(\.message)
    }
    #expect(try messages([("A", "probe(.one)\nprobe(.two)")]).isEmpty)
    #expect(try messages([("A", "probe(.one)\n// probe(.two)")]).count == 1)
    #expect(try messages([("A", "probe(.one); probe(.two); probe(.one)")]).count == 1)
    #expect(try messages([("A", "probe(.one)"), ("B", "probe(.two)")]).count == 1)
    #expect(try messages([("A", "probe(.one)\nprobe(.two)\nprobe(.three)")]) == ["no entry three"])
  }

  @Test func misusedFaultsAreFound() throws {
    let faults = Catalogue(TextFile(path: "F.swift", text: "/// One.\ncase one = 1\n"))
    func count(_ code: String) throws -> Int {
      let use = TextFile(path: "Sources/A/B.swift", text: code)
      return try faults.misused(Self.faultPattern, in: [use]).count
    }
    #expect(try count("if FaultPoint.one.isPlanted { return }") == 0)
    #expect(try count("let a = 1") == 1)
    #expect(try count("_ = FaultPoint.one.isPlanted || FaultPoint.one.isPlanted") == 1)
  }
}
