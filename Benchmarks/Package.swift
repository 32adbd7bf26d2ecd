// swift-tools-version: 6.2
import PackageDescription

// Measures Kedge against what the machine and the servers can do at best. A package of its own, so that nobody builds it who
// only wants Kedge: scripts/benchmark builds and runs it.

let package = Package(
  name: "kedge-benchmarks",
  dependencies: [.package(name: "kedge", path: "..")],
  targets: [
    // Counts allocations: the C library's own functions, which only C can stand in for.
    .target(name: "CAllocations"),
    .executableTarget(
      name: "kedge-benchmark",
      dependencies: [
        "CAllocations",
        .product(name: "Codec", package: "kedge"), .product(name: "Executors", package: "kedge"),
        .product(name: "Guardrails", package: "kedge"), .product(name: "Mapping", package: "kedge"),
        .product(name: "Mongo", package: "kedge"), .product(name: "Postgres", package: "kedge"),
        .product(name: "SampleData", package: "kedge"), .product(name: "SQLite", package: "kedge"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type == .executable {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ]
}
