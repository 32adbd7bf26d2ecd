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
    return try ScratchDatabase(settings, folder, options: options).replay(
      upTo: applied.max() ?? 0, prelude: prelude
    ) { scratch in
      let found = try SchemaSnapshot(live)
      return SchemaDifference.between(expected: try SchemaSnapshot(scratch), live: found) {
        found.schema(of: $0)
      }
    }
  }
}
