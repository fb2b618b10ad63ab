// swift-tools-version: 6.2
import PackageDescription

// The modules under test are links to the product's own folders, so that only they are built, and
// with a stand-in for the one function of swift-crypto that the gateway calls.

// As in the product's manifest, but that bugs may be planted in a release build. The script lets
// the harness look inside.

let product: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .enableExperimentalFeature("SuppressedAssociatedTypes"),
  .define("FAULT_POINTS"),
]

let harness: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "rostrum-fuzz",
  targets: [
    .target(name: "CIntrinsics"),
    .target(name: "CFuzz"),
    .target(
      name: "Primitives", dependencies: ["CIntrinsics"],
      swiftSettings: product + [.enableExperimentalFeature("RawLayout")]),
    .target(name: "Counters", dependencies: ["Primitives"], swiftSettings: product),
    .target(name: "Wire", dependencies: ["Primitives"], swiftSettings: product),
    .target(
      name: "Journal", dependencies: ["Primitives", "Wire", "Counters"], swiftSettings: product),
    .target(name: "Engine", dependencies: ["Primitives", "Wire"], swiftSettings: product),
    .target(name: "Model", dependencies: ["Primitives", "Wire"], swiftSettings: product),
    .target(name: "WAL", dependencies: ["Primitives", "Wire", "Counters"], swiftSettings: product),
    .target(name: "Crypto", dependencies: ["Primitives"], swiftSettings: product),
    .target(
      name: "Gateway", dependencies: ["Primitives", "Wire", "Counters", "Crypto"],
      swiftSettings: product),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzz", "Crypto", "Primitives", "Wire", "Engine", "WAL", "Gateway", "Journal", "Model",
      ],
      swiftSettings: harness),
  ]
)
