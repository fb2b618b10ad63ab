// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rostrum-benchmarks",
  dependencies: [.package(name: "rostrum", path: "../")],
  targets: [
    .executableTarget(
      name: "engine-bench",
      dependencies: [.product(name: "RostrumCore", package: "rostrum")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
