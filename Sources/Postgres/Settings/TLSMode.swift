/// How a connection uses TLS, by the names of libpq's `sslmode`.
public enum TLSMode: String, Sendable, Hashable, CaseIterable {
  /// Never.
  case disable
  /// Only if the server insists.
  case allow
  /// If the server can; the server isn't verified.
  case prefer
  /// Always; the server isn't verified.
  case require
  /// Always, and a known authority must have signed the server's certificate.
  case verifyAuthority = "verify-ca"
  /// Always, and the certificate must be for this host too.
  case verifyFull = "verify-full"

  /// Whether the server must show a certificate that is checked.
  var verifies: Bool { self == .verifyAuthority || self == .verifyFull }
}

extension PostgresSettings {
  /// The TLS mode that a connection will use: the one asked for, else `verify-full`, unless the server is on this machine
  /// (a Unix socket, a loopback name or address), where `prefer` is enough.
  public var effectiveTLSMode: TLSMode { effectiveTLSMode(defaults: LibPQParameters.defaults()) }

  /// - Parameter defaults: what libpq would use for parameters that aren't given, by keyword. `PGHOST` and `PGHOSTADDR`
  ///   arrive this way, and may lead to another machine.
  func effectiveTLSMode(defaults: [String: String]) -> TLSMode {
    if let tlsMode { return tlsMode }
    return isLocal(defaults: defaults) ? .prefer : .verifyFull
  }

  private func isLocal(defaults: [String: String]) -> Bool {
    func leadsHere(_ list: String) -> Bool {
      list.split(separator: ",").allSatisfy { Self.isLoopback(String($0)) }
    }
    // An address given beside the name is where the connection really goes.
    if let addresses = parameters["hostaddr"] { return leadsHere(addresses) }
    return (hosts.isEmpty ? [""] : hosts.map(\.name)).allSatisfy { name in
      // We look names up ourselves (see `Endpoint`); for the others libpq takes its defaults.
      if !name.isEmpty, !name.hasPrefix("/"), !name.hasPrefix("@") { return Self.isLoopback(name) }
      if let addresses = defaults["hostaddr"] { return leadsHere(addresses) }
      return leadsHere(name.isEmpty ? defaults["host"] ?? "" : name)
    }
  }

  /// Whether a name or address leads to this machine without asking anyone.
  static func isLoopback(_ name: String) -> Bool {
    if name.hasPrefix("/") || name.hasPrefix("@") { return true }
    if ["localhost", "ip6-localhost", "::1"].contains(name.lowercased()) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
