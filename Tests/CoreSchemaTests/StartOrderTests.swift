import Foundation
import Testing

/// The compiler itself: a feature store without the core doesn't compile.
@Suite("The order of a start", .serialized)
struct StartOrderTests {
  /// The errors that the compiler finds.
  private func errors(_ snippet: String) throws -> [String] {
    let file = NSTemporaryDirectory() + "kedge_snippet_\(UUID().uuidString).swift"
    let text = "import CoreSchema\nimport Mongo\n" + snippet
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    defer { unlink(file) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments =
      [
        "swiftc", "-typecheck", "-swift-version", "6", "-enable-upcoming-feature", "InternalImportsByDefault",
        "-enable-upcoming-feature", "ExistentialAny", "-I", try Self.modules(),
      ] + (try Self.systemFlags(root)) + [file]
    let pipe = Pipe()
    compiler.standardError = pipe
    compiler.standardOutput = FileHandle.nullDevice
    try compiler.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    compiler.waitUntilExit()
    let errors = output.split(separator: "\n").filter { $0.contains(": error: ") }.map(String.init)
    #expect((compiler.terminationStatus == 0) == errors.isEmpty, "\(output)")
    return errors
  }

  /// Where the C libraries are that the modules wrap.
  private static func systemFlags(_ root: URL) throws -> [String] {
    let flags = Process()
    flags.executableURL = URL(filePath: "/usr/bin/env")
    flags.arguments = ["pkg-config", "--cflags", "libpq", "libmongoc-1.0", "sqlite3", "yaml-0.1"]
    let pipe = Pipe()
    flags.standardOutput = pipe
    try flags.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    flags.waitUntilExit()
    let maps = ["CLibPQ", "CMongoC", "CSQLite", "CYAML"].map {
      "-fmodule-map-file=\(root.path)/Sources/\($0)/module.modulemap"
    }
    return (maps + text.split(whereSeparator: \.isWhitespace).map(String.init)).flatMap { ["-Xcc", $0] }
  }

  /// Beside the test bundle that runs now.
  private static func modules() throws -> String {
    let places =
      [try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")] + CommandLine.arguments
      + [FileManager.default.currentDirectoryPath + "/.build/debug/x"]
    for place in places {
      let modules = URL(filePath: place).deletingLastPathComponent().appending(path: "Modules").path
      if FileManager.default.fileExists(atPath: modules + "/CoreSchema.swiftmodule") { return modules }
    }
    throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "Modules/CoreSchema.swiftmodule"])
  }

  @Test("the core first, then the feature store: that compiles")
  func right() throws {
    let found = try errors(
      """
      struct FlowRepository: Sendable {
        let store: FeatureStore<MongoClient>
        func count() async throws -> Int { try await store.client.run { try $0.collections().count } }
      }
      struct OtherDriver { let name: String }
      func start(_ core: CoreSchemaSettings, _ mongo: MongoSettings) async throws -> FlowRepository {
        let ready = try await ensureCoreSchema(core)
        _ = try await FeatureStore.open(after: ready) { OtherDriver(name: "another") }
        return FlowRepository(store: try await FeatureStore.mongo(mongo, after: ready))
      }
      """)
    #expect(found == [])
  }

  @Test("without the core there is no feature store, whichever way it is tried")
  func wrong() throws {
    let found = try errors(
      """
      func none(_ mongo: MongoSettings) async throws -> FeatureStore<MongoClient> {
        try await FeatureStore.mongo(mongo)
      }
      func made(_ mongo: MongoSettings) async throws -> FeatureStore<MongoClient> {
        try await FeatureStore.mongo(mongo, after: CoreReady(set: "app", applied: [], warnings: []))
      }
      func tooEarly(_ core: CoreSchemaSettings, _ mongo: MongoSettings) async throws {
        let store = try await FeatureStore.mongo(mongo, after: ready)
        let ready = try await ensureCoreSchema(core)
        print(store, ready)
      }
      func client(_ mongo: MongoSettings) -> MongoClient { MongoClient(mongo) }
      func wrapped(_ client: Int, _ ready: CoreReady) -> FeatureStore<Int> { FeatureStore(client, ready) }
      """)
    #expect(found.count == 5, "\(found)")
    for words in [
      "missing argument for parameter 'after'", "'CoreReady' initializer is inaccessible",
      "use of local variable 'ready' before its declaration", "'MongoClient' initializer is inaccessible",
      "'FeatureStore<Client>' initializer is inaccessible",
    ] {
      #expect(found.contains { $0.contains(words) }, "\(words): \(found)")
    }
  }
}
