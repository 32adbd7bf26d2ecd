internal import CommandLine
internal import Executors
internal import Foundation
internal import Mapping
internal import Migrations
internal import Postgres
internal import Progress

/// Where migrations are, and where they go.
extension Session {
  /// The mapping set, where there is one: migrations need none.
  func migrationMapping() throws -> MappingSet? {
    if command.value("mappings") == nil, !FileManager.default.fileExists(atPath: "mappings") { return nil }
    if command.value("mappings") == nil, command.value("migrations") != nil { return nil }
    return try mappingSet()
  }

  /// The folder of the migrations: `--migrations`, else the mapping set's, else the only one there is.
  func migrationPath(_ set: MappingSet?) throws -> String {
    if let path = command.value("migrations") {
      guard !path.contains("://") else {
        throw UsageProblem(
          "--migrations wants a folder, and was given a URL; the target is named by --target")
      }
      return path
    }
    if let set { return "migrations/\(set.name)" }
    let files = FileManager.default
    var folders: [String] = []
    if files.fileExists(atPath: "migrations") {
      for name in try files.contentsOfDirectory(atPath: "migrations").sorted() {
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: "migrations/" + name, isDirectory: &isFolder), isFolder.boolValue {
          folders.append("migrations/" + name)
        }
      }
    }
    guard folders.count == 1 else {
      throw UsageProblem(
        folders.isEmpty
          ? "there is no folder of migrations; name one with --migrations DIR, or begin one with:"
            + " kedge migrate new NAME --migrations migrations/SET"
          : "there are several sets of migrations; choose one: "
            + folders.map { "--migrations \($0)" }.joined(separator: ", "))
    }
    return folders[0]
  }

  /// Whether the mapping set has a folder of migrations.
  func hasMigrations(_ set: MappingSet) -> Bool {
    var isFolder: ObjCBool = false
    let path = command.value("migrations") ?? "migrations/\(set.name)"
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The migrations, read and checked.
  func migrationFolder(_ set: MappingSet?) throws -> MigrationFolder {
    let path = try migrationPath(set)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw UsageProblem(
        "there is no folder \"\(path)\"; name another with --migrations DIR, or begin it with: kedge migrate new NAME"
      )
    }
    return try MigrationFolder(path: path)
  }

  /// Where migrations go: past the pooler, if an address for that is known.
  func migrationTarget(_ set: MappingSet?) throws -> PostgresSettings {
    var settings: PostgresSettings
    if command.value("target") == nil, let url = environment["POSTGRES_URL_NON_POOLING"], !url.isEmpty {
      settings = try PostgresSettings(url: url)
    } else {
      settings = try target(of: set)
    }
    // What a second runner is shown.
    settings.applicationName =
      "kedge migrate on \(ProcessInfo.processInfo.hostName.prefix(30)), process \(getpid())"
    return settings
  }

  /// How migrations are run.
  func migrationOptions() -> MigrationOptions {
    var options = MigrationOptions()
    options.stop = stop
    options.say = { [log] text in log.info(text) }
    if command.takes("patience") { options.patience = Double(command.integer("patience") ?? 60) }
    if command.takes("lock-timeout") { options.lockTimeout = command.integer("lock-timeout") ?? 2000 }
    if command.takes("out-of-order") { options.allowsOutOfOrder = command.flag("out-of-order") }
    return options
  }

  /// Hands a runner to `body`, and closes its connection afterwards.
  func withMigrationRunner<T>(_ body: (MigrationRunner, MigrationFolder) throws -> T) throws -> T {
    let set = try migrationMapping()
    let folder = try migrationFolder(set)
    let connection = try PostgresConnection(try migrationTarget(set))
    defer { connection.close() }
    return try body(try MigrationRunner(connection, folder, options: migrationOptions()), folder)
  }
}
