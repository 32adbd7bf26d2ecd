import Catalog
import DatabaseGuards
import Foundation
import Guardrails
import Mapping
import Postgres
import TestSupport

/// A database with guarded tables, and logins of its own: declared ones, one that nobody declared, and one that may be Kedge.
final class PostgresGuardScene {
  let database: TestPostgres
  /// Speaks for UserRepository.
  let app: String
  /// Declared to write nothing.
  let reporting: String
  /// Nobody declared it.
  let stranger: String

  init() throws {
    database = try TestPostgres()
    let suffix = database.settings.database ?? ""
    (app, reporting, stranger) = ("app_\(suffix)", "reporting_\(suffix)", "stranger_\(suffix)")
    for role in [app, reporting, stranger] { try database.execute("CREATE ROLE \(role) LOGIN") }
    try database.execute(
      """
      CREATE SCHEMA core; CREATE SCHEMA feature;
      CREATE TABLE core.users (id bigint PRIMARY KEY, name text);
      CREATE TABLE core.users_emails (user_id bigint REFERENCES core.users ON DELETE CASCADE ON UPDATE CASCADE, \
      position integer, email text, PRIMARY KEY (user_id, position));
      CREATE TABLE core.boards (id bigserial PRIMARY KEY, owner bigint REFERENCES core.users ON DELETE CASCADE, title text);
      CREATE TABLE feature.notes (id bigint PRIMARY KEY, note text);
      INSERT INTO core.users SELECT i, 'user ' || i FROM generate_series(1, 20) i;
      INSERT INTO core.users_emails SELECT i, 0, i || '@example.com' FROM generate_series(1, 20) i;
      INSERT INTO core.boards (owner, title) SELECT i, 'board' FROM generate_series(1, 20) i;
      INSERT INTO feature.notes VALUES (1, 'note');
      """)
  }

  deinit {
    do {
      // What one role has passed on to another has to go before either.
      try database.execute("DROP SCHEMA IF EXISTS core, feature CASCADE")
      for role in [app, reporting, stranger] {
        try database.execute("DROP OWNED BY \(role)")
        try database.execute("DROP ROLE \(role)")
      }
    } catch { print("Roles of \(app) are left behind: \(error)") }
  }

  /// The mapping set: users are written by UserRepository, boards by anybody, notes are the feature's.
  func set(
    phase: String = "legacy", mode: String = "enforce", fence: Bool = false, roles: Bool = true,
    writers: String = "[UserRepository]"
  ) throws -> MappingSet {
    let guardRoles = roles ? ", roles: { \(app): [UserRepository], \(reporting): [] }" : ""
    let rules = fence ? "guard: { fence: required }" : ""
    return try MappingSet.parse(files: [
      (
        "set.yaml",
        """
        set: shop
        stores: { app: { kind: mongo, environment: [MONGODB_URI] }, pg: { kind: postgres } }
        guard: { mode: \(mode)\(guardRoles) }
        """
      ),
      (
        "users.yaml",
        """
        entity: users
        owner: core
        phase: \(phase)
        source: { store: app, collection: users }
        key: [id]
        writers: \(writers)
        \(rules)
        fields: { id: { from: _id, type: bigint }, name: text }
        children:
          emails: { from: "emails[]", table: users_emails, fields: { email: { from: "@", type: text } } }
        """
      ),
      (
        "boards.yaml",
        """
        entity: boards
        owner: core
        phase: \(phase)
        source: { store: app, collection: boards }
        key: [id]
        \(rules)
        fields: { id: { from: _id, type: bigint }, owner: bigint, title: text }
        """
      ),
      (
        "notes.yaml",
        """
        entity: notes
        owner: feature
        source: { store: pg, table: feature.notes }
        writers: [NoteRepository\(writers == "[UserRepository]" ? "" : ", UserRepository")]
        \(rules)
        """
      ),
    ])
  }

  func plan(_ set: MappingSet) throws -> GuardPlan {
    GuardPlan(set, live: try Catalog(database.connection).livePhases(of: set.name))
  }

  func installer(_ set: MappingSet, patience: Double = 30) throws -> GuardInstaller {
    var options = InstallOptions()
    options.patience = patience
    return GuardInstaller(try plan(set), target: database.connection, options: options)
  }

  /// A session of a login; nil for the superuser.
  func session(_ role: String?, writer: String? = nil, fence: String? = nil) throws -> PostgresConnection {
    var settings = database.settings
    if let role { settings.user = role }
    let connection = try PostgresConnection(settings)
    if let writer { try connection.execute("SET kedge.writer = \(quoteLiteral(writer))") }
    if let fence { try connection.execute("SET kedge.fence = \(quoteLiteral(fence))") }
    return connection
  }

  /// Sets a phase as `kedge phase set` does.
  @discardableResult
  func setPhase(_ entity: String, _ phase: Entity.Phase, on connection: PostgresConnection? = nil) throws
    -> Int
  {
    let catalog = Catalog(connection ?? database.connection)
    return try catalog.connection.transaction {
      try catalog.setPhase(of: entity, in: "shop", from: .legacy, to: phase, reason: nil)
    }
  }

  /// Gives all rights to everybody, as somebody might by hand.
  func openDoors() throws {
    for role in [app, reporting, stranger] {
      try database.execute(
        """
        GRANT USAGE ON SCHEMA core, feature TO \(role);
        GRANT ALL ON ALL TABLES IN SCHEMA core, feature TO \(role);
        GRANT ALL ON ALL SEQUENCES IN SCHEMA core TO \(role)
        """)
    }
  }
}

/// What became of a statement: nil where it was done, else the guardrail's reason, or the server's SQLSTATE.
func refusal(_ connection: PostgresConnection, _ sql: String) throws -> String? {
  do {
    try connection.execute(sql)
    return nil
  } catch let error as PostgresError {
    guard let state = error.sqlState else { throw error }
    return state.hasPrefix("KG") ? "\(state) \(error.constraint ?? "?")" : state
  }
}
