// swift-tools-version: 6.2
import PackageDescription

// One section for each target and its tests, from the bottom of the house to the top: C modules, stores and
// codecs, mapping, engine, commands. A target may depend only on targets above it in this file.

let package = Package(
  name: "kedge",
  products: [
    .executable(name: "kedge", targets: ["kedge"]),
    .executable(name: "kedge-samples", targets: ["kedge-samples"]),
    .executable(name: "kedge-hot-loops", targets: ["kedge-hot-loops"]),
    // For repositories that ask before they write, and for the tests of such.
    .library(name: "Guardrails", targets: ["Guardrails"]),
    .library(name: "LiveGuardrails", targets: ["LiveGuardrails"]),
    .library(name: "KedgeTesting", targets: ["KedgeTesting"]),
    // For applications whose core lives in Postgres, or still in SQLite.
    .library(name: "CoreRepositories", targets: ["CoreRepositories"]),
    .library(name: "CoreSchema", targets: ["CoreSchema"]),
    .library(name: "Database", targets: ["Database"]),
    .library(name: "FileStores", targets: ["FileStores"]),
    // For the packages in Fuzzing/, which is built with the sanitizers, and Benchmarks/.
    .library(name: "Codec", targets: ["Codec"]),
    .library(name: "Executors", targets: ["Executors"]),
    .library(name: "Mapping", targets: ["Mapping"]),
    .library(name: "Mongo", targets: ["Mongo"]),
    .library(name: "Postgres", targets: ["Postgres"]),
    .library(name: "SQLite", targets: ["SQLite"]),
    .library(name: "SampleData", targets: ["SampleData"]),
  ],
  targets: [
    // MARK: C libraries, each wrapped by exactly one module below
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CMongoC", pkgConfig: "libmongoc-1.0", providers: [.apt(["libmongoc-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    // MARK: Executors
    .target(name: "Executors"),

    // MARK: Codec
    .target(name: "Codec"),
    .testTarget(name: "CodecTests", dependencies: ["Codec"]),

    // MARK: Postgres
    .target(name: "Postgres", dependencies: ["CLibPQ", "Executors"]),
    // MARK: LocalPostgres
    .target(name: "LocalPostgres", dependencies: ["Executors", "Postgres"]),

    .testTarget(name: "PostgresTests", dependencies: ["Executors", "LocalPostgres", "Postgres"]),

    // MARK: Mongo
    .target(name: "Mongo", dependencies: ["CMongoC", "Codec", "Executors"]),
    .testTarget(name: "MongoTests", dependencies: ["Mongo", "Codec"]),

    // MARK: SQLite
    .target(name: "SQLite", dependencies: ["CSQLite", "Codec"]),
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "Codec"]),

    // MARK: Mapping
    .target(name: "Mapping", dependencies: ["CYAML", "Codec"]),
    .testTarget(name: "MappingTests", dependencies: ["Mapping", "Codec"]),

    // MARK: Schema
    .target(name: "Schema", dependencies: ["Mapping", "Postgres"]),

    // MARK: RecordSources
    .target(name: "RecordSources", dependencies: ["Codec", "Mapping", "Mongo", "SQLite"]),

    // MARK: Inference
    .target(name: "Inference", dependencies: ["Codec", "Mapping", "RecordSources", "Mongo", "SQLite"]),

    // MARK: CommandLine and Progress
    .target(name: "CommandLine"),
    .target(name: "Progress", dependencies: ["CommandLine"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["CommandLine", "Progress"], exclude: ["Golden"]),

    // MARK: Catalog
    .target(name: "Catalog", dependencies: ["Codec", "Mapping", "Postgres"]),

    // MARK: Migrations
    .target(name: "Migrations", dependencies: ["Catalog", "Codec", "Executors", "Postgres"]),
    .testTarget(
      name: "MigrationsTests",
      dependencies: ["Catalog", "Executors", "Migrations", "Postgres", "TestSupport"]),

    // MARK: Seeds
    .target(
      name: "Seeds", dependencies: ["Catalog", "Codec", "Executors", "Mapping", "Migrations", "Postgres"]),
    .testTarget(
      name: "SeedsTests",
      dependencies: ["Catalog", "Executors", "Mapping", "Postgres", "Seeds", "TestSupport"]),

    // MARK: CoreSchema
    .target(
      name: "CoreSchema",
      dependencies: [
        "Catalog", "Codec", "Executors", "Mapping", "Migrations", "Mongo", "Postgres", "Schema", "Seeds",
      ]),
    .testTarget(
      name: "CoreSchemaTests",
      dependencies: [
        "Catalog", "Codec", "CoreSchema", "Executors", "Mapping", "Migrations", "Mongo", "Postgres", "Schema",
        "TestSupport",
      ]),

    // MARK: Comparison
    .target(
      name: "Comparison", dependencies: ["Codec", "Executors", "Mapping", "Postgres", "RecordSources"]),

    // MARK: Backfill
    .target(
      name: "Backfill",
      dependencies: [
        "Catalog", "Codec", "Comparison", "Executors", "Mapping", "Postgres", "Progress", "RecordSources",
        "Schema",
      ]),

    // MARK: Audit
    .target(
      name: "Audit",
      dependencies: [
        "Backfill", "Catalog", "Codec", "CommandLine", "Comparison", "Executors", "Mapping", "Postgres",
        "Progress", "RecordSources", "Schema",
      ]),

    // MARK: AuditReports
    .target(name: "AuditReports", dependencies: ["Audit", "CommandLine"]),
    .testTarget(
      name: "AuditReportsTests", dependencies: ["Audit", "AuditReports", "CommandLine"],
      exclude: ["Golden"]),

    // MARK: Web and Scheduling
    .target(name: "Web", dependencies: ["CCurl"]),
    .target(
      name: "Scheduling",
      dependencies: ["Audit", "Catalog", "Codec", "CommandLine", "Executors", "Postgres", "Progress", "Web"]),

    // MARK: Guardrails
    .target(name: "Guardrails", dependencies: ["Mapping"]),
    .testTarget(name: "GuardrailsTests", dependencies: ["Guardrails", "Mapping"]),
    .target(
      name: "LiveGuardrails", dependencies: ["Catalog", "Executors", "Guardrails", "Mapping", "Postgres"]),
    .target(name: "GuardExport", dependencies: ["CommandLine", "Guardrails", "Mapping"]),
    .testTarget(
      name: "GuardExportTests",
      dependencies: ["CommandLine", "GuardExport", "Guardrails", "Mapping", "TestSupport"]),
    .target(
      name: "DatabaseGuards",
      dependencies: ["Catalog", "Codec", "Executors", "Guardrails", "Mapping", "Mongo", "Postgres", "SQLite"]),
    .target(
      name: "GuardService",
      dependencies: [
        "Catalog", "CommandLine", "Executors", "GuardExport", "Guardrails", "Mapping", "Postgres",
      ]),

    // MARK: Reset
    .target(
      name: "Reset",
      dependencies: [
        "Backfill", "Catalog", "Codec", "Executors", "Mapping", "Mongo", "Postgres", "Progress",
        "RecordSources", "SQLite",
      ]),
    .testTarget(
      name: "ResetTests",
      dependencies: [
        "Backfill", "Catalog", "Codec", "DatabaseGuards", "Executors", "Guardrails", "Mapping", "Mongo",
        "Postgres", "Progress", "RecordSources", "Reset", "SQLite", "Schema", "TestSupport",
      ]),

    // MARK: Database and CoreRepositories
    .target(name: "Database", dependencies: ["Executors", "Postgres", "SQLite"]),
    .testTarget(
      name: "DatabaseTests", dependencies: ["Database", "Executors", "Postgres", "SQLite", "TestSupport"]),
    .target(name: "CoreRepositories", dependencies: ["Database", "Guardrails", "Mapping"]),
    .testTarget(
      name: "CoreRepositoriesTests",
      dependencies: [
        "CoreRepositories", "Database", "Executors", "Guardrails", "Mapping", "Migrations", "Postgres",
        "SQLite", "TestSupport",
      ]),

    // MARK: FileStores
    .target(name: "FileStores", dependencies: ["CCrypto", "Catalog", "Executors", "Postgres", "Web"]),
    .testTarget(
      name: "FileStoresTests",
      dependencies: ["Catalog", "Executors", "FileStores", "Postgres", "TestSupport", "Web"]),

    // MARK: KedgeTesting
    .target(
      name: "KedgeTesting",
      dependencies: [
        "Codec", "Executors", "Guardrails", "LocalPostgres", "Mapping", "Mongo", "Postgres", "SQLite",
      ]),
    .testTarget(
      name: "KedgeTestingTests",
      dependencies: [
        "Audit", "Backfill", "Catalog", "Codec", "Executors", "Guardrails", "KedgeTesting", "Mapping",
        "Mongo",
        "Postgres", "Progress", "RecordSources", "SQLite", "Schema",
      ]),

    // MARK: The example of KedgeTesting: a package of its own for its readers, and compiled and run with everything else here
    .target(
      name: "ShopData", dependencies: ["Guardrails", "Mongo", "Postgres"],
      path: "Examples/OwnershipTests/Sources/ShopData"),
    .testTarget(
      name: "ShopDataTests",
      dependencies: ["Codec", "Guardrails", "KedgeTesting", "Mapping", "Mongo", "Postgres", "ShopData"],
      path: "Examples/OwnershipTests/Tests/ShopDataTests"),

    // MARK: The page of results of Benchmarks/, which is a package of its own: compiled and tested with everything else here
    .target(name: "ResultsPage", path: "Benchmarks/Sources/ResultsPage"),
    .testTarget(name: "ResultsPageTests", dependencies: ["ResultsPage"], exclude: ["Recorded"]),

    // MARK: SampleData
    .target(name: "SampleData", dependencies: ["Codec", "Mongo", "Postgres", "SQLite"]),
    .testTarget(
      name: "SampleDataTests",
      dependencies: ["Codec", "Mapping", "Mongo", "Postgres", "SQLite", "SampleData", "TestSupport"]),

    // MARK: Executables
    .executableTarget(
      name: "kedge",
      dependencies: [
        "Audit", "AuditReports", "Backfill", "Catalog", "Codec", "CommandLine", "CoreRepositories",
        "CoreSchema", "Database", "DatabaseGuards", "Executors", "FileStores", "GuardExport", "GuardService",
        "Guardrails", "Inference", "LiveGuardrails", "LocalPostgres", "Mapping", "Migrations", "Mongo",
        "Postgres", "Progress", "RecordSources", "Reset", "SQLite", "Scheduling", "Schema", "Seeds",
      ]),
    .executableTarget(
      name: "kedge-samples",
      dependencies: ["CommandLine", "Mongo", "Postgres", "Progress", "SampleData"]),
    // Nothing but the hot loops, for tools that count instructions.
    .executableTarget(
      name: "kedge-hot-loops",
      dependencies: [
        "Codec", "Comparison", "Guardrails", "Mapping", "RecordSources", "SQLite", "SampleData",
      ]),

    // MARK: Tests over real servers and over the built binary
    .target(
      name: "TestSupport",
      dependencies: ["Codec", "Guardrails", "Mapping", "Mongo", "Postgres", "SQLite"],
      path: "Tests/TestSupport"),
    .testTarget(
      name: "StoreFaultTests",
      dependencies: ["Codec", "Executors", "Mongo", "Postgres", "SQLite", "TestSupport"]),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "Audit", "Backfill", "Catalog", "Codec", "DatabaseGuards", "Executors", "Guardrails", "Inference",
        "LiveGuardrails", "LocalPostgres", "Mapping",
        "Mongo",
        "Postgres", "Progress", "RecordSources", "SQLite", "SampleData", "Scheduling", "Schema",
        "TestSupport",
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Catalog", "Codec", "Executors", "GuardExport", "Guardrails", "Mapping", "Mongo", "Postgres",
        "SQLite", "SampleData", "TestSupport",
      ],
      exclude: ["Golden", "Guardrails/Applications"]),
  ],
  swiftLanguageModes: [.v6]
)

// The example's settings are those of its own package: the usual ones.
for target in package.targets
where [.regular, .executable, .test].contains(target.type) && !target.name.hasPrefix("ShopData") {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
}
