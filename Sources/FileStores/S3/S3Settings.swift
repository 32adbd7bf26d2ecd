/// Which bucket of which S3, and how it's reached.
public struct S3Settings: Sendable {
  /// The bucket.
  public var bucket: String
  /// What all names begin with in the bucket: empty, or ended by a slash.
  public var prefix: String
  /// `us-east-1`, …
  public var region: String
  /// The server, for those that speak S3's language and aren't Amazon's: `https://host:port`.
  public var endpoint: String?
  /// Whether the bucket stands in the path instead of the host's name. Nil: it does behind an endpoint, and where the
  /// bucket's name has a dot, which certificates don't cover.
  public var isPathStyle: Bool?
  /// A file with the authorities that are trusted instead of the system's.
  public var authorities: String?
  /// Bytes of one part. A file that is larger is sent in several; each worker holds one part in memory.
  public var partSize = 8 << 20
  /// How often a request is tried at most.
  public var attempts = 6
  /// Seconds to wait before the second attempt; each further wait is twice as long, up to 20 seconds.
  public var firstWait = 0.2
  /// Seconds without a byte after which a request is given up and tried again.
  public var stallLimit = 60
  var credentials: AWSCredentials

  /// - Parameters:
  ///   - prefix: what all names begin with; a slash is added at its end if there is none.
  ///   - endpoint: `https://host:port`, or `http://` on this machine itself.
  /// - Throws: ``FileStoreError`` where that can't be right.
  public init(
    bucket: String, prefix: String = "", region: String = "us-east-1", endpoint: String? = nil,
    credentials: AWSCredentials
  ) throws {
    self.bucket = bucket
    self.prefix = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    self.region = region
    self.endpoint = endpoint
    self.credentials = credentials
    try check()
  }

  /// Takes everything but the bucket from the environment: `AWS_REGION` (or `AWS_DEFAULT_REGION`), the credentials, and for
  /// other servers `S3_ENDPOINT`, `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, `S3_PATH_STYLE` (`true` or `false`) and
  /// `AWS_CA_BUNDLE`.
  ///
  /// - Throws: ``FileStoreError``.
  public init(bucket: String, prefix: String = "", environment: [String: String]) throws {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0].flatMap { $0.isEmpty ? nil : $0 } }.first
    }
    try self.init(
      bucket: bucket, prefix: prefix, region: value("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
      endpoint: value("S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
      credentials: try AWSCredentials(environment: environment))
    authorities = value("AWS_CA_BUNDLE")
    switch value("S3_PATH_STYLE")?.lowercased() {
    case nil: break
    case "true", "1", "yes": isPathStyle = true
    case "false", "0", "no": isPathStyle = false
    default: throw wrong("S3_PATH_STYLE takes true or false")
    }
  }

  /// `s3://bucket/prefix`
  var location: String { "s3://\(bucket)" + (prefix.isEmpty ? "" : "/" + prefix.dropLast()) }

  private func wrong(_ reason: String) -> FileStoreError {
    FileStoreError(.settings, store: location, reason: reason)
  }

  private func check() throws {
    let isPlain = bucket.utf8.allSatisfy {
      (48...57).contains($0) || (97...122).contains($0 | 0x20) || [45, 46, 95].contains($0)
    }
    guard isPlain, (3...255).contains(bucket.utf8.count) else {
      throw wrong("a bucket's name has at least 3 letters, digits, dots and hyphens, and nothing else")
    }
    guard !region.isEmpty,
      region.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || $0 == 45 })
    else { throw wrong("AWS_REGION takes a region such as us-east-1") }
    if !prefix.isEmpty, let objection = FileName.objection(prefix) { throw wrong("the prefix: " + objection) }
    _ = try origin()
  }

  /// The scheme, the host with its port, and the path before the bucket.
  func origin() throws -> (scheme: String, host: String, path: String) {
    guard let endpoint else { return ("https", "s3.\(region).amazonaws.com", "") }
    let rest: Substring
    if endpoint.hasPrefix("https://") {
      rest = endpoint.dropFirst("https://".count)
    } else if endpoint.hasPrefix("http://") {
      rest = endpoint.dropFirst("http://".count)
    } else {
      throw wrong("the endpoint (S3_ENDPOINT, AWS_ENDPOINT_URL) takes https://host:port")
    }
    let authority = rest.prefix { $0 != "/" }
    var path = String(rest.dropFirst(authority.count))
    while path.hasSuffix("/") { path.removeLast() }
    // User and password, a query, or anything that would be another host to libcurl than to us.
    let isPlain = authority.utf8.allSatisfy {
      (48...57).contains($0) || (97...122).contains($0 | 0x20) || [45, 46, 58, 91, 93, 95].contains($0)
    }
    guard !authority.isEmpty, isPlain, !path.contains(where: { "?#@\\ ".contains($0) }) else {
      throw wrong("the endpoint takes https://host:port, without a user or a query")
    }
    let scheme = endpoint.hasPrefix("https://") ? "https" : "http"
    guard scheme == "https" || Self.isLoopback(String(authority)) else {
      throw wrong(
        "the endpoint is http:// on another machine, where anybody on the way can read and change files; use https://"
      )
    }
    return (scheme, authority.lowercased(), path)
  }

  static func isLoopback(_ authority: String) -> Bool {
    if authority.hasPrefix("[::1]") { return authority == "[::1]" || authority.hasPrefix("[::1]:") }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return false }
    if parts[0].lowercased() == "localhost" { return true }
    let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }

  /// Where requests for a key go: the host, and the path as it's sent.
  func address(of key: String?) throws -> (url: String, host: String, path: String) {
    let (scheme, host, base) = try origin()
    let encoded = key.map { "/" + AWSSignature.encode($0, keepsSlash: true) } ?? ""
    if isPathStyle ?? (endpoint != nil || bucket.contains(".")) {
      let path = base + "/" + bucket + encoded
      return ("\(scheme)://\(host)\(path)", host, path)
    }
    let path = base + (encoded.isEmpty ? "/" : encoded)
    return ("\(scheme)://\(bucket).\(host)\(path)", "\(bucket).\(host)", path)
  }
}
