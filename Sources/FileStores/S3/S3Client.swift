internal import Executors
internal import Foundation
internal import Synchronization
internal import Web

/// Sends signed requests to S3, each again where that may help.
final class S3Client: Sendable {
  let settings: S3Settings
  private let signature: AWSSignature
  private let idle = Mutex<[Connection]>([])

  /// A connection that one thread at a time has: whoever takes it out of `idle`.
  private struct Connection: @unchecked Sendable {
    // Not shared: `idle` hands each out once, and takes it back when its user is done with it.
    let client: HTTPClient
  }

  /// A request for one key, or for the bucket.
  struct Request {
    var method: String
    /// Without the prefix; nil for the bucket.
    var name: String?
    var query: [(name: String, value: String)] = []
    /// Names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Statuses that aren't errors, besides 2xx.
    var accepted: [Int] = []
  }

  /// An answer with its whole body.
  struct Answer {
    var head: HTTPHead
    var body: [UInt8] = []
  }

  init(_ settings: S3Settings) {
    self.settings = settings
    signature = AWSSignature(credentials: settings.credentials, region: settings.region)
  }

  /// Sends a request and reads the answer whole; for answers that are small.
  ///
  /// - Parameter isGood: false of an answer that says 200 and yet tells of a failure in its body.
  func send(_ request: Request, stop: StopFlag, isGood: (Answer) -> Bool = { _ in true }) throws -> Answer {
    try retrying(request, stop) {
      let answer = try attempt(request, stop)
      guard isGood(answer) else { throw failure(request, answer) }
      return answer
    }
  }

  /// Does something again and again until it works, can't, or has been tried often enough.
  ///
  /// - Parameter progress: grows as the work comes forward; a try that did isn't counted, so that a large file may break off
  ///   as often as it likes.
  func retrying<T>(
    _ request: Request, _ stop: StopFlag, progress: () -> Int = { 0 }, _ body: () throws -> T
  ) throws -> T {
    var failures = 0
    while true {
      if stop.isSet { throw FileWorkStopped() }
      let before = progress()
      do {
        return try body()
      } catch let passing as PassingFailure {
        failures = progress() > before ? 1 : failures + 1
        guard failures < settings.attempts else { throw passing.error }
        let wait = min(20, settings.firstWait * Double(1 << min(failures - 1, 20)))
        pause(max(passing.retryAfter, wait * Double.random(in: 0.5...1)), stop)
      } catch is HTTPStopped {
        throw FileWorkStopped()
      }
    }
  }

  /// Waits, or less when the flag is set.
  private func pause(_ seconds: Double, _ stop: StopFlag) {
    let woken = DispatchSemaphore(value: 0)
    let registration = stop.onSet { woken.signal() }
    defer { registration.remove() }
    _ = woken.wait(timeout: .now() + min(seconds, 60))
  }

  /// Sends a request once.
  ///
  /// - Parameter sink: gets the body of an answer of 200 or 206; without it, the answer has it.
  /// - Throws: ``PassingFailure`` if another try may do better, ``FileStoreError`` if not, or what `sink` throws.
  func attempt(
    _ request: Request, _ stop: StopFlag, sink: ((HTTPHead, UnsafeRawBufferPointer) throws -> Void)? = nil
  ) throws -> Answer {
    let key = request.name.map { settings.prefix + $0 }
    let (url, host, path) = try settings.address(of: key)
    let payload = FileDigest.hex(try FileDigest.of(request.body))
    let signed = AWSSignature.Request(
      method: request.method, path: path, query: request.query, headers: request.headers + [("host", host)],
      payload: payload)
    let added = try signature.headers(for: signed, at: Int(Date().timeIntervalSince1970))
    let query = AWSSignature.query(request.query)
    var sent = HTTPRequest(
      request.method, query.isEmpty ? url : url + "?" + query, headers: request.headers + added,
      body: request.body)
    sent.authorities = settings.authorities
    sent.stallLimit = settings.stallLimit
    let kept = Kept()
    let connection = try take()
    let head: HTTPHead
    do {
      head = try connection.client.send(sent, isStopped: { stop.isSet }) { head, bytes in
        if let sink, head.status == 200 || head.status == 206 { return try sink(head, bytes) }
        // An error's text is short; what goes on for ever isn't one.
        if kept.bytes.count < 4 << 20 { kept.bytes += bytes }
      }
    } catch let failure as HTTPFailure {
      throw lost(request, failure)
    }
    idle.withLock { $0.append(connection) }
    let answer = Answer(head: head, body: kept.bytes)
    if (200..<300).contains(head.status) || request.accepted.contains(head.status) { return answer }
    throw failure(request, answer)
  }

  private func take() throws -> Connection {
    if let connection = idle.withLock({ $0.popLast() }) { return connection }
    return Connection(client: try HTTPClient())
  }

  private func lost(_ request: Request, _ failure: HTTPFailure) -> any Error {
    let error = FileStoreError(
      .unavailable, store: settings.location, name: request.name,
      reason: "no answer, \(failure.description); check the endpoint, the region and the network")
    return failure.mayPass ? PassingFailure(error: error) : error
  }

  /// The bytes of an answer that is an error.
  private final class Kept { var bytes: [UInt8] = [] }
}

/// A failure that another try may not meet.
struct PassingFailure: Error {
  var error: FileStoreError
  /// Seconds that the server asks to wait.
  var retryAfter = 0.0
}
