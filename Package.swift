// swift-tools-version: 6.2
import PackageDescription

/// Every module: Swift 6 mode, every unsafe use marked, no warning let through.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .enableExperimentalFeature("SuppressedAssociatedTypes"),
  // Bugs that a test can plant; release builds hold none of them.
  .define("FAULT_POINTS", .when(configuration: .debug)),
]

/// Tests keep the language mode and the warnings, but may use memory without marking each use.
let relaxed: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "rostrum",
  products: [
    .executable(name: "rostrum", targets: ["rostrum"]),
    .library(name: "RostrumClient", targets: ["Client", "Wire", "Primitives"]),
    .library(
      name: "RostrumCore", targets: ["Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway"]),
    // Loaded before a server's own libraries by the tests, to make its files fail.
    .library(name: "FaultyFiles", type: .dynamic, targets: ["CFaultyFiles"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .target(name: "CIntrinsics"),
    .target(name: "CSockets"),
    .systemLibrary(name: "CZstd"),
    .target(
      name: "CLinux",
      linkerSettings: [.linkedLibrary("uring"), .linkedLibrary("jemalloc")]),
    .target(
      name: "Primitives", dependencies: ["CIntrinsics"],
      // For `InPlace`.
      swiftSettings: strict + [.enableExperimentalFeature("RawLayout")]),
    .target(name: "Counters", dependencies: ["Primitives"], swiftSettings: strict),
    .target(name: "Wire", dependencies: ["Primitives"], swiftSettings: strict),
    .target(
      name: "Journal", dependencies: ["Primitives", "Wire", "Counters"], swiftSettings: strict),
    .target(name: "Engine", dependencies: ["Primitives", "Wire"], swiftSettings: strict),
    .target(name: "WAL", dependencies: ["Primitives", "Wire", "Counters"], swiftSettings: strict),
    .target(name: "Compression", dependencies: ["CZstd", "WAL"], swiftSettings: strict),
    .target(
      name: "Gateway", dependencies: ["Primitives", "Wire", "Counters", crypto],
      swiftSettings: strict),
    .target(name: "Kernel", dependencies: ["Primitives", "WAL"], swiftSettings: strict),
    .target(
      name: "Uring", dependencies: ["CLinux", "Kernel", "Primitives", "WAL"],
      swiftSettings: strict),
    .target(
      name: "Runtime",
      dependencies: [
        "CLinux", "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel",
        "Uring", "Compression",
      ],
      swiftSettings: strict),
    .target(
      name: "Client", dependencies: ["CSockets", "Primitives", "Wire", crypto],
      swiftSettings: strict),
    .target(
      name: "Simulator",
      dependencies: [
        "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel",
        "Runtime", crypto,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "rostrum",
      dependencies: [
        "CLinux", "Primitives", "Counters", "Wire", "Engine", "WAL", "Gateway", "Journal", "Kernel",
        "Uring", "Compression", "Runtime", "Client", "Simulator", arguments,
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PrimitivesTests", dependencies: ["Primitives", "CIntrinsics", crypto],
      swiftSettings: relaxed),
    .testTarget(
      name: "CountersTests", dependencies: ["Counters", "Primitives"], swiftSettings: relaxed),
    .testTarget(
      name: "WireTests", dependencies: ["Wire", "Primitives"], swiftSettings: relaxed),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "Simulator", "Wire", "Primitives"],
      swiftSettings: relaxed),
    .testTarget(
      name: "WALTests", dependencies: ["WAL", "Wire", "Primitives", crypto],
      swiftSettings: relaxed),
    .testTarget(
      name: "CompressionTests", dependencies: ["Compression", "WAL", "Primitives"],
      swiftSettings: relaxed),
    .testTarget(
      name: "JournalTests", dependencies: ["Journal", "Wire", "Primitives"],
      swiftSettings: relaxed),
    .testTarget(
      name: "GatewayTests", dependencies: ["Gateway", "Wire", "Primitives", "Counters"],
      swiftSettings: relaxed),
    .testTarget(
      name: "UringTests", dependencies: ["Uring", "Kernel", "CLinux", "WAL", "Primitives"],
      swiftSettings: relaxed),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["Runtime", "Engine", "WAL", "Gateway", "Wire", "Primitives", "Client"],
      swiftSettings: relaxed),
    .testTarget(
      name: "ClientTests", dependencies: ["Client", "Wire", "Primitives"], swiftSettings: relaxed),
    .testTarget(
      name: "SimulatorTests",
      dependencies: [
        "Simulator", "Runtime", "Engine", "WAL", "Gateway", "Journal", "Kernel", "Wire",
        "Primitives", crypto,
      ],
      swiftSettings: relaxed),
    .target(name: "CSystemCalls", path: "Tests/CSystemCalls"),
    .target(
      name: "CFaultyFiles", dependencies: ["CSystemCalls"], path: "Tests/CFaultyFiles",
      linkerSettings: [.linkedLibrary("uring")]),
    .testTarget(
      name: "RostrumTests",
      dependencies: [
        "rostrum", "Runtime", "Engine", "WAL", "Gateway", "Uring", "Wire", "Client", "Primitives",
        "Simulator", "CSystemCalls", arguments,
      ],
      swiftSettings: relaxed),
    .testTarget(name: "TidyTests", swiftSettings: relaxed),
  ]
)
