/// A MongoDB connection string taken apart just as far as needed to keep its secrets out of texts.
///
/// The driver parses it for connecting; what the driver says about a string that it can't parse may quote it.
struct MongoURL {
  let scheme: String
  /// User and password as written, without the `@`.
  let user: Substring?
  let password: Substring?
  /// Hosts and path.
  let middle: Substring
  /// Keys and values as written.
  let options: [(key: Substring, value: Substring?)]

  /// - Throws: `MongoError` if it isn't a MongoDB URL, or its user or password holds characters that have to be encoded.
  init(_ text: String) throws(MongoError) {
    guard let scheme = ["mongodb://", "mongodb+srv://"].first(where: { text.hasPrefix($0) }) else {
      throw Self.problem("it has to begin with mongodb:// or mongodb+srv://")
    }
    self.scheme = scheme
    let rest = text.dropFirst(scheme.count)
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<authorityEnd]
    let at = authority.lastIndex(of: "@")
    try Self.checkNothingAfter(authorityEnd, of: rest, hasUser: at != nil)
    if let at {
      let credentials = authority[..<at]
      let colon = credentials.firstIndex(of: ":")
      user = credentials[..<(colon ?? credentials.endIndex)]
      password = colon.map { credentials[credentials.index(after: $0)...] }
      try Self.checkEncoding(user, "user")
      try Self.checkEncoding(password, "password")
    } else {
      user = nil
      password = nil
    }
    let hostStart = at.map { rest.index(after: $0) } ?? rest.startIndex
    let question = rest[authorityEnd...].firstIndex(of: "?")
    middle = rest[hostStart..<(question ?? rest.endIndex)]
    let query = question.map { rest[rest.index(after: $0)...] } ?? ""
    options = query.split { $0 == "&" || $0 == ";" }.map { option in
      guard let equals = option.firstIndex(of: "=") else { return (option, nil) }
      return (option[..<equals], option[option.index(after: equals)...])
    }
  }

  /// The URL with `***` for every secret.
  var redacted: String {
    var text = scheme
    if let user { text += user + (password == nil ? "" : ":***") + "@" }
    text += middle
    for (index, option) in options.enumerated() {
      text += (index == 0 ? "?" : "&") + option.key
      if let value = option.value { text += "=" + (Self.isSecret(option.key) ? "***" : value) }
    }
    return text
  }

  /// The decoded value of an option, the last if it is given twice; its name in any case.
  func value(of option: String) -> String? {
    options.last { $0.key.lowercased() == option.lowercased() }.map { Self.decoded($0.value ?? "") }
  }

  /// Every secret as it is written, and decoded.
  var secrets: [String] {
    var written = password.map { [$0] } ?? []
    for option in options where Self.isSecret(option.key) {
      if let value = option.value { written.append(value) }
    }
    let all = Set(written.flatMap { [String($0), Self.decoded($0)] }).subtracting([""])
    return all.sorted { $0.utf8.count > $1.utf8.count }
  }

  private static func isSecret(_ key: Substring) -> Bool {
    let key = key.lowercased()
    return key.hasSuffix("password") || key == "authmechanismproperties"
  }

  private static func problem(_ message: String) -> MongoError {
    MongoError(domain: .settings, message: message, action: "use the MongoDB URL")
  }

  /// An `@` behind the first slash or question mark means that these stand, bare, in a password.
  private static func checkNothingAfter(
    _ end: Substring.Index, of rest: Substring, hasUser: Bool
  ) throws(MongoError) {
    let query = rest[end...].firstIndex(of: "?") ?? rest.endIndex
    let isInPath = rest[end..<query].contains("@")
    let looksLikeHosts = rest[..<end].split(separator: ",").allSatisfy { host in
      guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return true }
      return host[host.index(after: colon)...].allSatisfy(\.isNumber)
    }
    let isInQuery = !hasUser && !looksLikeHosts && rest[query...].contains("@")
    if isInPath || isInQuery { throw encodingProblem("user or password") }
  }

  private static func checkEncoding(_ part: Substring?, _ name: String) throws(MongoError) {
    guard let part else { return }
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard hexDigit(rest.popFirst()) != nil, hexDigit(rest.popFirst()) != nil else {
          throw encodingProblem(name)
        }
      case UInt8(ascii: "@"), UInt8(ascii: ":"): throw encodingProblem(name)
      default: break
      }
    }
  }

  private static func encodingProblem(_ name: String) -> MongoError {
    problem(
      "its \(name) holds a character that has to be percent-encoded: write % as %25, @ as %40, : as %3A, / as %2F, "
        + "? as %3F")
  }

  private static func hexDigit(_ byte: UInt8?) -> UInt8? {
    guard let byte, let value = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
    return UInt8(value)
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = hexDigit(rest.first),
        let low = hexDigit(rest.dropFirst().first)
      {
        bytes.append(high << 4 | low)
        rest.removeFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
