internal import CCurl

/// One POST over HTTP or HTTPS: blocking, with a limit, certificates verified, no redirect followed.
///
/// For example:
/// ```swift
/// let answer = try HTTPPost(
///   url: "https://example.com/hook", headers: [("Content-Type", "application/json")], body: bytes, limit: 10
/// ).send()
/// ```
///
/// Call it on a thread of its own. The URL may hold a secret and is in no error.
///
/// Wraps libcurl: <https://curl.se/libcurl/c/libcurl-easy.html>. Proxies are those of the environment (`https_proxy`, `no_proxy`).
public struct HTTPPost: Sendable {
  /// `https://…` or `http://…`.
  public var url: String
  /// Names and values; neither may hold a line break.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// Seconds for all of it, from looking the host up to the answer's last byte.
  public var limit: Double
  /// A file with the authorities that are trusted instead of the system's.
  public var authorities: String?

  public init(
    url: String, headers: [(name: String, value: String)], body: [UInt8], limit: Double,
    authorities: String? = nil
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.limit = limit
    self.authorities = authorities
  }

  /// Sends it and waits for the answer, whose body is read and dropped.
  ///
  /// - Throws: ``HTTPFailure`` when there is no answer.
  public func send() throws(HTTPFailure) -> HTTPAnswer {
    guard Self.isReady, let handle = curl_easy_init() else { throw HTTPFailure(code: CURLE_FAILED_INIT) }
    defer { curl_easy_cleanup(handle) }
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    // Without this, a body of more than a megabyte waits for a leave that few servers give.
    for (name, value) in headers + [("Expect", "")] {
      guard let longer = curl_slist_append(list, "\(name): \(value)") else {
        throw HTTPFailure(code: CURLE_OUT_OF_MEMORY)
      }
      list = longer
    }
    let code = body.withUnsafeBytes { bytes in
      // One by one, as the first that fails is the answer.
      for step in settings(handle, list, bytes) {
        let code = step()
        if code != CURLE_OK { return code }
      }
      return curl_easy_perform(handle)
    }
    guard code == CURLE_OK else { throw HTTPFailure(code: code) }
    return HTTPAnswer(
      status: Int(kedge_curl_status(handle)), retryAfter: Int(kedge_curl_retry_after(handle)))
  }

  private func settings(
    _ handle: UnsafeMutableRawPointer, _ list: UnsafeMutablePointer<curl_slist>?,
    _ bytes: UnsafeRawBufferPointer
  ) -> [() -> CURLcode] {
    let milliseconds = Int(max(1, limit * 1000))
    var steps: [() -> CURLcode] = [
      { kedge_curl_set_text(handle, CURLOPT_URL, url) },
      { kedge_curl_set_text(handle, CURLOPT_USERAGENT, "kedge") },
      { kedge_curl_set_number(handle, CURLOPT_POST, 1) },
      { kedge_curl_set_body(handle, bytes.baseAddress, bytes.count) },
      { kedge_curl_set_headers(handle, list) },
      { kedge_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds) },
      { kedge_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds) },
      // Time limits by signals would hit other threads.
      { kedge_curl_set_number(handle, CURLOPT_NOSIGNAL, 1) },
      { kedge_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0) },
      { kedge_curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1) },
      { kedge_curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2) },
      { kedge_curl_discard_body(handle) },
    ]
    if let authorities { steps.append { kedge_curl_set_text(handle, CURLOPT_CAINFO, authorities) } }
    return steps
  }

  /// Once for the process, before its first transfer.
  static let isReady = curl_global_init(Int(CURL_GLOBAL_SSL | CURL_GLOBAL_WIN32)) == CURLE_OK
}

/// What a server answered.
public struct HTTPAnswer: Sendable, Equatable {
  /// 200, 404, …
  public var status: Int
  /// Seconds that it asks to wait before another try; 0 if it doesn't.
  public var retryAfter: Int
}

/// A request that got no answer.
public struct HTTPFailure: Error, Sendable, CustomStringConvertible {
  /// Whether another try may do better: the server was away, or slow.
  public let mayPass: Bool
  /// What libcurl says of it, without the URL.
  public let description: String

  init(code: CURLcode) {
    description = String(cString: curl_easy_strerror(code))
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
      CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE,
      CURLE_SSL_CONNECT_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      mayPass = true
    default: mayPass = false
    }
  }
}
