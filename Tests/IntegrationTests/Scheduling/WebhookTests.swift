import Scheduling
import Synchronization
import TestSupport
import Testing

/// What a receiver on the web gets, over real sockets.
@Suite("Webhook")
struct WebhookTests {
  private static let secret = "It's a Secret to Everybody"

  /// Tells a webhook of an audit, without waits, and returns whether it was told.
  private func tell(
    _ url: String, _ notice: DriftNotice = .missing(2), secret: String? = nil, authorities: String? = nil,
    limit: Double = 10, pauses: Pauses = Pauses(), log: LogLines = LogLines()
  ) throws -> Bool {
    var webhook = try Webhook(url: url, secret: secret, authorities: authorities) { pauses.add($0) }
    webhook.limit = limit
    return DriftHooks(command: nil, webhook: webhook, occasion: .drift).tell(
      notice, target: try .nowhere, log: log.log)
  }

  private final class Pauses: Sendable {
    private let seconds = Mutex<[Double]>([])
    var all: [Double] { seconds.withLock { $0 } }
    func add(_ pause: Double) { seconds.withLock { $0.append(pause) } }
  }

  @Test("posts the JSON as it is, with the run and a key for the receiver")
  func post() throws {
    let receiver = try HTTPReceiver([.status(204)])
    #expect(try tell(receiver.url, .missing(2, run: 31)))
    let request = try #require(receiver.requests.first)
    #expect(receiver.requests.count == 1)
    #expect(request.line == "POST /hook HTTP/1.1")
    #expect(request.body == #"{"run":31,"drift":true}"#)
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["x-kedge-run"] == "31")
    #expect(request.headers["idempotency-key"]?.hasPrefix("kedge-") == true)
    #expect(request.headers["x-kedge-signature"] == nil, "there is no secret")
  }

  @Test("a large report arrives whole")
  func large() throws {
    let receiver = try HTTPReceiver([.status(200)])
    let json = #"{"text":""# + String(repeating: "ä€", count: 600_000) + #""}"#
    #expect(try tell(receiver.url, .missing(1, json: json)))
    #expect(receiver.requests.first?.body == json)
  }

  @Test("the signature is the one that others compute")
  func signature() throws {
    let receiver = try HTTPReceiver([.status(200)])
    // The example of GitHub's documentation on validating webhooks.
    #expect(try tell(receiver.url, .missing(1, json: "Hello, World!"), secret: Self.secret))
    #expect(
      receiver.requests.first?.headers["x-kedge-signature"]
        == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    // A key that is longer than a block; the digest is that of Python's hmac module.
    let long = try HTTPReceiver([.status(200)])
    #expect(
      try tell(
        long.url, .missing(1, json: "Test Using Larger Than Block-Size Key - Hash Key First"),
        secret: String(repeating: "k", count: 131)))
    #expect(
      long.requests.first?.headers["x-kedge-signature"]
        == "sha256=70e4b005732fa7ff79392aa24fb240159b925dbc9f1398420c0f45e6763dcf14")
  }

  @Test("errors of the server are tried again, with the same key and growing pauses")
  func retried() throws {
    let receiver = try HTTPReceiver([.status(500), .hangUp, .status(200)])
    let (pauses, log) = (Pauses(), LogLines())
    #expect(try tell(receiver.url, pauses: pauses, log: log))
    #expect(receiver.requests.count == 3)
    #expect(Set(receiver.requests.map { $0.headers["idempotency-key"] }).count == 1)
    #expect(Set(receiver.requests.map(\.body)).count == 1)
    #expect(
      pauses.all.count == 2 && (0.25...0.5).contains(pauses.all[0]) && (0.75...1.5).contains(pauses.all[1]))
    #expect(!log.text.contains("warning"), "\(log.text)")
  }

  @Test("a server that asks for time gets it, within reason")
  func retryAfter() throws {
    let receiver = try HTTPReceiver([
      .status(429, headers: "Retry-After: 7\r\n"), .status(503, headers: "Retry-After: 9000\r\n"),
      .status(200),
    ])
    let pauses = Pauses()
    #expect(try tell(receiver.url, pauses: pauses))
    #expect(pauses.all == [7, 30])
  }

  @Test("three tries, and no more")
  func givenUp() throws {
    let receiver = try HTTPReceiver([.status(502)])
    let log = LogLines()
    #expect(try !tell(receiver.url, log: log))
    #expect(receiver.requests.count == 3)
    #expect(
      log.all.last
        == "warning: the webhook http://127.0.0.1:\(receiver.port)/… wasn't told of audit 7: it answered with status 502"
    )
  }

  @Test(
    "a refusal isn't tried again, and a redirection isn't followed", arguments: [400, 401, 404, 307, 302])
  func refused(status: Int) throws {
    let other = try HTTPReceiver([.status(200)])
    let receiver = try HTTPReceiver([.status(status, headers: "Location: \(other.url)\r\n")])
    let log = LogLines()
    #expect(try !tell(receiver.url, log: log))
    #expect(receiver.requests.count == 1 && other.requests.isEmpty)
    #expect(log.text.contains("it answered with status \(status)"))
  }

  @Test("a server that takes the request and never answers is given up at the limit")
  func silent() throws {
    let receiver = try HTTPReceiver([.silence])
    let log = LogLines()
    #expect(try !tell(receiver.url, limit: 0.2, log: log))
    #expect(receiver.requests.count == 3)
    #expect(log.text.contains("Timeout was reached"), "\(log.text)")
  }

  @Test("nobody listens")
  func away() throws {
    let log = LogLines()
    #expect(try !tell("http://127.0.0.1:1/hook", log: log))
    #expect(log.all.count == 4 && log.text.contains("Couldn't connect to server"), "\(log.text)")
  }

  @Test("no secret of the URL and no key is in any message")
  func secrets() throws {
    let receiver = try HTTPReceiver([.status(500), .status(404)])
    let hidden = ["T0KEN", "hunter2", "sesame", Self.secret]
    let log = LogLines()
    for host in ["127.0.0.1:\(receiver.port)", "127.0.0.1:1", "no-such-host.invalid"] {
      let url = "http://user:hunter2@\(host)/services/T0KEN?key=sesame#T0KEN"
      #expect(try !tell(url, secret: Self.secret, log: log))
      for secret in hidden { #expect(!log.text.contains(secret), "\(log.text)") }
    }
    #expect(receiver.requests.first?.line == "POST /services/T0KEN?key=sesame HTTP/1.1")
    for text in [
      "hook/T0KEN", "ftp://h/T0KEN", "https://", "https:///T0KEN", "ht tp://T0KEN", "file:///T0KEN",
    ] {
      let error = #expect(throws: WebhookURLError.self) { try Webhook(url: text, secret: nil) }
      #expect(error.map { "\($0)" }?.contains("T0KEN") == false)
    }
  }
}
