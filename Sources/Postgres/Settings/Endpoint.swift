internal import Glibc

/// One address to try.
///
/// libpq tries a name's addresses by itself, but then reports no SQLSTATE; so we go through them, one connection each.
struct Endpoint: Hashable {
  var host: PostgresSettings.Host
  /// The host's numeric address; nil for Unix sockets and for what libpq decides.
  var address: String?

  /// The addresses that the settings lead to, in the order of trying.
  ///
  /// - Throws: ``PostgresError`` of code `connection` if no host's name can be resolved.
  static func all(of settings: PostgresSettings) throws -> [Endpoint] {
    guard settings.parameters["hostaddr"] == nil, !settings.hosts.isEmpty else {
      return [Endpoint(host: settings.hosts.first ?? .init(""))]
    }
    var endpoints: [Endpoint] = []
    var failure: PostgresError?
    for host in settings.hosts {
      if host.name.isEmpty || host.name.hasPrefix("/") || host.name.hasPrefix("@") {
        endpoints.append(Endpoint(host: host))
        continue
      }
      do {
        endpoints += try addresses(of: host.name).map { Endpoint(host: host, address: $0) }
      } catch {
        failure = failure ?? error
      }
    }
    if endpoints.isEmpty, let failure { throw failure }
    return endpoints
  }

  private static func addresses(of name: String) throws(PostgresError) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else {
      throw PostgresError(
        .connection, "the host name \"\(name)\" has no address (\(String(cString: gai_strerror(code)))).",
        hint: "Check the host's spelling and this machine's name service.")
    }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let info = entry.pointee
      if getnameinfo(
        info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      {
        addresses.append(
          String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      next = info.ai_next
    }
    return addresses
  }
}
