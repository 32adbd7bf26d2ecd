import Foundation
import Testing

/// The compiler itself, over the modules that these tests are linked from.
@Suite("A wrong store", .serialized)
struct CompileErrorTests {
  /// What `kedge guard export --lang swift` writes, as the documentation of `GuardedEntity` shows it, and a store's handle.
  private static let generated = """
    public import Guardrails

    /// The store "app" (mongo).
    public enum AppStore: StoreMarker { public static let storeName = "app" }

    /// The store "archive" (sqlite).
    public enum ArchiveStore: StoreMarker { public static let storeName = "archive" }

    // The store "postgres" is PostgresStore, of Guardrails itself.

    /// The core entity "users", declared at users.yaml:1:1.
    public enum Users: CoreEntity {
      public typealias Source = AppStore
      public typealias Target = PostgresStore
      public static let entityName = "users"
    }

    /// The feature entity "welcome_flows", declared at welcome_flows.yaml:1:1.
    public enum WelcomeFlows: FeatureEntity {
      public typealias Store = AppStore
      public static let entityName = "welcome_flows"
    }

    struct Table: StoreAccess {
      var reading: [String] { [] }
      func insert(_ row: String) {}
    }

    """

  private static let coreMessage =
    "this core entity never lives in that store: write it in its Source or its Target"
  private static let featureMessage = "this feature entity is owned by another store: write it in its Store"

  /// The errors that the compiler finds.
  private func errors(_ snippet: String) throws -> [String] {
    let file = NSTemporaryDirectory() + "kedge_snippet_\(UUID().uuidString).swift"
    try (Self.generated + snippet).write(toFile: file, atomically: true, encoding: .utf8)
    defer { unlink(file) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = [
      "swiftc", "-typecheck", "-swift-version", "6", "-enable-upcoming-feature", "InternalImportsByDefault",
      "-enable-upcoming-feature", "ExistentialAny", "-I", try Self.modules(), "-Xcc",
      "-fmodule-map-file=\(root.path)/Sources/CYAML/module.modulemap", file,
    ]
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

  /// Beside the test bundle that runs now.
  private static func modules() throws -> String {
    var folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    let places =
      [folder.path] + CommandLine.arguments + [FileManager.default.currentDirectoryPath + "/.build/debug/x"]
    for place in places {
      folder = URL(filePath: place).deletingLastPathComponent()
      let modules = folder.appending(path: "Modules").path
      if FileManager.default.fileExists(atPath: modules + "/Guardrails.swiftmodule") { return modules }
    }
    throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "Modules/Guardrails.swiftmodule"])
  }

  @Test("a repository over a store where the entity lives compiles")
  func right() throws {
    let found = try errors(
      """
      struct Repository {
        @Guarded<Users, PostgresStore, Table> var users: [String]
        @Guarded<Users, AppStore, Table> var oldUsers: [String]
        @Guarded<WelcomeFlows, AppStore, Table> var flows: [String]
        init(by guardrails: any GuardrailsProvider) {
          _users = Guarded(Users.self, in: PostgresStore.self, Table(), as: "A", by: guardrails)
          _oldUsers = Guarded(Users.self, in: AppStore.self, Table(), as: "A", by: guardrails)
          _flows = Guarded(WelcomeFlows.self, in: AppStore.self, Table(), as: "A", by: guardrails)
        }
        func add(_ row: String) throws {
          try $users.write(.insert) { $0.insert(row) }
          print(users)
        }
      }
      struct One: GuardedRepository {
        let gate: WriteGate<Users, PostgresStore, Table>
        init(by guardrails: Guardrails) {
          gate = WriteGate(Users.self, in: PostgresStore.self, Table(), as: Self.writer, by: guardrails)
        }
        func add(_ row: String) throws { try gate.write(.insert) { $0.insert(row) } }
      }
      func check(_ guardrails: Guardrails) throws(GuardRefusal) {
        try guardrails.authorize(.insert, Users.self, in: PostgresStore.self)
        try guardrails.authorize(.insert, Users.self, in: AppStore.self)
        try guardrails.authorize(.insert, WelcomeFlows.self, in: AppStore.self)
      }
      """)
    #expect(found == [])
  }

  @Test(
    "a repository over another store doesn't, and the compiler says why",
    arguments: [
      ("Users", "ArchiveStore", coreMessage), ("Users", "MongoStore", coreMessage),
      ("WelcomeFlows", "PostgresStore", featureMessage), ("WelcomeFlows", "ArchiveStore", featureMessage),
    ])
  func wrong(entity: String, store: String, message: String) throws {
    let found = try errors(
      """
      struct Repository {
        @Guarded<\(entity), \(store), Table> var rows: [String]
        init(by guardrails: Guardrails) {
          _rows = Guarded(\(entity).self, in: \(store).self, Table(), as: "A", by: guardrails)
        }
      }
      func gate(_ guardrails: Guardrails) {
        _ = WriteGate(\(entity).self, in: \(store).self, Table(), as: "A", by: guardrails)
      }
      func check(_ guardrails: Guardrails) throws(GuardRefusal) {
        try guardrails.authorize(.insert, \(entity).self, in: \(store).self)
      }
      """)
    #expect(found.count == 3)
    #expect(found.allSatisfy { $0.contains(message) }, "\(found)")
  }

  @Test("a repository can't write without the gate, nor reach the handle, nor be over two stores at once")
  func noWayAround() throws {
    let found = try errors(
      """
      struct Repository {
        @Guarded<Users, PostgresStore, Table> var users: [String]
        init(by guardrails: Guardrails) {
          _users = Guarded(Users.self, in: AppStore.self, Table(), as: "A", by: guardrails)
        }
        func add(_ row: String) {
          users.insert(row)
        }
        func reach() -> Table { $users.access }
      }
      """)
    #expect(found.count == 3, "\(found)")
    #expect(found.contains { $0.contains("no exact matches in call to initializer") })
    #expect(found.contains { $0.contains("'access' is inaccessible") })
    #expect(found.contains { $0.contains("'insert'") || $0.contains("immutable") || $0.contains("get-only") })
  }
}
