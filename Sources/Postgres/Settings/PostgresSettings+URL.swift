extension PostgresSettings {
  /// Settings from a URL: `postgres://user:password@host:port/database?sslmode=…`.
  ///
  /// All parts but the scheme may be absent; several hosts stand with commas between them; a Unix socket's folder stands
  /// in the query (`?host=/run/postgresql`). Characters that have a meaning in URLs are percent-encoded, also in
  /// passwords. The query takes libpq's parameters, by their names.
  ///
  /// - Throws: ``PostgresError`` of code `usage`, which says what is wrong and never quotes the URL.
  public init(url: String) throws {
    guard let scheme = ["postgres://", "postgresql://"].first(where: { url.lowercased().hasPrefix($0) })
    else {
      throw Self.malformed("it must begin with postgres:// or postgresql://")
    }
    guard !url.utf8.contains(0) else { throw Self.malformed("it holds a NUL character") }
    let rest = url.dropFirst(scheme.count)
    let authority = rest.prefix(while: { !"/?#".contains($0) })
    var tail = rest[authority.endIndex...]

    self.init()
    if let at = authority.lastIndex(of: "@") {
      let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = try Self.decoded(credentials[0]).nilIfEmpty
      if credentials.count == 2 { password = try Self.decoded(credentials[1]).nilIfEmpty }
      hosts = try Self.hosts(in: authority[authority.index(after: at)...])
    } else {
      // What looks like host and database may then be a password's two halves: say so, and quote nothing.
      guard !tail.contains("@") else {
        throw Self.malformed(
          "if its password holds one of / ? # @, write %2F %3F %23 %40 in its place (and %40 for every @ after the host)"
        )
      }
      hosts = try Self.hosts(in: authority)
    }

    guard !tail.contains("#") else { throw Self.malformed("it holds a #; write %23 in its place") }
    if tail.first == "/" {
      let path = tail.dropFirst().prefix(while: { $0 != "?" })
      guard !path.contains("/") else {
        throw Self.malformed("its database's name holds a /; write %2F in its place")
      }
      database = try Self.decoded(path).nilIfEmpty
      tail = tail[path.endIndex...]
    }
    if tail.first == "?" { try take(query: tail.dropFirst()) }
  }

  static func malformed(_ what: String) -> PostgresError {
    PostgresError(.usage, "The Postgres URL can't be read: \(what).")
  }

  private static func hosts(in text: Substring) throws -> [Host] {
    if text.isEmpty { return [] }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      if part.first == "[" {
        guard let end = part.firstIndex(of: "]") else {
          throw malformed("an address lacks its closing bracket")
        }
        let after = part[part.index(after: end)...]
        guard after.isEmpty || after.first == ":" else {
          throw malformed("after an address in brackets only a port may stand")
        }
        let address = String(part[part.index(after: part.startIndex)..<end])
        return Host(address, port: try port(after.dropFirst()))
      }
      let pieces = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return Host(try decoded(pieces[0]), port: pieces.count == 2 ? try port(pieces[1]) : nil)
    }
  }

  static func port(_ text: Substring) throws -> Int? {
    if text.isEmpty { return nil }
    guard let number = Int(text), (1...65535).contains(number) else {
      throw malformed(
        "its port isn't a number from 1 to 65535 (if its password holds one of / ? # : @, percent-encode it)")
    }
    return number
  }

  /// The text with each `%XX` decoded.
  static func decoded(_ text: Substring) throws -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let high = hexValue(digits.first), let low = hexValue(digits.last) else {
        throw malformed("a % isn't followed by two hexadecimal digits; write %25 for the character itself")
      }
      bytes.append(high << 4 | low)
      rest = rest.dropFirst(2)
    }
    guard !bytes.contains(0) else { throw malformed("it holds %00, which no name or password can") }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw malformed("its percent-encoded bytes aren't UTF-8")
    }
    return string
  }

  private static func hexValue(_ digit: UInt8?) -> UInt8? {
    switch digit {
    case .some(let digit) where digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"):
      digit - UInt8(ascii: "0")
    case .some(let digit) where digit | 0x20 >= UInt8(ascii: "a") && digit | 0x20 <= UInt8(ascii: "f"):
      (digit | 0x20) - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension String {
  fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
