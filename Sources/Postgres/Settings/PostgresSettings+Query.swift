extension PostgresSettings {
  /// Takes the parameters after a URL's question mark; they win over what stands before it.
  mutating func take(query: Substring) throws {
    var names: [String]?
    var ports: [Int?]?
    for pair in query.split(separator: "&") {
      let pieces = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2 else {
        throw Self.malformed(
          "a parameter after the question mark has no = (percent-encode a ? in the password as %3F)")
      }
      let keyword = try Self.decoded(pieces[0])
      let value = try Self.decoded(pieces[1])
      switch keyword {
      case "user": user = value
      case "password": password = value
      case "dbname": database = value
      case "application_name": applicationName = value
      case "host": names = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      case "port": ports = try value.split(separator: ",", omittingEmptySubsequences: false).map(Self.port)
      case "connect_timeout":
        guard let seconds = Int(value), seconds > 0 else {
          throw Self.malformed("connect_timeout must be a number of seconds above 0")
        }
        connectTimeout = seconds
      case "sslmode":
        guard let mode = TLSMode(rawValue: value) else {
          throw Self.malformed("sslmode must be \(TLSMode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        tlsMode = mode
      case "ssl":
        // The form that JDBC has made usual; libpq reads it this way too.
        guard value == "true" else {
          throw Self.malformed("ssl can only be true; use sslmode=disable to go without")
        }
        tlsMode = tlsMode ?? .require
      case "client_encoding", "fallback_application_name", "replication":
        throw Self.malformed("it can't set \(keyword)")
      case _ where Self.poolerKeywords.contains(keyword): continue
      default:
        guard LibPQParameters.keywords.contains(keyword) else {
          throw Self.malformed("its parameter \"\(keyword)\" isn't one that libpq knows; remove it")
        }
        parameters[keyword] = value
      }
    }
    if let names { try setHosts(names: names, ports: ports ?? []) } else if let ports { try setPorts(ports) }
  }

  /// What hosting services add to their URLs for the poolers of other languages; it means nothing to a connection.
  private static let poolerKeywords: Set<String> = [
    "connection_limit", "pgbouncer", "pool_timeout", "statement_cache_size", "supa", "workaround",
  ]

  private mutating func setHosts(names: [String], ports: [Int?]) throws {
    let before = hosts
    hosts = names.map { Host($0, port: before.count == 1 ? before[0].port : nil) }
    if !ports.isEmpty { try setPorts(ports) }
  }

  private mutating func setPorts(_ ports: [Int?]) throws {
    if hosts.isEmpty { hosts = [Host("")] }
    guard ports.count == 1 || ports.count == hosts.count else {
      throw Self.malformed("it names \(hosts.count) hosts and \(ports.count) ports")
    }
    for index in hosts.indices { hosts[index].port = ports.count == 1 ? ports[0] : ports[index] }
  }
}
