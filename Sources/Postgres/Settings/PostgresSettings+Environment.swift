extension PostgresSettings {
  /// Settings from environment variables: `DATABASE_URL`, else `POSTGRES_URL`, else `DB_HOST`, `DB_PORT`, `DB_NAME`,
  /// `DB_USERNAME` and `DB_PASSWORD`. With `DATABASE_SSL=false` TLS is off, unless the URL has an `sslmode` of its own;
  /// with `DATABASE_SSL=true` it is always on. Empty variables count as absent.
  ///
  /// - Parameters:
  ///   - environment: the variables.
  ///   - forMigrations: prefers `POSTGRES_URL_NON_POOLING`, as schema changes shouldn't go through a pooler.
  /// - Returns: nil if the environment names no database.
  /// - Throws: ``PostgresError`` of code `usage` if a variable is malformed, or if some of the `DB_…` are missing.
  public init?(environment: [String: String], forMigrations: Bool = false) throws {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    let urlNames = (forMigrations ? ["POSTGRES_URL_NON_POOLING"] : []) + ["DATABASE_URL", "POSTGRES_URL"]
    if let name = urlNames.first(where: { value($0) != nil }), let url = value(name) {
      do {
        try self.init(url: url)
      } catch var error as PostgresError {
        error.message = "\(name): " + error.message
        throw error
      }
    } else {
      let required = ["DB_HOST", "DB_USERNAME", "DB_PASSWORD"]
      let missing = required.filter { value($0) == nil }
      if missing.count == required.count { return nil }
      guard missing.isEmpty else {
        throw PostgresError(
          .usage,
          "The environment names a database by DB_…, but lacks \(missing.joined(separator: " and ")). "
            + "Set them too, or set DATABASE_URL instead.")
      }
      var port: Int?
      if let text = value("DB_PORT") {
        port = Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
        guard port != nil else {
          throw PostgresError(.usage, "DB_PORT must be a number from 1 to 65535.")
        }
      }
      self.init(
        host: value("DB_HOST"), port: port, database: value("DB_NAME"), user: value("DB_USERNAME"),
        password: value("DB_PASSWORD"))
    }

    switch value("DATABASE_SSL")?.lowercased() {
    case nil: break
    case "false", "0", "no", "off": tlsMode = tlsMode ?? .disable
    case "true", "1", "yes", "on":
      if tlsMode == nil, effectiveTLSMode == .prefer { tlsMode = .require }
    default: throw PostgresError(.usage, "DATABASE_SSL must be true or false.")
    }
  }
}
