// swift-tools-version: 6.2
import PackageDescription

let core: Target.Dependency = .product(name: "RostrumCore", package: "rostrum")
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let package = Package(
  name: "rostrum-benchmarks",
  dependencies: [
    .package(name: "rostrum", path: "../"),
    // Without its counters of allocations, which want two packages more.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "Workloads", dependencies: [core], swiftSettings: settings),
    .executableTarget(name: "gate-bench", dependencies: ["Workloads"], swiftSettings: settings),
    .executableTarget(
      name: "engine-bench", dependencies: [core, "Workloads"], swiftSettings: settings),
    .executableTarget(
      name: "Times",
      dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/Times",
      swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
