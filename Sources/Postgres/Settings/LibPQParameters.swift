internal import CLibPQ
internal import Glibc

/// What libpq knows of connection parameters, and the settings in its terms.
enum LibPQParameters {
  /// Every keyword that the installed libpq takes.
  static let keywords = Set(options().keys)

  /// What libpq uses for parameters that aren't given: from the environment, a service file, or built in.
  static func defaults() -> [String: String] { options().compactMapValues { $0 } }

  private static func options() -> [String: String?] {
    guard let start = PQconndefaults() else { return [:] }
    defer { PQconninfoFree(start) }
    var options: [String: String?] = [:]
    var option = start
    while let keyword = option.pointee.keyword {
      let value = option.pointee.val.map { String(cString: $0) }
      options[String(cString: keyword)] = .some(value?.isEmpty == true ? nil : value)
      option += 1
    }
    return options
  }

  /// The parameters for one endpoint, in libpq's words.
  static func parameters(
    of settings: PostgresSettings, at endpoint: Endpoint, defaults: [String: String]
  ) -> [String: String] {
    // A peer that vanished without a word is noticed after two minutes, not after the system's two hours.
    var parameters = [
      "keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "6",
      "tcp_user_timeout": "120000",
    ]
    parameters.merge(settings.parameters) { $1 }
    parameters["host"] = endpoint.host.name.isEmpty ? nil : endpoint.host.name
    parameters["port"] = endpoint.host.port.map(String.init)
    if let address = endpoint.address { parameters["hostaddr"] = address }
    parameters["dbname"] = settings.database
    parameters["user"] = settings.user
    parameters["password"] = settings.password
    parameters["application_name"] = settings.applicationName
    parameters["client_encoding"] = "UTF8"
    let mode = settings.effectiveTLSMode(defaults: defaults)
    parameters["sslmode"] = mode.rawValue
    if mode.verifies, parameters["sslrootcert"] == nil, defaults["sslrootcert"] == nil {
      parameters["sslrootcert"] = systemAuthorities()
    }
    return parameters.filter { keywords.contains($0.key) }
  }

  /// The system's certificate authorities, unless the user keeps some for Postgres in the place where libpq looks by itself.
  private static func systemAuthorities() -> String? {
    if let home = getenv("HOME"), access(String(cString: home) + "/.postgresql/root.crt", R_OK) == 0 {
      return nil
    }
    let bundles = [
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]
    return bundles.first { access($0, R_OK) == 0 }
  }
}
