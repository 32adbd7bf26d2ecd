import Catalog
import Foundation
import GuardExport
import Guardrails
import Mapping
import SQLite
import TestSupport
import Testing

/// Applications in other languages, over a real SQLite file and a real Postgres, with the module that kedge exports for them.
@Suite("Sample applications")
struct SampleAppTests {
  enum Language: String, CaseIterable {
    case python, node

    var isThere: Bool {
      let tools = [Interpreter.psql, Interpreter.sqlite]
      let own = self == .python ? [Interpreter.python] : [Interpreter.node, Interpreter.typescript]
      return (tools + own).allSatisfy { $0 != nil }
    }
  }

  /// The application in a folder, its module, its two databases, and their phases in schema `kedge`.
  private final class Shop {
    let language: Language
    let folder: TemporaryFolder
    let file: TestSQLite
    let postgres: TestPostgres

    init(_ language: Language) throws {
      self.language = language
      folder = try TemporaryFolder()
      postgres = try TestPostgres()
      let tables = ["users", "orders"].map { "CREATE TABLE \($0) (id text PRIMARY KEY, name text);" }.joined()
      file = try TestSQLite(
        tables + "CREATE TABLE flows (id text PRIMARY KEY, name text);"
          + "INSERT INTO users VALUES ('1', 'Ada'); INSERT INTO orders VALUES ('1', 'desk');"
          + "INSERT INTO flows VALUES ('1', 'first');")
      // Tables that nothing should reach are there as well, so that only the guardrail stops a write.
      for table in ["users", "orders", "flows", "ghosts"] {
        try postgres.execute("CREATE TABLE \(table) (id text PRIMARY KEY, name text)")
        try postgres.execute("INSERT INTO \(table) VALUES ('1', 'Ada')")
      }
      try Catalog(postgres.connection).ensure()
      try postgres.execute("INSERT INTO kedge.epochs VALUES ('shop', 3)")
      for phase in ["retired", "frozen", "core"] {
        try postgres.execute("DELETE FROM kedge.phases")
        try postgres.execute(
          """
          INSERT INTO kedge.phases (set_name, entity, phase, epoch)
          VALUES ('shop', 'users', '\(phase)', 3), ('shop', 'orders', 'legacy', 2)
          """)
        try export("json", to: "\(phase).json")
      }
      let own = Self.applications + language.rawValue
      for name in try FileManager.default.contentsOfDirectory(atPath: own) {
        try FileManager.default.copyItem(atPath: own + "/" + name, toPath: folder.path + "/" + name)
      }
      try export(
        language == .python ? "python" : "typescript", to: language == .python ? "guard.py" : "guard.ts")
      if language == .node {
        let compiled = try #require(Interpreter.typescript).run(
          ["--strict", "--target", "es2020", "--module", "es2020", "guard.ts"], in: folder.path)
        guard compiled.code == 0 else { throw UnexpectedResult(description: compiled.output) }
      }
    }

    private static let applications = Program.root + "/Tests/EndToEndTests/Guardrails/Applications/"

    private func export(_ language: String, to name: String) throws {
      let outcome = try Program.kedge.run([
        "guard", "export", "--lang", language, "--out", folder.path + "/" + name, "--mappings",
        Self.applications + "mappings", "--target", postgres.url,
      ])
      guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    }

    /// Runs it, and returns the reason of each attempt by its name.
    func run(_ mode: String) throws -> [String: String?] {
      let program = try #require(language == .python ? Interpreter.python : Interpreter.node)
      let outcome = try program.run(
        [language == .python ? "app.py" : "app.js", mode], in: folder.path,
        environment: ["SHOP_SQLITE": file.path, "SHOP_POSTGRES": postgres.url])
      guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
      var reasons: [String: String?] = [:]
      for line in outcome.output.split(separator: "\n") {
        let attempt = try object(line)
        reasons[attempt["attempt"] as? String ?? ""] = .some(attempt["reason"] as? String)
      }
      return reasons
    }

    /// Takes the one line out of the module that stops a write.
    func disarm() throws {
      let name = language == .python ? "guard.py" : "guard.js"
      let line = language == .python ? "raise GuardRefusal(decision)" : "throw new GuardRefusal(decision);"
      let path = folder.path + "/" + name
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.components(separatedBy: line).count == 2)
      try folder.write(name, text.replacing(line, with: "return"))
    }

    /// Every row of both databases.
    func contents() throws -> [String] {
      try ["users", "orders", "flows"].flatMap { table in
        let reader = try #require(Interpreter.sqlite)
        return try reader.run([file.path, "SELECT '\(table)', * FROM \(table) ORDER BY id"], in: folder.path)
          .output
          .split(separator: "\n").map { "sqlite " + $0 }
      }
        + ["users", "orders", "flows", "ghosts"].flatMap { table in
          try postgres.rows("SELECT '\(table)', id, name FROM \(table) ORDER BY id").map { "postgres " + $0 }
        }
    }
  }

  /// What each attempt must be refused for.
  private static let wrong: [String: GuardReason] = [
    "insert into the old store": .notOwner, "update in the old store": .notOwner,
    "delete in the old store": .notOwner, "empty the old store": .notOwner,
    "write ahead of the move": .notOwner,
    "feature data into Postgres": .wrongStore, "an old store that was retired": .retired,
    "a phase that nobody knows": .unknownPhase, "an entity that nobody declares": .unknownEntity,
    "a store that nobody declares": .unknownStore, "an operation that there isn't": .unknownOperation,
    "without a name": .unnamedWriter, "by a writer that isn't declared": .undeclaredWriter,
    "by a role that may only read": .undeclaredWriter, "as Kedge, over the owner": .moverIntoOwner,
    "with a fence of before": .staleFence, "with a fence of tomorrow": .futureFence,
    "without the fence": .missingFence, "across the boundary": .undeclaredCrossing,
    "across by an unknown name": .unknownCrossing, "across by a name of last year": .expiredCrossing,
    "across with more than was allowed": .outsideCrossing,
  ]

  @Test(
    "attempt every kind of forbidden write: each is stopped, and no row changes",
    arguments: Language.allCases.filter(\.isThere))
  func wrong(language: Language) throws {
    #expect(Set(Self.wrong.values).count == GuardReason.allCases.count { !$0.isAllowed })
    let shop = try Shop(language)
    let before = try shop.contents()
    #expect(before.count == 7)
    #expect(try shop.run("wrong") == Self.wrong.mapValues(\.rawValue))
    #expect(try shop.contents() == before)
    // Nothing else stops them: without the guardrail the same attempts write.
    try shop.disarm()
    #expect(try shop.run("wrong").values.allSatisfy { $0 == nil })
    #expect(
      try shop.contents() == [
        "sqlite orders|1|crossed", "sqlite flows|1|crossed", "postgres users | 1 | Ida",
        "postgres orders | 1 | Ada", "postgres orders | 9 | lamp", "postgres flows | 1 | Ada",
        "postgres flows | 9 | flow",
      ])
  }

  @Test("write what they may, and it lands", arguments: Language.allCases.filter(\.isThere))
  func right(language: Language) throws {
    let shop = try Shop(language)
    #expect(try shop.run("right").values.allSatisfy { $0 == nil })
    #expect(
      try shop.contents() == [
        "sqlite users|1|Ada", "sqlite orders|1|desk", "sqlite orders|2|chair", "sqlite flows|2|welcome",
        "postgres users | 1 | Ada L.", "postgres users | 2 | Bo's \"own\"", "postgres orders | 1 | Ada",
        "postgres flows | 1 | Ada", "postgres ghosts | 1 | Ada",
      ])
  }
}
