/// The server's programs of one installed version.
package struct ServerBinaries {
  /// The major versions that Kedge works with.
  static let supported = 14...18

  /// The folder that holds `initdb`, `pg_ctl` and `postgres`.
  package let directory: String
  /// The major version.
  package let version: Int

  /// Finds the programs.
  ///
  /// - Parameter version: the major version that existing data needs; nil for the first that is found.
  /// - Throws: ``LocalPostgresError``, which names the package to install.
  package static func find(version: Int?, environment: [String: String]) throws -> ServerBinaries {
    if let named = environment["KEDGE_PG_BINDIR"], !named.isEmpty {
      guard let binaries = try inspect(named, environment) else {
        throw LocalPostgresError(
          "KEDGE_PG_BINDIR names \(named), which lacks initdb, pg_ctl or postgres, or is of another version than "
            + "\(supported.lowerBound) to \(supported.upperBound). Correct it, or unset it.")
      }
      guard version == nil || binaries.version == version else { throw wrongVersion(version ?? 0) }
      return binaries
    }
    for directory in directories(environment) {
      guard let binaries = try inspect(directory, environment) else { continue }
      if version == nil || binaries.version == version { return binaries }
    }
    guard let version else {
      throw LocalPostgresError(
        "No Postgres server is installed. On Debian and Ubuntu: apt install postgresql; elsewhere install Postgres "
          + "\(supported.lowerBound) to \(supported.upperBound), and set KEDGE_PG_BINDIR to the folder of its programs "
          + "if they aren't found.")
    }
    throw wrongVersion(version)
  }

  /// Where the programs may be, in the order of preference.
  static func directories(_ environment: [String: String]) -> [String] {
    var found: [String] = []
    if let named = environment["KEDGE_PG_BINDIR"], !named.isEmpty { found.append(named) }
    if let program = findProgram("pg_config", in: environment) {
      do {
        let outcome = try Subprocess.run([program, "--bindir"], environment: environment)
        if outcome.code == 0, let line = outcome.output.split(separator: "\n").first {
          found.append(String(line))
        }
      } catch {
        // One that doesn't run tells nothing; the usual places come next.
      }
    }
    for version in supported.reversed() {
      found += ["/usr/lib/postgresql/\(version)/bin", "/usr/pgsql-\(version)/bin"]
    }
    return found + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
  }

  private static func inspect(_ directory: String, _ environment: [String: String]) throws -> ServerBinaries?
  {
    guard ["initdb", "pg_ctl", "postgres"].allSatisfy({ isExecutable("\(directory)/\($0)") }) else {
      return nil
    }
    // "postgres (PostgreSQL) 15.4 (Debian …)"
    let outcome = try Subprocess.run(["\(directory)/postgres", "--version"], environment: environment)
    let words = outcome.output.split(separator: " ")
    guard outcome.code == 0, words.count > 2, let version = Int(words[2].prefix(while: \.isNumber)) else {
      return nil
    }
    return supported.contains(version) ? ServerBinaries(directory: directory, version: version) : nil
  }

  private static func wrongVersion(_ version: Int) -> LocalPostgresError {
    LocalPostgresError(
      "The data was made by Postgres \(version), whose server isn't installed. On Debian and Ubuntu: apt install "
        + "postgresql-\(version); or move the data away, and a new database is made.")
  }
}
