internal import Glibc

/// AWS Signature Version 4, as S3 wants it.
///
/// To the specification: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>. Our own, since
/// libcurl's (`CURLOPT_AWS_SIGV4`) of Debian 12 neither sorts queries nor encodes paths the way S3 does.
struct AWSSignature {
  let credentials: AWSCredentials
  let region: String
  var service = "s3"

  /// What is signed of a request.
  struct Request {
    var method: String
    /// Encoded as it's sent.
    var path: String
    var query: [(name: String, value: String)] = []
    /// All that are sent and matter, `host` among them; names in lower case.
    var headers: [(name: String, value: String)]
    /// The body's SHA-256 as hexadecimal digits.
    var payload: String
  }

  /// The headers to add: `authorization`, `x-amz-date`, `x-amz-content-sha256` and, with one, `x-amz-security-token`.
  func headers(for request: Request, at time: Int) throws -> [(name: String, value: String)] {
    let stamp = Self.stamp(time)
    var added: [(name: String, value: String)] = [("x-amz-date", stamp)]
    if service == "s3" { added.append(("x-amz-content-sha256", request.payload)) }
    if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
    var request = request
    request.headers += added
    let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
    let canonical = Self.canonical(request)
    let digest = FileDigest.hex(try FileDigest.of(Array(canonical.utf8)))
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(digest)"
    var key = Array("AWS4\(credentials.secretKey)".utf8)
    for part in scope.split(separator: "/") {
      key = try FileDigest.authentication(key: key, Array(part.utf8))
    }
    let signature = FileDigest.hex(try FileDigest.authentication(key: key, Array(text.utf8)))
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
      + "SignedHeaders=\(Self.signed(request.headers)), Signature=\(signature)"
    return added + [("authorization", authorization)]
  }

  /// The request in the one form that both sides make of it.
  static func canonical(_ request: Request) -> String {
    let headers = sorted(request.headers).map { name, value in
      // Runs of spaces count as one.
      "\(name):\(value.split(separator: " ").joined(separator: " "))\n"
    }
    return [
      request.method, request.path, query(request.query), headers.joined(), signed(request.headers),
      request.payload,
    ].joined(separator: "\n")
  }

  /// The query as it's sent and signed: encoded, in the order of encoded names and values.
  static func query(_ query: [(name: String, value: String)]) -> String {
    query.map { (encode($0.name), encode($0.value)) }
      .sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
      .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  private static func signed(_ headers: [(name: String, value: String)]) -> String {
    sorted(headers).map(\.name).joined(separator: ";")
  }

  private static func sorted(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
    headers.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Every byte but RFC 3986's unreserved ones as `%XX`; a slash stays where it parts a path.
  static func encode(_ text: String, keepsSlash: Bool = false) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.append(byte)
      case 47 where keepsSlash: out.append(byte)
      default: out += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Seconds since 1970 as `20130524T000000Z`.
  static func stamp(_ time: Int) -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))Z"
  }
}
