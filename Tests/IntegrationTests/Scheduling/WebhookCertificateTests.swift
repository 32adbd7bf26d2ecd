import Foundation
import Scheduling
import TestSupport
import Testing

/// Certificates are verified, against a real server that speaks TLS.
@Suite("Webhook certificates")
struct WebhookCertificateTests {
  @Test(
    "a certificate of nobody's, or of another name, is refused at once; one of a known authority is taken",
    .enabled(if: TLSServer.isHere, "needs openssl"))
  func verified() throws {
    let server = try TLSServer()
    func tell(_ server: TLSServer, host: String, authorities: String?) throws -> (told: Bool, log: LogLines) {
      let log = LogLines()
      let webhook = try Webhook(
        url: "https://\(host):\(server.port)/hook", secret: nil, authorities: authorities)
      let told = DriftHooks(command: nil, webhook: webhook, occasion: .drift).tell(
        .missing(1), target: try .nowhere, log: log.log)
      return (told, log)
    }
    let unknown = try tell(server, host: "localhost", authorities: nil)
    // Not tried again: one warning, and no line about a try.
    #expect(!unknown.told && unknown.log.all.count == 1, "\(unknown.log.text)")
    #expect(unknown.log.text.contains("SSL peer certificate"), "\(unknown.log.text)")
    let otherName = try tell(server, host: "127.0.0.1", authorities: server.certificate)
    #expect(!otherName.told && otherName.log.all.count == 1, "\(otherName.log.text)")
    #expect(try !server.received().contains("POST"))
    // Another one, for a connection that ends takes with it what the server was to answer next.
    let trusted = try TLSServer()
    try trusted.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let known = try tell(trusted, host: "localhost", authorities: trusted.certificate)
    #expect(known.told, "\(known.log.text)")
    try waitUntil("the server has shown the request") {
      try trusted.received().contains(#"{"run":7,"drift":true}"#)
    }
  }
}

/// OpenSSL's own test server, with a certificate for `localhost` that signs itself. Ends with the last reference to it.
private final class TLSServer {
  static let openssl = "/usr/bin/openssl"
  static var isHere: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

  let port: Int
  let certificate: String
  private let folder: TemporaryFolder
  private let process = Process()
  private let input = Pipe()

  init() throws {
    folder = try TemporaryFolder()
    certificate = folder.path + "/certificate"
    let key = folder.path + "/key"
    let maker = Process()
    maker.executableURL = URL(filePath: Self.openssl)
    maker.arguments = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    let output = try folder.write("output", "")
    process.executableURL = URL(filePath: Self.openssl)
    process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key]
    process.standardInput = input
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    var port: Int?
    try waitUntil("openssl listens") {
      // "ACCEPT 127.0.0.1:40123"
      let lines = try String(contentsOfFile: output, encoding: .utf8).components(separatedBy: "\n")
      guard lines.count > 1, let line = lines.first(where: { $0.hasPrefix("ACCEPT ") }) else { return false }
      port = line.split(separator: ":").last.flatMap { Int($0) }
      return true
    }
    self.port = try #require(port)
  }

  deinit {
    // Not by SIGTERM: it ignores that where this process does, as tests of signals may have it.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// What it says to whoever connects next.
  func answer(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// What it has shown of its clients so far.
  func received() throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: folder.path + "/output")), as: UTF8.self)
  }
}
