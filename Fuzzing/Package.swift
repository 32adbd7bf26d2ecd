// swift-tools-version: 6.2
import PackageDescription

// The fuzz targets. A package of its own, as everything below them has to be compiled with the sanitizers, too:
// scripts/fuzz builds it. Each product is linked with libFuzzer, which brings the main function.

let package = Package(
  name: "kedge-fuzzing",
  products: [
    .library(name: "FuzzBSON", type: .static, targets: ["FuzzBSON"]),
    .library(name: "FuzzJSON", type: .static, targets: ["FuzzJSON"]),
    .library(name: "FuzzSQLite", type: .static, targets: ["FuzzSQLite"]),
    .library(name: "FuzzFile", type: .static, targets: ["FuzzFile"]),
    .library(name: "FuzzMapping", type: .static, targets: ["FuzzMapping"]),
  ],
  dependencies: [.package(name: "kedge", path: "..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [.product(name: "Codec", package: "kedge")]),
    .target(
      name: "FuzzBSON", dependencies: ["FuzzSupport", .product(name: "Codec", package: "kedge")]),
    .target(
      name: "FuzzJSON",
      dependencies: [
        "FuzzSupport", .product(name: "Codec", package: "kedge"), .product(name: "Mapping", package: "kedge"),
      ]),
    .target(
      name: "FuzzSQLite",
      dependencies: [
        "FuzzSupport", .product(name: "Codec", package: "kedge"), .product(name: "SQLite", package: "kedge"),
      ]),
    .target(
      name: "FuzzFile",
      dependencies: [
        "FuzzSupport", .product(name: "Codec", package: "kedge"), .product(name: "SQLite", package: "kedge"),
      ]),
    .target(
      name: "FuzzMapping",
      dependencies: [
        "FuzzSupport", .product(name: "Codec", package: "kedge"), .product(name: "Mapping", package: "kedge"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ]
}
