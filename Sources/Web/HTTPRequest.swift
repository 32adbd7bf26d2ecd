/// What an ``HTTPClient`` sends.
public struct HTTPRequest: Sendable {
  /// `GET`, `HEAD`, `PUT`, `POST` or `DELETE`.
  public var method: String
  /// `https://…` or `http://…`, with everything in it percent-encoded that has to be. It's sent as it stands.
  public var url: String
  /// Names and values; neither may hold a line break.
  public var headers: [(name: String, value: String)]
  /// Sent by PUT and POST alone.
  public var body: [UInt8]
  /// Seconds to reach the server.
  public var connectLimit: Double = 10
  /// Seconds without a byte, either way, after which the transfer is given up.
  public var stallLimit: Int = 60
  /// A file with the authorities that are trusted instead of the system's.
  public var authorities: String?

  /// A request with the usual limits.
  public init(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// The first part of an answer: all but its body.
public struct HTTPHead: Sendable {
  /// 200, 404, …
  public var status: Int
  /// In the order in which they came, names in lower case.
  public var headers: [(name: String, value: String)]

  /// The first header with this lower-case name.
  public subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

  /// A head with these headers, their names in lower case.
  public init(status: Int = 0, headers: [(name: String, value: String)] = []) {
    self.status = status
    self.headers = headers
  }

  /// Takes a line of the answer's head; a status line begins it anew, as after "100 Continue".
  mutating func take(_ line: String) {
    if line.hasPrefix("HTTP/") {
      self = HTTPHead(status: line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    headers.append((line[..<colon].lowercased(), String(value)))
  }
}

/// The transfer was ended because its caller wished so.
public struct HTTPStopped: Error, Sendable, CustomStringConvertible {
  /// A sentence.
  public var description: String { "the transfer was ended" }
}
