internal import Foundation
public import Postgres

/// A database that is made to replay migrations in, beside the live one, and dropped again.
public struct ScratchDatabase {
  private let folder: MigrationFolder
  private let settings: PostgresSettings
  private let options: MigrationOptions

  /// What its name begins with, and its comment: only what has both is ever taken for one that was left behind.
  static let prefix = "kedge_verify_"
  static let purpose =
    "Made by kedge to replay migrations in. Nobody needs it when nobody is connected to it."

  private var comment: String { Self.purpose + " They are those of the database \(settings.database ?? "")." }

  /// - Parameters:
  ///   - settings: of the live database, whose server, encoding and collation it shares. The role needs CREATEDB.
  ///   - folder: the migrations.
  public init(
    _ settings: PostgresSettings, _ folder: MigrationFolder, options: MigrationOptions = MigrationOptions()
  ) {
    self.settings = settings
    self.folder = folder
    self.options = options
  }

  /// Applies migrations in a new database and hands it over; it is dropped afterwards, whatever happens.
  ///
  /// Scratch databases that killed processes left are dropped first.
  ///
  /// - Parameters:
  ///   - limit: the last number to apply, 0 for none; nil for all.
  ///   - prelude: SQL that is run before the migrations: what they find in place and don't make.
  /// - Throws: ``MigrationError``, `PostgresError`, and what `body` throws.
  public func replay<T>(
    upTo limit: Int? = nil, prelude: String = "", _ body: (PostgresConnection) throws -> T
  )
    throws -> T
  {
    let server = try PostgresConnection(settings)
    defer { server.close() }
    try dropAbandoned(server)
    let name = Self.prefix + UUID().uuidString.prefix(13).lowercased().replacing("-", with: "_")
    try create(name, server)
    do {
      let result = try fill(name, upTo: limit, prelude: prelude, body)
      try drop(name, server)
      return result
    } catch {
      try drop(name, server)
      throw error
    }
  }

  private func create(_ name: String, _ server: PostgresConnection) throws {
    let kind = try server.query(
      "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype FROM pg_database WHERE datname = current_database()"
    ).first
    let (collation, character) = (try kind?.text("datcollate") ?? "C", try kind?.text("datctype") ?? "C")
    try server.execute(
      "CREATE DATABASE \(quoteIdentifier(name)) TEMPLATE template0 ENCODING \(quoteLiteral(try kind?.text("encoding") ?? "UTF8"))"
        + " LC_COLLATE \(quoteLiteral(collation)) LC_CTYPE \(quoteLiteral(character))")
  }

  private func drop(_ name: String, _ server: PostgresConnection) throws {
    guard server.isAlive else {
      options.say("the connection is gone; the next 'kedge migrate verify' drops the database \(name)")
      return
    }
    try server.execute("DROP DATABASE IF EXISTS \(quoteIdentifier(name)) WITH (FORCE)")
  }

  private func fill<T>(
    _ name: String, upTo limit: Int?, prelude: String, _ body: (PostgresConnection) throws -> T
  ) throws -> T {
    var there = settings
    there.database = name
    let scratch = try PostgresConnection(there)
    defer { scratch.close() }
    // Marked only once somebody is connected: from then on it is abandoned when nobody is.
    try scratch.execute("COMMENT ON DATABASE \(quoteIdentifier(name)) IS \(quoteLiteral(comment))")
    if !prelude.isEmpty { try scratch.execute(prelude) }
    if limit != 0 {
      var quiet = options
      quiet.say = { _ in }
      // A pooler would be the same for both; here nobody else is.
      quiet.isPooled = false
      quiet.allowsOutOfOrder = true
      try MigrationRunner(scratch, folder, options: quiet).up(to: limit)
    }
    return try body(scratch)
  }

  /// Drops what killed processes left of this database: of our name, with our comment, and with nobody connected.
  private func dropAbandoned(_ server: PostgresConnection) throws {
    let left = try server.query(
      """
      SELECT d.datname AS name FROM pg_database d
      WHERE starts_with(d.datname, $1) AND starts_with(shobj_description(d.oid, 'pg_database'), $2)
        AND pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)
      ORDER BY 1
      """, [.text(Self.prefix), .text(comment)]
    ).map { try $0.text("name") }
    for name in left {
      do {
        // Without FORCE: whoever connected meanwhile keeps it.
        try server.execute("DROP DATABASE \(quoteIdentifier(name))")
        options.say("dropped the database \(name), which a killed process left behind")
      } catch let error as PostgresError where error.sqlState == "55006" {
        options.say("the database \(name) is left behind: \(error)")
      } catch let error as PostgresError where error.sqlState == "3D000" {
        // Another verify of the same database was quicker.
      }
    }
  }
}
