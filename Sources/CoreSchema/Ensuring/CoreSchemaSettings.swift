public import Executors
public import Mapping
public import Migrations
public import Postgres

/// What ``ensureCoreSchema(_:)`` brings up, and where.
public struct CoreSchemaSettings: Sendable {
  /// The database, past a pooler: see `PostgresSettings(environment:forMigrations:)`.
  public var target: PostgresSettings
  /// What the application's tables are.
  public var mapping: MappingSet
  /// The migrations that make them.
  public var migrations: MigrationFolder
  /// Seconds that another instance is waited for, which migrates already, and that a lock in the database is tried for.
  public var patience = 60.0
  /// Milliseconds that a statement waits for a lock before it lets others pass and tries again.
  public var lockTimeout = 2000
  /// The wish to give up. Cancelling the task sets it, too.
  public var stop = StopFlag()
  /// Gets what a person wants to know meanwhile, on the thread that does the work.
  public var say: @Sendable (String) -> Void = { _ in }

  /// - Parameters:
  ///   - target: the database.
  ///   - mapping: a mapping set.
  ///   - migrations: the set's migrations.
  public init(_ target: PostgresSettings, mapping: MappingSet, migrations: MigrationFolder) {
    self.target = target
    self.mapping = mapping
    self.migrations = migrations
  }

  /// Reads both folders.
  ///
  /// - Parameters:
  ///   - mappings: the folder of the mapping set.
  ///   - migrations: the folder of its migrations.
  /// - Throws: `MappingErrors`, `MigrationProblems`, and what the file system says.
  public init(_ target: PostgresSettings, mappings: String, migrations: String) throws {
    self.init(
      target, mapping: try MappingSet.load(directory: mappings),
      migrations: try MigrationFolder(path: migrations))
  }

  var options: MigrationOptions {
    var options = MigrationOptions()
    options.patience = patience
    options.lockTimeout = lockTimeout
    options.stop = stop
    options.say = say
    return options
  }

  /// What the mapping needs: every table that it declares in Postgres.
  func plans() throws -> [EntityPlan] {
    try mapping.coreInLoadOrder.map { try EntityPlan($0, source: mapping.sourceKind(of: $0)) }
  }
}
