internal import Postgres

/// Where a database is, fit to be shown: there is no password in it.
public struct ConnectionInfo: Sendable, Hashable, CustomStringConvertible {
  /// The database that answers.
  public var backend: DatabaseBackend
  /// The server's host, or the folder of its Unix socket; nil for SQLite, or for the machine's default socket.
  public var host: String?
  /// The server's port, if one is set.
  public var port: Int?
  /// The database's name, or the path of the SQLite file.
  public var database: String?
  /// The role's name.
  public var user: String?
  /// How TLS is used, by libpq's names; nil for SQLite.
  public var ssl: String?
  /// The variable that named the database, or `default`, `URL`, `path`, `settings`.
  public var source: String
  /// Further places that are tried when the first fails: host and port.
  public var otherEndpoints: [String] = []

  init(_ configuration: DatabaseConfiguration) {
    source = configuration.source
    backend = configuration.target.backend
    switch configuration.target {
    case .sqlite(let path): database = path
    case .postgres(let endpoints):
      guard let first = endpoints.first else { return }
      host = first.hosts.first?.name
      port = first.hosts.first?.port
      database = first.database
      user = first.user
      ssl = first.effectiveTLSMode.rawValue
      otherEndpoints = endpoints.dropFirst().map(\.place)
    }
  }

  /// The same on one line.
  public var description: String {
    var parts = ["\(backend.rawValue)"]
    if let host { parts.append("host \(host)") }
    if let port { parts.append("port \(port)") }
    if let database { parts.append(backend == .sqlite ? "file \(database)" : "database \(database)") }
    if let user { parts.append("user \(user)") }
    if let ssl { parts.append("ssl \(ssl)") }
    if !otherEndpoints.isEmpty { parts.append("else \(otherEndpoints.joined(separator: ", "))") }
    return parts.joined(separator: ", ") + " (from \(source))"
  }
}

extension PostgresSettings {
  /// Host and port, for messages.
  var place: String {
    let host = hosts.first?.name ?? ""
    return (host.isEmpty ? "the default socket" : host) + ":\(hosts.first?.port ?? 5432)"
  }
}
