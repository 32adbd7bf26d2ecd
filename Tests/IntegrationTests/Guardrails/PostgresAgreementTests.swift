import Catalog
import DatabaseGuards
import Foundation
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// The table of cases against PostgreSQL: every case that Postgres can be asked is written by psql, as the login that the case
/// names, and must end as the reference decides, for the same reason.
@Suite("PostgreSQL agrees with the reference")
struct PostgresAgreementTests {
  @Test("each write ends as decided, and for that reason", arguments: GuardCases.scenes.map(\.name))
  func agrees(_ name: String) throws {
    let scene = try #require(GuardCases.scenes.first { $0.name == name })
    let place = try AgreementPlace(scene)
    let cases = try GuardCases.cases(of: name).filter(place.canBeAsked)
    #expect(cases.count >= 8)
    for one in cases {
      let outcome = try place.write(one)
      #expect(outcome.isAllowed == one.allowed, "\(one): \(outcome.said)")
      // Rights are looked at before any trigger is: then no reason is said.
      if let reason = outcome.reason { #expect(reason == one.reason, "\(one): \(outcome.said)") }
    }
  }
}

/// A database with the entities that live in Postgres, guarded as one scene says, and the logins of the table.
private final class AgreementPlace {
  private let database: TestPostgres
  private let roles: [String: String]
  private static let tables = ["users", "orders"]
  private static let logins = ["shop_app", "clerk", "reporting", "Stranger"]

  init(_ scene: GuardScene) throws {
    database = try TestPostgres()
    // Roles belong to the whole server, which other tests use, too.
    let suffix = database.settings.database ?? ""
    roles = Dictionary(uniqueKeysWithValues: Self.logins.map { ($0, "\($0)_\(suffix)".lowercased()) })
    for role in roles.values { try database.execute("CREATE ROLE \(role) LOGIN") }
    for table in Self.tables {
      try database.execute(
        """
        CREATE TABLE public.\(table) (id text PRIMARY KEY, name text);
        INSERT INTO public.\(table) VALUES ('1', 'first'), ('2', 'second');
        GRANT ALL ON public.\(table) TO \(roles.values.sorted().joined(separator: ", "));
        """)
    }
    var files = scene.files
    for index in files.indices {
      for (name, role) in roles { files[index].text = files[index].text.replacing(name, with: role) }
    }
    let catalog = Catalog(database.connection)
    try catalog.ensure()
    try database.execute("INSERT INTO kedge.epochs VALUES ('\(scene.name)', \(scene.live.epoch))")
    for (entity, phase) in scene.live.entities {
      try database.execute(
        """
        INSERT INTO kedge.phases (set_name, entity, phase, epoch)
        VALUES ('\(scene.name)', '\(entity)', '\(phase.word)', \(phase.epoch))
        """)
    }
    let plan = GuardPlan(
      try MappingSet.parse(files: files), live: try catalog.livePhases(of: scene.name))
    var options = InstallOptions()
    options.stores = ["core"]
    _ = try GuardInstaller(plan, target: database.connection, options: options).install(nil)
  }

  deinit {
    do {
      for role in roles.values {
        try database.execute("DROP OWNED BY \(role)")
        try database.execute("DROP ROLE \(role)")
      }
    } catch { print("Roles of \(roles) are left behind: \(error)") }
  }

  /// Whether the case is a statement of SQL on a table that is there.
  func canBeAsked(_ one: GuardCase) -> Bool {
    one.store == "core" && Self.tables.contains(one.entity) && statement(one) != nil
  }

  private func statement(_ one: GuardCase) -> String? {
    switch one.operation {
    case "insert": "INSERT INTO public.\(one.entity) VALUES ('3', 'third')"
    case "update": "UPDATE public.\(one.entity) SET name = 'changed' WHERE id = '1'"
    case "delete": "DELETE FROM public.\(one.entity) WHERE id = '1'"
    case "upsert":
      "INSERT INTO public.\(one.entity) VALUES ('1', 'changed') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name"
    case "truncate": "TRUNCATE public.\(one.entity)"
    default: nil
    }
  }

  /// What the table holds when the statement has done its work.
  private static let done = [
    "insert": "1 first, 2 second, 3 third", "update": "1 changed, 2 second", "delete": "2 second",
    "upsert": "1 changed, 2 second", "truncate": "",
  ]

  struct Outcome {
    var isAllowed: Bool
    var reason: String?
    var said: String
  }

  /// Writes as psql does, looks, and takes it back, so that the next case finds what this one found.
  func write(_ one: GuardCase) throws -> Outcome {
    var settings: [String] = []
    var login = database.settings.user ?? ""
    switch one.writer {
    // The superuser, to whom schema kedge belongs, without a claim: it isn't said who writes.
    case nil: break
    case "kedge"?, "kedge-admin"?: settings.append("SET LOCAL kedge.writer = '\(one.writer ?? "")'")
    case let writer?:
      if let role = roles[writer] {
        login = role
      } else {
        login = roles["shop_app"] ?? ""
        settings.append("SET LOCAL kedge.writer = '\(writer)'")
      }
    }
    if let fence = one.fence { settings.append("SET LOCAL kedge.fence = '\(fence)'") }
    let statements =
      ["BEGIN"] + settings + [
        statement(one) ?? "",
        "SELECT '«' || coalesce(string_agg(id || ' ' || name, ', ' ORDER BY id), '') || '»' FROM public.\(one.entity)",
        "ROLLBACK",
      ]
    let (code, output, errors) = try psql(statements, login: login)
    if code == 0 {
      let isDone = output.contains("«\(Self.done[one.operation] ?? "")»")
      return Outcome(isAllowed: isDone, reason: nil, said: output + errors)
    }
    let reason = errors.firstMatch(of: #/reason ([a-z_]+)\./#).map { String($0.output.1) }
    let isRefusal = errors.contains("42501") || reason != nil
    if !isRefusal { throw UnexpectedResult(description: "\(one): \(errors)") }
    return Outcome(isAllowed: false, reason: reason, said: errors)
  }

  private func psql(_ statements: [String], login: String) throws -> (Int32, String, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--set",
        "VERBOSITY=verbose",
      ] + statements.flatMap { ["--command", $0] }
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
    environment["PGHOST"] = database.settings.hosts.first?.name
    environment["PGPORT"] = database.settings.hosts.first?.port.map { "\($0)" }
    environment["PGUSER"] = login
    environment["PGDATABASE"] = database.settings.database
    process.environment = environment
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Neither says more than a pipe holds.
    process.waitUntilExit()
    return (
      process.terminationStatus,
      String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    )
  }
}
