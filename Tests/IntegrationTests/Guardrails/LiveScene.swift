import Catalog
import Foundation
import Guardrails
import LiveGuardrails
import Mapping
import Postgres
import TestSupport

/// A target with Kedge's own tables, and a mapping set of a core entity that moves from SQLite and a feature entity that stays
/// there.
struct LiveScene {
  let target: TestPostgres
  let set: MappingSet
  var doors: TargetDoors { TargetDoors(settings: target.settings) }

  init(mode: GuardMode = .enforce) throws {
    target = try TestPostgres()
    try Catalog(target.connection).ensure()
    set = try Self.mappingSet(mode: mode)
  }

  static func mappingSet(mode: GuardMode) throws -> MappingSet {
    try MappingSet.parse(files: [
      (
        "set.yaml",
        """
        set: shop
        stores:
          app: { kind: sqlite, url: app.sqlite }
        guard: { mode: \(mode.rawValue) }
        crossings:
          signup:
            entities: [users, flows]
            reason: one form fills both
            link: https://example.com/decisions/1
            expires: 2099-12-31
        """
      ),
      (
        "users.yaml",
        """
        entity: users
        owner: core
        source: { store: app, table: users }
        key: id
        fields: { id: text, name: text }
        writers: [UserRepository, OldUserRepository]
        """
      ),
      (
        "flows.yaml",
        """
        entity: flows
        owner: feature
        source: { store: app, table: flows }
        """
      ),
    ])
  }

  /// Guardrails that ask often.
  func live(
    _ observations: GuardObservations = GuardObservations(), through port: Int? = nil,
    change: (inout LiveGuardrails.Options) -> Void = { _ in }
  ) throws -> LiveGuardrails {
    var options = LiveGuardrails.Options()
    options.refreshInterval = .milliseconds(20)
    options.flushInterval = .milliseconds(40)
    options.seenBy = "test"
    change(&options)
    var settings = target.settings
    if let port { settings.hosts = [PostgresSettings.Host("127.0.0.1", port: port)] }
    return try LiveGuardrails(set, target: settings, observations: observations, options: options)
  }
}

/// The target as others reach it, from any thread: each call has a connection of its own.
struct TargetDoors: Sendable {
  let settings: PostgresSettings

  /// Sets the phase of `users` from a connection of its own, as `kedge phase set` does.
  @discardableResult
  func setPhase(_ phase: Mapping.Entity.Phase, from old: Mapping.Entity.Phase = .legacy) throws -> Int {
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    return try connection.transaction {
      try Catalog(connection).setPhase(of: "users", in: "shop", from: old, to: phase, reason: nil)
    }
  }

  /// Nobody can reach the target's database until ``open()``.
  func shut() throws {
    try administer("ALTER DATABASE \(settings.database ?? "") ALLOW_CONNECTIONS false")
    try administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(settings.database ?? "")'"
    )
  }

  func open() throws {
    try administer("ALTER DATABASE \(settings.database ?? "") ALLOW_CONNECTIONS true")
  }

  private func administer(_ sql: String) throws {
    var settings = settings
    settings.database = "postgres"
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    try connection.execute(sql)
  }

  /// On a new connection, for a database that was shut has ended the test's own.
  func rows(_ sql: String) throws -> [String] {
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    return try connection.query(sql).map { row in
      (0..<row.count).map { row[$0] ?? "∅" }.joined(separator: " | ")
    }
  }
}

/// Waits until something is so. Ends the test with an error when that takes longer than any machine should need.
func eventually(_ what: String, _ isSo: () throws -> Bool) throws {
  let end = ContinuousClock.now + .seconds(60)
  while try !isSo() {
    guard ContinuousClock.now < end else {
      throw UnexpectedResult(description: "\(what): it never came to be so")
    }
    Thread.sleep(forTimeInterval: 0.005)
  }
}
