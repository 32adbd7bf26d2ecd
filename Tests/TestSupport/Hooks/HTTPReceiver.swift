internal import Foundation
internal import Glibc
internal import Synchronization

/// A small HTTP server on loopback that keeps what it is sent, and answers as it is told.
///
/// For example:
/// ```swift
/// let receiver = try HTTPReceiver([.status(500), .status(200)])
/// // … POST to receiver.url …
/// #expect(receiver.requests.count == 2)
/// ```
public final class HTTPReceiver: Sendable {
  /// What a request gets.
  public enum Answer: Sendable {
    /// A status, with header lines if any, each ended by CR LF.
    case status(Int, headers: String = "")
    /// Nothing, while the connection stays open.
    case silence
    /// The end of the connection.
    case hangUp
  }

  /// What was sent.
  public struct Request: Sendable {
    /// `POST /hook HTTP/1.1`
    public var line: String
    /// By lower-case name.
    public var headers: [String: String]
    public var body: String
  }

  /// The port on 127.0.0.1 that it listens on.
  public let port: Int
  private let listener: Int32
  private let state: Shared

  private final class Shared: Sendable {
    let answers: [Answer]
    let requests = Mutex<[Request]>([])
    /// Connections that get no answer.
    let silent = Mutex<[Int32]>([])
    init(_ answers: [Answer]) { self.answers = answers }
  }

  /// Where to post to.
  public var url: String { "http://127.0.0.1:\(port)/hook" }

  /// All requests so far, in the order in which they came.
  public var requests: [Request] { state.requests.withLock { $0 } }

  /// - Parameter answers: one for each request; the last one for all that come later.
  public init(_ answers: [Answer]) throws {
    (listener, port) = try listenOnLoopback()
    // Those who wait in an event loop want it otherwise.
    _ = fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) & ~O_NONBLOCK)
    state = Shared(answers)
    let (listener, state) = (listener, state)
    Thread { Self.accept(listener, state) }.start()
  }

  deinit {
    // Wakes the thread, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in state.silent.withLock({ $0 }) { close(connection) }
  }

  private static func accept(_ listener: Int32, _ state: Shared) {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
      guard connection >= 0 else { break }
      serve(connection, state)
    }
    close(listener)
  }

  private static func serve(_ connection: Int32, _ state: Shared) {
    guard let request = read(connection) else {
      close(connection)
      return
    }
    let number = state.requests.withLock { requests in
      requests.append(request)
      return requests.count - 1
    }
    switch state.answers[min(number, state.answers.count - 1)] {
    case .status(let status, let headers):
      let text = "HTTP/1.1 \(status) Answer\r\n\(headers)Content-Length: 2\r\nConnection: close\r\n\r\nok"
      let bytes = Array(text.utf8)
      _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      close(connection)
    case .silence: state.silent.withLock { $0.append(connection) }
    case .hangUp: close(connection)
    }
  }

  /// Reads one request whole; nil if the client goes before its end.
  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      if let request = parse(bytes) { return request }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }

  /// The request, once all of it is there.
  private static func parse(_ bytes: [UInt8]) -> Request? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let body = text[end.upperBound...]
    guard let length = Int(headers["content-length"] ?? "0"), body.utf8.count >= length else { return nil }
    return Request(line: lines.first ?? "", headers: headers, body: String(body))
  }
}
