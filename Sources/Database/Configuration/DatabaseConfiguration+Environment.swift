internal import Postgres

extension DatabaseConfiguration {
  /// The database that environment variables name. Empty variables count as absent.
  ///
  /// 1. `DATABASE_URL` or `POSTGRES_URL`: Postgres (or `sqlite:PATH`). Both may be set if they are equal. `DATABASE_SSL=false` turns TLS
  ///    off where the URL doesn't say, `true` makes it required.
  /// 2. For `migrations`, `POSTGRES_URL_NON_POOLING` before those.
  /// 3. `DB_HOST`, `DB_USERNAME`, `DB_PASSWORD`, with `DB_PORT` and `DB_NAME`: Postgres.
  /// 4. Else SQLite: the file that `SQLITE_PATH` names, or `sqlitePath`.
  ///
  /// - Parameters:
  ///   - environment: the variables.
  ///   - sqlitePath: the application's SQLite file where no variable names a database; nil if it can't run on SQLite.
  ///   - purpose: what the connections are for.
  /// - Throws: ``DatabaseError`` of kind `configuration` if variables are malformed, partial or contradict each other; it names the
  ///   variables, and quotes none of them.
  public init(
    environment: [String: String], sqlitePath: String? = nil, purpose: Purpose = .application
  ) throws {
    let reader = EnvironmentReader(environment)
    guard let (named, source) = try reader.postgres(purpose) else {
      guard let path = reader.value("SQLITE_PATH") ?? sqlitePath else {
        throw DatabaseError(
          .configuration,
          "The environment names no database: set DATABASE_URL (or POSTGRES_URL, or DB_HOST, DB_USERNAME and "
            + "DB_PASSWORD) for Postgres, or SQLITE_PATH for a SQLite file.")
      }
      _ = try reader.tls()
      self.init(.sqlite(path: path), source: reader.value("SQLITE_PATH") == nil ? "default" : "SQLITE_PATH")
      return
    }
    var target = named
    if case .postgres(var endpoints) = named, let tls = try reader.tls() {
      for index in endpoints.indices where endpoints[index].tlsMode == nil {
        if !tls {
          endpoints[index].tlsMode = .disable
        } else if endpoints[index].effectiveTLSMode == .prefer {
          endpoints[index].tlsMode = .require
        }
      }
      target = .postgres(endpoints)
    }
    self.init(target, source: source)
  }

  /// One URL, or several with commas between; each of a libpq URL's hosts becomes an endpoint of its own.
  static func target(url text: String, from source: String) throws -> Target {
    if text.lowercased().hasPrefix("sqlite:") {
      var path = text.dropFirst("sqlite:".count)
      if path.hasPrefix("//") { path = path.dropFirst(2) }
      return .sqlite(path: String(path))
    }
    var endpoints: [PostgresSettings] = []
    for url in urls(in: text) {
      do {
        let settings = try PostgresSettings(url: url)
        endpoints +=
          settings.hosts.count < 2
          ? [settings]
          : settings.hosts.map { host in
            var one = settings
            one.hosts = [host]
            return one
          }
      } catch let error as PostgresError {
        throw DatabaseError(.configuration, "\(source): \(error.message)")
      }
    }
    return .postgres(endpoints)
  }

  private static func urls(in text: String) -> [String] {
    var urls: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // A comma may also part hosts of one URL.
      if urls.isEmpty || part.lowercased().hasPrefix("postgres://")
        || part.lowercased().hasPrefix("postgresql://")
      {
        urls.append(String(part))
      } else {
        urls[urls.count - 1] += "," + part
      }
    }
    return urls
  }
}

/// Reads the variables that name databases.
struct EnvironmentReader {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// What `DATABASE_SSL` asks for; nil if it isn't set.
  func tls() throws -> Bool? {
    switch value("DATABASE_SSL")?.lowercased() {
    case nil: return nil
    case "false", "0", "no", "off": return false
    case "true", "1", "yes", "on": return true
    default: throw DatabaseError(.configuration, "DATABASE_SSL must be true or false.")
    }
  }

  /// The Postgres database that is named, and by what; nil if none is.
  func postgres(_ purpose: DatabaseConfiguration.Purpose) throws -> (
    target: DatabaseConfiguration.Target, source: String
  )? {
    let urls = ["DATABASE_URL", "POSTGRES_URL"].filter { value($0) != nil }
    if urls.count == 2, value(urls[0]) != value(urls[1]) {
      throw DatabaseError(
        .configuration, "DATABASE_URL and POSTGRES_URL name different databases; unset one of them.")
    }
    let parts = ["DB_HOST", "DB_USERNAME", "DB_PASSWORD", "DB_NAME", "DB_PORT"].filter { value($0) != nil }
    let missing = ["DB_HOST", "DB_USERNAME", "DB_PASSWORD"].filter { value($0) == nil }
    if !parts.isEmpty, !missing.isEmpty {
      throw DatabaseError(
        .configuration,
        "\(parts.joined(separator: ", ")) is set, but \(missing.joined(separator: ", ")) isn't; set all of DB_HOST, "
          + "DB_USERNAME and DB_PASSWORD, or none.")
    }
    let direct = value("POSTGRES_URL_NON_POOLING")
    if !parts.isEmpty, let url = urls.first ?? (direct == nil ? nil : "POSTGRES_URL_NON_POOLING") {
      throw DatabaseError(
        .configuration,
        "Both \(url) and \(parts.joined(separator: ", ")) name a database; unset one of the two.")
    }
    if purpose == .migrations, let direct {
      return (
        try DatabaseConfiguration.target(url: direct, from: "POSTGRES_URL_NON_POOLING"),
        "POSTGRES_URL_NON_POOLING"
      )
    }
    if let name = urls.first, let url = value(name) {
      return (try DatabaseConfiguration.target(url: url, from: name), name)
    }
    guard direct == nil else {
      throw DatabaseError(
        .configuration,
        "POSTGRES_URL_NON_POOLING is for migrations alone; set POSTGRES_URL too (to the same URL if there is no pooler)."
      )
    }
    guard !parts.isEmpty else { return nil }
    return (.postgres([try settings()]), "DB_HOST")
  }

  private func settings() throws -> PostgresSettings {
    var port: Int?
    if let text = value("DB_PORT") {
      port = Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
      guard port != nil else {
        throw DatabaseError(.configuration, "DB_PORT must be a number from 1 to 65535.")
      }
    }
    return PostgresSettings(
      host: value("DB_HOST"), port: port, database: value("DB_NAME"), user: value("DB_USERNAME"),
      password: value("DB_PASSWORD"))
  }
}
