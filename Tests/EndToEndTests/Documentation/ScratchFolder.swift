import Foundation
import Glibc

/// A folder of its own for one test. A private Postgres that was started in it is stopped before it goes.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "kedge-docs-\(UUID().uuidString.prefix(8))")
    // Where root runs the tests, the server's own user has to pass through.
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
  }

  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs a program in this folder until it ends, at most `seconds`; then it is killed and its status is 137.
  func run(
    _ program: String, _ arguments: [String], environment: [String: String], seconds: Int = 60
  ) async throws -> Outcome {
    let name = UUID().uuidString
    let places = ["out", "err"].map { url.appending(path: ".\(name).\($0)") }
    for place in places { try Data().write(to: place) }
    let handles = try places.map { try FileHandle(forWritingTo: $0) }
    let process = Process()
    // The limit is kept by a program, so that it holds whatever the child does with its signals.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["timeout", "--signal=KILL", "\(seconds)", program] + arguments
    process.environment = environment
    process.currentDirectoryURL = url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    for handle in handles { try handle.close() }
    let texts = try places.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    for place in places { try FileManager.default.removeItem(at: place) }
    return Outcome(status: status, output: texts[0], errors: texts[1])
  }

  /// Stops what runs here and removes everything.
  func remove() async throws {
    if FileManager.default.fileExists(atPath: url.appending(path: ".kedge").path()) {
      _ = try await run(
        BuiltPrograms.kedge().path(), ["dev", "down"], environment: BuiltPrograms.environment())
    }
    try FileManager.default.removeItem(at: url)
  }

  /// Hands a new folder to `body`, and removes it whether that succeeds or not.
  static func with(_ body: (ScratchFolder) async throws -> Void) async throws {
    let folder = try ScratchFolder()
    do { try await body(folder) } catch {
      try await folder.remove()
      throw error
    }
    try await folder.remove()
  }
}
