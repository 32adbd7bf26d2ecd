internal import CCurl

/// Sends requests over HTTP or HTTPS, one after the other, over a connection that it keeps.
///
/// Blocking: use it on a thread of your own, one thread at a time. Certificates are verified and no redirect is followed.
/// The URL may hold a secret and is in no error.
///
/// For example:
/// ```swift
/// let client = try HTTPClient()
/// let head = try client.send(HTTPRequest("GET", url), isStopped: { stop.isSet }) { head, bytes in
///   if head.status == 200 { try file.write(bytes) }
/// }
/// ```
public final class HTTPClient {
  /// Takes a piece of the answer's body, with the head that came before it.
  public typealias Receiver = (HTTPHead, UnsafeRawBufferPointer) throws -> Void

  private let handle: UnsafeMutableRawPointer

  /// - Throws: ``HTTPFailure`` when libcurl can't be had.
  public init() throws(HTTPFailure) {
    guard HTTPPost.isReady, let handle = curl_easy_init() else { throw HTTPFailure(code: CURLE_FAILED_INIT) }
    self.handle = handle
  }

  deinit { curl_easy_cleanup(handle) }

  /// Sends a request and hands the answer's body to `receive`, piece by piece.
  ///
  /// - Parameters:
  ///   - isStopped: asked at least about once a second; true ends the transfer.
  ///   - receive: what it throws ends the transfer, too.
  /// - Throws: ``HTTPFailure`` when there is no whole answer, ``HTTPStopped``, or what `receive` throws.
  public func send(
    _ request: HTTPRequest, isStopped: @escaping () -> Bool = { false }, receive: @escaping Receiver
  ) throws -> HTTPHead {
    // Keeps the connection, and forgets the last request.
    curl_easy_reset(handle)
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    // Without this, a body of more than a megabyte waits for a leave that few servers give.
    for (name, value) in request.headers + [("Expect", "")] {
      guard let longer = curl_slist_append(list, value.isEmpty ? "\(name):" : "\(name): \(value)") else {
        throw HTTPFailure(code: CURLE_OUT_OF_MEMORY)
      }
      list = longer
    }
    let transfer = Transfer(isStopped, receive)
    let code = request.body.withUnsafeBytes { bytes in
      for step in settings(request, list, bytes, Unmanaged.passUnretained(transfer).toOpaque()) {
        let code = step()
        if code != CURLE_OK { return code }
      }
      // Used by the callbacks alone until the end.
      return withExtendedLifetime(transfer) { curl_easy_perform(handle) }
    }
    if let error = transfer.error { throw error }
    if code == CURLE_ABORTED_BY_CALLBACK { throw HTTPStopped() }
    guard code == CURLE_OK else { throw HTTPFailure(code: code) }
    return transfer.head
  }

  private func settings(
    _ request: HTTPRequest, _ list: UnsafeMutablePointer<curl_slist>?, _ bytes: UnsafeRawBufferPointer,
    _ transfer: UnsafeMutableRawPointer
  ) -> [() -> CURLcode] {
    let handle = handle
    var steps: [() -> CURLcode] = [
      { kedge_curl_set_text(handle, CURLOPT_URL, request.url) },
      // A key may hold "..", and is signed as it stands.
      { kedge_curl_set_number(handle, CURLOPT_PATH_AS_IS, 1) },
      { kedge_curl_set_text(handle, CURLOPT_USERAGENT, "kedge") },
      { kedge_curl_set_headers(handle, list) },
      { kedge_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, request.connectLimit * 1000))) },
      { kedge_curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1) },
      { kedge_curl_set_number(handle, CURLOPT_LOW_SPEED_TIME, max(1, request.stallLimit)) },
      // Time limits by signals would hit other threads.
      { kedge_curl_set_number(handle, CURLOPT_NOSIGNAL, 1) },
      { kedge_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0) },
      { kedge_curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1) },
      { kedge_curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2) },
      { kedge_curl_on_body(handle, receiveBody, transfer) },
      { kedge_curl_on_header(handle, receiveHeader, transfer) },
      { kedge_curl_on_progress(handle, watch, transfer) },
    ]
    if let authorities = request.authorities {
      steps.append { kedge_curl_set_text(handle, CURLOPT_CAINFO, authorities) }
    }
    switch request.method {
    case "GET": steps.append { kedge_curl_set_number(handle, CURLOPT_HTTPGET, 1) }
    case "HEAD": steps.append { kedge_curl_set_number(handle, CURLOPT_NOBODY, 1) }
    case "PUT", "POST":
      steps.append { kedge_curl_set_number(handle, CURLOPT_POST, 1) }
      steps.append { kedge_curl_set_body(handle, bytes.baseAddress, bytes.count) }
      fallthrough
    default: steps.append { kedge_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method) }
    }
    return steps
  }
}

/// What libcurl's callbacks work on during one transfer.
private final class Transfer {
  var head = HTTPHead()
  var error: (any Error)?
  let isStopped: () -> Bool
  let receive: HTTPClient.Receiver

  init(_ isStopped: @escaping () -> Bool, _ receive: @escaping HTTPClient.Receiver) {
    self.isStopped = isStopped
    self.receive = receive
  }
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  do {
    try transfer.receive(transfer.head, UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  } catch {
    // Thrown on by the caller of libcurl, whose own code only says that the body wasn't taken.
    transfer.error = error
    return size * count == 0 ? 1 : 0
  }
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  let ended = line.lastIndex { $0 != 13 && $0 != 10 }.map { line[...$0] } ?? line[..<0]
  transfer.head.take(String(decoding: ended, as: UTF8.self))
  return size * count
}

private func watch(
  _ context: UnsafeMutableRawPointer?, _ toReceive: curl_off_t, _ received: curl_off_t,
  _ toSend: curl_off_t, _ sent: curl_off_t
) -> Int32 {
  guard let context else { return 1 }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isStopped() ? 1 : 0
}
