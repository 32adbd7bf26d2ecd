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
    // The bar: what a hand-written program of C does for these tables.
    .systemLibrary(name: "PipelineLibPQ", path: "Sources/Libraries/LibPQ", pkgConfig: "libpq"),
    .systemLibrary(
      name: "PipelineLibMongoC", path: "Sources/Libraries/LibMongoC", pkgConfig: "libmongoc-1.0"),
    .systemLibrary(name: "PipelineLibSQLite", path: "Sources/Libraries/LibSQLite", pkgConfig: "sqlite3"),
    .executableTarget(
      name: "kedge-pipeline", dependencies: ["PipelineLibPQ", "PipelineLibMongoC", "PipelineLibSQLite"],
      path: "Sources/CPipeline", linkerSettings: [.linkedLibrary("m")]),
    // The page of results, made of what the sections leave. Tests/ResultsPageTests of the package above compile it too.
    .target(name: "ResultsPage"),
    .executableTarget(
      name: "kedge-benchmark",
      dependencies: [
        "CAllocations", "ResultsPage",
        .product(name: "Codec", package: "kedge"), .product(name: "Executors", package: "kedge"),
        .product(name: "Guardrails", package: "kedge"), .product(name: "Mapping", package: "kedge"),
        .product(name: "Mongo", package: "kedge"), .product(name: "Postgres", package: "kedge"),
        .product(name: "SampleData", package: "kedge"), .product(name: "SQLite", package: "kedge"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.name == "kedge-benchmark" || target.name == "ResultsPage" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ]
}
