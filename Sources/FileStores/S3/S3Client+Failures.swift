internal import Web

/// What an answer that is an error means.
extension S3Client {
  func failure(_ request: Request, _ answer: Answer) -> any Error {
    let document = XMLElement(answer.body)
    let code = document?["Code"]?.text
    let status = answer.head.status
    let kind = Self.kind(code, status)
    var error = FileStoreError(
      kind, store: settings.location, name: request.name, code: code, status: status,
      requestID: answer.head["x-amz-request-id"] ?? document?["RequestId"]?.text, reason: "")
    error.reason = advice(code, status, answer.head) ?? said(document) ?? "S3 refused \(request.method)"
    guard kind == .unavailable else { return error }
    return PassingFailure(error: error, retryAfter: answer.head["retry-after"].flatMap { Double($0) } ?? 0)
  }

  private static func kind(_ code: String?, _ status: Int) -> FileStoreError.Kind {
    switch (code, status) {
    case ("SlowDown", _), ("InternalError", _), ("ServiceUnavailable", _), ("RequestTimeout", _),
      ("Throttling", _),
      ("TooManyRequests", _), ("OperationAborted", _), (_, 500), (_, 502), (_, 503), (_, 504), (_, 429),
      (_, 408):
      .unavailable
    // The bytes were changed on their way: sent again, they may arrive.
    case ("XAmzContentSHA256Mismatch", _), ("BadDigest", _), ("IncompleteBody", _): .unavailable
    case ("NoSuchBucket", _), ("PermanentRedirect", _), ("AuthorizationHeaderMalformed", _), (_, 301),
      (_, 307),
      ("InvalidAccessKeyId", _), ("SignatureDoesNotMatch", _), ("ExpiredToken", _), ("InvalidToken", _),
      ("RequestTimeTooSkewed", _), (_, 401):
      .settings
    case ("KeyTooLongError", _): .badName
    case (_, 403): .denied
    case (_, 404): .notFound
    case (_, 412), ("ConditionalRequestConflict", _): .exists
    default: .refused
    }
  }

  private func advice(_ code: String?, _ status: Int, _ head: HTTPHead) -> String? {
    switch (code, status) {
    case ("NoSuchBucket", _): "there is no such bucket; make it, or correct its name"
    case ("PermanentRedirect", _), ("AuthorizationHeaderMalformed", _), (_, 301), (_, 307):
      head["x-amz-bucket-region"].map { "the bucket lies in the region \($0); set AWS_REGION=\($0)" }
        ?? "the bucket lies in another region; set AWS_REGION"
    case ("InvalidAccessKeyId", _): "the server doesn't know this AWS_ACCESS_KEY_ID"
    case ("SignatureDoesNotMatch", _): "the server makes another signature of it; check AWS_SECRET_ACCESS_KEY"
    case ("ExpiredToken", _): "the session's credentials have run out; get new ones and run it again"
    case ("InvalidToken", _): "the server doesn't take this AWS_SESSION_TOKEN"
    case ("RequestTimeTooSkewed", _): "this machine's clock is wrong; set it right"
    case (_, 401), (_, 403):
      "the key isn't allowed to do that, or the bucket isn't its owner's; check its rights"
    case (_, 404): "there is no such file"
    case (_, 412), ("ConditionalRequestConflict", _): "there is a file of this name already"
    case _ where Self.kind(code, status) == .unavailable:
      "the server failed \(settings.attempts) times, lately with this; run it again later"
    default: nil
    }
  }

  /// The server's own words, short and without secrets.
  private func said(_ document: XMLElement?) -> String? {
    guard let message = document?["Message"]?.text, !message.isEmpty else { return nil }
    return String(settings.credentials.redacted(message).prefix(300))
  }
}
