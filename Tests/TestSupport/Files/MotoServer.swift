internal import Foundation
internal import Glibc
internal import Synchronization

/// A server of S3 for tests: moto, of the Python package index, on loopback, one for the whole process of tests.
///
/// `scripts/setup` puts it below `.build/moto`; where it can't be had, tests that need it are skipped by name.
public final class MotoServer: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let input: Pipe

  /// `http://127.0.0.1:PORT`
  public var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The folder of the Python packages; nil where moto isn't.
  public static let folder: String? = {
    let named = ProcessInfo.processInfo.environment["KEDGE_TEST_MOTO"].flatMap { $0.isEmpty ? nil : $0 }
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let folder = named ?? root.path + "/.build/moto/packages"
    return FileManager.default.fileExists(atPath: folder + "/moto/server.py") ? folder : nil
  }()

  private static let started = Mutex<Result<MotoServer, any Error>?>(nil)

  /// The server, started by whoever asks first.
  public static func shared() throws -> MotoServer {
    try started.withLock { started in
      if started == nil { started = Result { try MotoServer() } }
      guard let started else { throw UnexpectedResult(description: "moto isn't started") }
      return try started.get()
    }
  }

  /// Serves until its standard input ends, which it does with this process, however that ends.
  private static let program = """
    import os, sys, threading
    def watch():
        sys.stdin.buffer.read()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()
    from moto.server import ThreadedMotoServer
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    threading.Event().wait()
    """

  private init() throws {
    guard let folder = Self.folder else {
      throw UnexpectedResult(description: "moto isn't here: run scripts/setup")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.program]
    var variables = ProcessInfo.processInfo.environment
    variables["PYTHONPATH"] = folder
    process.environment = variables
    input = Pipe()
    _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
      line.append(byte)
    }
    guard let port = Int(String(decoding: line, as: UTF8.self)) else {
      throw UnexpectedResult(description: "moto doesn't serve: \(String(decoding: line, as: UTF8.self))")
    }
    self.port = port
  }

  /// Makes a bucket that no other test has, and returns its name.
  public func makeBucket() throws -> String {
    let bucket = uniqueName().replacingOccurrences(of: "_", with: "-")
    let answer = try request("PUT", "/" + bucket)
    guard answer.hasPrefix("HTTP/1.1 200") else {
      throw UnexpectedResult(description: "moto makes no bucket: \(answer.prefix(300))")
    }
    return bucket
  }

  /// Sends a request without a signature, which moto doesn't want, and returns the whole answer.
  public func request(_ method: String, _ path: String) throws -> String {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard client >= 0 else { throw UnexpectedResult(description: "the system has no more sockets") }
    defer { close(client) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { throw UnexpectedResult(description: "moto doesn't answer on port \(port)") }
    let text =
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    let bytes = Array(text.utf8)
    guard send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw UnexpectedResult(description: "moto takes no request")
    }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(client, &piece, piece.count, 0)
      if count <= 0 { return String(decoding: answer, as: UTF8.self) }
      answer += piece[..<count]
    }
  }
}
