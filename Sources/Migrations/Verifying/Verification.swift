internal import Executors
internal import Foundation
public import Postgres

/// Replays all migrations in a new database, and holds the live one against it.
public struct Verification {
  private let folder: MigrationFolder
  private let settings: PostgresSettings
  private let options: MigrationOptions

  /// - Parameters:
  ///   - settings: where the live database is; the new one is made beside it, with the right to create databases.
  ///   - folder: its migrations.
  public init(
    _ settings: PostgresSettings, _ folder: MigrationFolder, options: MigrationOptions = MigrationOptions()
  ) {
    self.settings = settings
    self.folder = folder
    self.options = options
  }

  /// Makes a database, applies everything up to where the live one is, compares, and drops it again, whatever happens.
  ///
  /// - Parameter prelude: SQL that is run before the migrations: what they find in place and don't make.
  /// - Returns: what differs; nothing if the live database is what its migrations make.
  /// - Throws: ``MigrationError``, `PostgresError`.
  public func run(prelude: String = "") throws -> [SchemaDifference] {
    let live = try PostgresConnection(settings)
    defer { live.close() }
    let applied = try MigrationRunner(live, folder, options: options).status().entries.filter {
      $0.record?.state == .applied
    }.map(\.number)
    let name = "kedge_verify_\(UUID().uuidString.prefix(12).lowercased().replacing("-", with: "_"))"
    try create(name, in: live)
    do {
      let differences = try compare(name, with: live, upTo: applied.max(), prelude: prelude)
      try drop(name, in: live)
      return differences
    } catch {
      try drop(name, in: live)
      throw error
    }
  }

  private func create(_ name: String, in live: PostgresConnection) throws {
    let kind = try live.query(
      "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype FROM pg_database WHERE datname = current_database()"
    ).first
    let (collation, character) = (try kind?.text("datcollate") ?? "C", try kind?.text("datctype") ?? "C")
    try live.execute(
      "CREATE DATABASE \(quoteIdentifier(name)) TEMPLATE template0 ENCODING \(quoteLiteral(try kind?.text("encoding") ?? "UTF8"))"
        + " LC_COLLATE \(quoteLiteral(collation)) LC_CTYPE \(quoteLiteral(character))")
  }

  private func drop(_ name: String, in live: PostgresConnection) throws {
    guard live.isAlive else {
      options.say("the connection is gone; drop the database \(name) by hand")
      return
    }
    try live.execute("DROP DATABASE \(quoteIdentifier(name)) WITH (FORCE)")
  }

  private func compare(
    _ name: String, with live: PostgresConnection, upTo limit: Int?, prelude: String
  ) throws -> [SchemaDifference] {
    var there = settings
    there.database = name
    let scratch = try PostgresConnection(there)
    defer { scratch.close() }
    if !prelude.isEmpty { try scratch.execute(prelude) }
    if let limit {
      var quiet = options
      quiet.say = { _ in }
      // A pooler would be the same for both; here nobody else is.
      quiet.isPooled = false
      quiet.allowsOutOfOrder = true
      try MigrationRunner(scratch, folder, options: quiet).up(to: limit)
    }
    let found = try SchemaSnapshot(live)
    return SchemaDifference.between(expected: try SchemaSnapshot(scratch), live: found) {
      found.schema(of: $0)
    }
  }
}
