internal import CommandLine
internal import Foundation
internal import LocalPostgres
internal import Mapping
internal import Mongo
internal import Postgres
internal import Progress
internal import RecordSources

/// Where the stores are: flags win over the environment, the environment over the mapping set's files.
extension Session {
  /// The private Postgres of this folder.
  var localPostgres: LocalPostgres {
    LocalPostgres(directory: FileManager.default.currentDirectoryPath + "/.kedge")
  }

  /// The configured target, or nil where the private Postgres is to serve.
  func configuredTarget(of set: MappingSet?) throws -> PostgresSettings? {
    if let url = command.value("target") {
      guard !url.hasPrefix("mongodb"), !url.hasPrefix("sqlite:") else {
        throw UsageProblem("--target wants a PostgreSQL URL: postgres://user@host/database")
      }
      return try PostgresSettings(url: url)
    }
    let store = set?.stores.first { $0.kind == .postgres }
    for name in store?.environment ?? [] {
      if let url = environment[name], !url.isEmpty { return try PostgresSettings(url: url) }
    }
    if let settings = try PostgresSettings(environment: environment) { return settings }
    if let url = store?.url { return try PostgresSettings(url: url) }
    return nil
  }

  /// The target; starts the private Postgres when none is configured.
  func target(of set: MappingSet?) throws -> PostgresSettings {
    if let settings = try configuredTarget(of: set) { return settings }
    log.debug("no target is configured: using the private PostgreSQL under .kedge/")
    return try PostgresSettings(url: try localPostgres.up().url)
  }

  /// The target if it is up or can be: like ``target(of:)``, but doesn't create a private Postgres that isn't there.
  func existingTarget(of set: MappingSet?) throws -> PostgresSettings? {
    if let settings = try configuredTarget(of: set) { return settings }
    guard try localPostgres.status().state != .notCreated else { return nil }
    return try PostgresSettings(url: try localPostgres.up().url)
  }

  /// Every source store that an entity names, by the store's name.
  func sources(of set: MappingSet) throws -> [String: any RecordSource] {
    var found: [String: any RecordSource] = [:]
    let used = Set(set.entities.map(\.store))
    let asked = try command.value("source").map(SourceURL.init)
    let stores = set.stores.filter { used.contains($0.name) && $0.kind != .postgres }
    if let asked, !set.stores.contains(where: { $0.kind == asked.kind }) {
      throw UsageProblem(
        "--source is a \(asked.kind.rawValue) URL, but the mapping set \"\(set.name)\" has no \(asked.kind.rawValue) store"
      )
    }
    for store in stores { found[store.name] = try source(try sourceURL(of: store, in: set), store) }
    return found
  }

  /// The URL, or for SQLite the path, of a store that isn't the target: by `--source`, the environment, or the set's file.
  func sourceURL(of store: Store, in set: MappingSet) throws -> String {
    if let asked = try command.value("source").map(SourceURL.init), asked.kind == store.kind {
      return asked.url
    }
    let fallback = store.kind == .mongo ? "MONGODB_URI" : "SQLITE_PATH"
    let fromEnvironment = (store.environment + [fallback]).compactMap { environment[$0] }.first {
      !$0.isEmpty
    }
    if let url = fromEnvironment ?? store.url.map({ relative($0, to: set, store) }) { return url }
    throw UsageProblem(
      "the store \"\(store.name)\" isn't configured; give --source URL, set "
        + (store.environment + [fallback]).joined(separator: " or ") + ", or write url: in set.yaml")
  }

  private func source(_ url: String, _ store: Store) throws -> any RecordSource {
    switch store.kind {
    case .mongo: MongoSource(try mongoSettings(url, store))
    case .sqlite, .postgres: SQLiteSource(path: SourceURL.path(url))
    }
  }

  /// How to reach a Mongo store, and how it is read: a flag wins over the URL, the URL over the mapping set.
  func mongoSettings(_ url: String, _ store: Store?) throws -> MongoSettings {
    var settings = try MongoSettings(url: url, database: store?.database)
    if !settings.namesReadPreference {
      settings.readPreference = (store?.readPreference?.rawValue).flatMap(MongoReadPreference.init)
    }
    if !settings.namesReadConcern {
      settings.readConcern = (store?.readConcern?.rawValue).flatMap(MongoReadConcern.init)
    }
    // The parser has checked the words.
    if command.takes("read-preference"), let asked = command.value("read-preference") {
      settings.readPreference = MongoReadPreference(rawValue: asked)
    }
    if command.takes("read-concern"), let asked = command.value("read-concern") {
      settings.readConcern = MongoReadConcern(rawValue: asked)
    }
    return settings
  }

  /// A relative SQLite path in a mapping file starts at that file's folder.
  private func relative(_ url: String, to set: MappingSet, _ store: Store) -> String {
    guard store.kind == .sqlite else { return url }
    let path = SourceURL.path(url)
    return path.hasPrefix("/") ? path : set.directory + "/" + path
  }
}

/// A `--source` value: `mongodb://…`, `mongodb+srv://…`, `sqlite:path`, or the path of a file that exists.
struct SourceURL {
  let kind: Store.Kind
  let url: String

  init(_ text: String) throws {
    url = text
    if text.hasPrefix("mongodb://") || text.hasPrefix("mongodb+srv://") {
      kind = .mongo
    } else if text.hasPrefix("sqlite:") || FileManager.default.fileExists(atPath: text) {
      kind = .sqlite
    } else {
      throw UsageProblem("--source wants mongodb://host/database or sqlite:path (of a file that exists)")
    }
  }

  /// The path in a SQLite URL: `sqlite:path`, `sqlite:///absolute`, or a plain path.
  static func path(_ url: String) -> String {
    guard url.hasPrefix("sqlite:") else { return url }
    let rest = url.dropFirst("sqlite:".count)
    return rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
  }
}
