internal import Foundation
internal import Progress
internal import Web

/// An address on the web that gets an audit's JSON by POST.
///
/// The URL may hold a secret in its path or query: messages show its scheme and host alone.
public struct Webhook: Hook {
  /// The URL with nothing in it that may be secret: `https://example.com/…`.
  public let shown: String
  private let url: String
  private let secret: String?
  private let authorities: String?
  private let pause: @Sendable (Double) -> Void

  /// Seconds that one try may take.
  public var limit = 10.0

  static let tries = 3
  /// Seconds that a server may ask to wait before another try.
  private static let longestPause = 30.0

  /// - Parameters:
  ///   - secret: signs what is sent; nil for no signature.
  ///   - authorities: a file with the certificate authorities to trust instead of the system's.
  ///   - pause: waits so many seconds between two tries; nil for a real wait.
  /// - Throws: ``WebhookURLError``.
  public init(
    url: String, secret: String?, authorities: String? = nil,
    pause: (@Sendable (Double) -> Void)? = nil
  ) throws(WebhookURLError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty
    else { throw WebhookURLError() }
    shown = "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")/…"
    self.url = url
    self.secret = secret
    self.authorities = authorities
    self.pause = pause ?? { Thread.sleep(forTimeInterval: $0) }
  }

  var name: String { "the webhook \(shown)" }

  func tell(_ notice: DriftNotice, log: Log) throws(HookFailure) {
    let body = Array(notice.json.utf8)
    var headers = [
      ("Content-Type", "application/json"), ("X-Kedge-Run", "\(notice.run)"),
      // The same for each try, so that a receiver that got it and couldn't say so takes it once.
      ("Idempotency-Key", "kedge-" + WebhookSignature.digest(body).prefix(32)),
    ]
    if let secret {
      headers.append(("X-Kedge-Signature", WebhookSignature.header(secret: secret, body: body)))
    }
    let post = HTTPPost(url: url, headers: headers, body: body, limit: limit, authorities: authorities)
    var problem = ""
    for number in 1...Self.tries {
      let answer = Result { () throws(HTTPFailure) in try post.send() }
      guard let objection = Self.objection(to: answer) else { return }
      problem = objection.text
      guard objection.mayPass else { break }
      log.debug("\(name), try \(number) of \(Self.tries): \(problem)")
      guard number < Self.tries else { break }
      let growing = 0.5 * pow(3, Double(number - 1)) * Double.random(in: 0.5...1)
      pause(max(growing, min(objection.wait, Self.longestPause)))
    }
    throw HookFailure(problem)
  }

  /// What is wrong with an answer, whether another try may do better, and after how many seconds at least; nil for a success.
  private static func objection(to answer: Result<HTTPAnswer, HTTPFailure>) -> (
    text: String, mayPass: Bool, wait: Double
  )? {
    switch answer {
    case .failure(let failure): return (failure.description, failure.mayPass, 0)
    case .success(let answer):
      let text = "it answered with status \(answer.status)"
      switch answer.status {
      case 200..<300: return nil
      case 300..<400:
        return (text + ", a redirection, which isn't followed: give the address it leads to", false, 0)
      case 429, 500...: return (text, true, Double(answer.retryAfter))
      default: return (text, false, 0)
      }
    }
  }
}

/// `--webhook` isn't an address on the web. The text isn't repeated: it may hold a secret.
public struct WebhookURLError: Error, Sendable, CustomStringConvertible {
  public let description = "--webhook (or KEDGE_WEBHOOK_URL) takes a URL such as https://example.com/hook"
}
