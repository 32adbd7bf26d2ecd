import Foundation
import Glibc
import Synchronization
import TestSupport

/// A small HTTP server on loopback that answers as it's told, byte for byte, to whole requests: for answers that a real
/// server gives only when it's ill.
final class FaultyS3: Sendable {
  struct Request: Sendable {
    /// `GET /bucket/name HTTP/1.1`
    var line: String
    /// By lower-case name.
    var headers: [String: String]
    var body: [UInt8]
  }

  /// What is answered to a request; the number counts from 0. Nil ends the connection without an answer.
  typealias Answer = @Sendable (Int, Request) -> [UInt8]?

  let port: Int
  private let listener: Int32
  private let state: Shared

  private final class Shared: Sendable {
    let requests = Mutex<[Request]>([])
    let answer: Answer
    init(_ answer: @escaping Answer) { self.answer = answer }
  }

  var requests: [Request] { state.requests.withLock { $0 } }

  init(_ answer: @escaping Answer) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isListening else { throw UnexpectedResult(description: "no port on loopback") }
    port = Int(UInt16(bigEndian: address.sin_port))
    state = Shared(answer)
    let state = state
    Thread {
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 && (errno == EINTR || errno == ECONNABORTED) { continue }
        guard connection >= 0 else { break }
        Thread { Self.serve(connection, state) }.start()
      }
      close(descriptor)
    }.start()
  }

  // Wakes the thread, which closes it.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ connection: Int32, _ state: Shared) {
    defer { close(connection) }
    guard let request = read(connection) else { return }
    let number = state.requests.withLock { requests in
      requests.append(request)
      return requests.count - 1
    }
    guard let answer = state.answer(number, request) else { return }
    var rest = answer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    var head: (line: String, headers: [String: String], end: Int)?
    while true {
      if head == nil, let end = endOfHead(bytes) {
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          if parts.count == 2 {
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
          }
        }
        head = (lines[0], headers, end + 4)
      }
      if let head, bytes.count >= head.end + (Int(head.headers["content-length"] ?? "0") ?? 0) {
        return Request(line: head.line, headers: head.headers, body: Array(bytes[head.end...]))
      }
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      bytes += piece[..<count]
    }
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }
  }

  /// An answer's bytes.
  ///
  /// - Parameter length: what its head claims, where that isn't the truth.
  static func answer(_ status: Int, headers: String = "", length: Int? = nil, _ body: [UInt8] = []) -> [UInt8]
  {
    let head =
      "HTTP/1.1 \(status) Answer\r\nContent-Length: \(length ?? body.count)\r\nConnection: close\r\n\(headers)\r\n"
    return Array(head.utf8) + body
  }

  /// An error as S3 tells it.
  static func failure(_ status: Int, _ code: String, headers: String = "") -> [UInt8] {
    answer(
      status, headers: headers,
      Array(
        "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>m</Message><RequestId>R1</RequestId></Error>"
          .utf8))
  }
}
