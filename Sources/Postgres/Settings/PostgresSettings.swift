/// How to reach a Postgres database.
///
/// For example:
/// ```swift
/// let settings = try PostgresSettings(url: "postgres://app:secret@db.example.com:5432/shop")
/// print(settings)  // postgres://app:***@db.example.com:5432/shop
/// ```
///
/// What isn't said here comes from where every libpq program takes it: `PGHOST`, `PGPASSWORD`, `~/.pgpass` and so on,
/// but for the TLS mode, which ``effectiveTLSMode`` decides.
public struct PostgresSettings: Sendable, Hashable {
  /// A place where a server listens.
  public struct Host: Sendable, Hashable {
    /// A host's name or address, or the absolute path of a Unix socket's folder.
    public var name: String
    /// The port; nil for the usual 5432 (or `PGPORT`).
    public var port: Int?

    /// A place by its name and port.
    public init(_ name: String, port: Int? = nil) {
      self.name = name
      self.port = port
    }
  }

  /// Where to try, in order. Empty means the machine's default socket.
  public var hosts: [Host]
  /// The database's name.
  public var database: String?
  /// The role's name.
  public var user: String?
  /// The password. Never printed by this type.
  public var password: String?
  /// The TLS mode that the user asked for; nil to let ``effectiveTLSMode`` choose.
  public var tlsMode: TLSMode?
  /// What the server's `pg_stat_activity` shows.
  public var applicationName = "kedge"
  /// Seconds that one attempt to connect to one address may take.
  public var connectTimeout = 10
  /// Seconds that a connection bears without a word from the server, or with a network that takes nothing, before it asks
  /// on a second connection whether the server is well. Only if that isn't so either, or if the server isn't at work for the
  /// first connection, is this one lost; a statement that runs, or waits for a lock, may take as long as it wants. At least
  /// 1; nil for never.
  public var stallLimit: Int? = 120
  /// Settings of the session by their name, such as `kedge.writer`: said right after connecting, since poolers refuse such in
  /// the startup options.
  public var sessionSettings: [String: String] = [:]
  /// Further parameters of libpq by their keyword, such as `sslrootcert` and `options`.
  public var parameters: [String: String] = [:]

  /// Settings from their parts.
  public init(
    host: String? = nil, port: Int? = nil, database: String? = nil, user: String? = nil,
    password: String? = nil,
    tlsMode: TLSMode? = nil
  ) {
    if host != nil || port != nil { hosts = [Host(host ?? "", port: port)] } else { hosts = [] }
    self.database = database
    self.user = user
    self.password = password
    self.tlsMode = tlsMode
  }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// ``redactedURL``.
  public var description: String { redactedURL }
  /// ``redactedURL``.
  public var debugDescription: String { redactedURL }
  /// Shows ``redactedURL`` alone, so that `dump` shows no password either.
  public var customMirror: Mirror { Mirror(self, children: ["url": redactedURL]) }

  /// The settings as a URL with `***` in place of each secret.
  public var redactedURL: String {
    var text = "postgres://"
    if let user { text += Self.percentEncoded(user) }
    if password != nil { text += ":***" }
    if user != nil || password != nil { text += "@" }

    var query: [(String, String)] = []
    if hosts.contains(where: { $0.name.hasPrefix("/") || $0.name.hasPrefix("@") }) {
      query.append(("host", hosts.map(\.name).joined(separator: ",")))
      if hosts.contains(where: { $0.port != nil }) {
        query.append(("port", hosts.map { $0.port.map(String.init) ?? "" }.joined(separator: ",")))
      }
    } else {
      text += hosts.map { host in
        let name = host.name.contains(":") ? "[\(host.name)]" : Self.percentEncoded(host.name)
        return name + (host.port.map { ":\($0)" } ?? "")
      }.joined(separator: ",")
    }
    if let database { text += "/" + Self.percentEncoded(database) }
    if let tlsMode { query.append(("sslmode", tlsMode.rawValue)) }
    for (keyword, value) in parameters.sorted(by: { $0.key < $1.key }) {
      query.append((keyword, Self.secretKeywords.contains(keyword) ? "***" : value))
    }
    if !query.isEmpty {
      text +=
        "?" + query.map { $0 + "=" + ($1 == "***" ? $1 : Self.percentEncoded($1)) }.joined(separator: "&")
    }
    return text
  }

  /// Parameters whose value must not be shown.
  static let secretKeywords: Set<String> = ["password", "sslpassword"]

  /// The text with each byte but letters, digits and `-._~` as `%XX`.
  static func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        encoded += "%" + (hex.count == 1 ? "0" : "") + hex
      }
    }
    return encoded
  }
}
