internal import Foundation
internal import Glibc

/// Starts a server on one port after the other until one takes it: nobody can hold a port free for another process.
func startOnFreePort(_ start: (Int) throws -> Void) throws -> Int {
  var tries = 0
  while true {
    // Below the ports that the system gives to outgoing connections.
    let port = Int.random(in: 20_000..<32_000)
    do {
      try start(port)
      return port
    } catch let error as TestServerError {
      tries += 1
      guard error.description.lowercased().contains("address already in use"), tries < 20 else { throw error }
    }
  }
}

/// Waits until a server serves.
///
/// - Throws: ``TestServerError`` with the end of its log if it ends instead, or takes longer than a minute.
func wait(for server: SpawnedProgram, log: String, _ serves: () throws -> Bool) throws {
  let deadline = ContinuousClock.now + .seconds(60)
  while try !serves() {
    guard server.isRunning else {
      throw TestServerError("The server didn't start: \(SpawnedProgram.lastLines(of: log))")
    }
    guard ContinuousClock.now < deadline else {
      throw TestServerError("The server didn't serve within a minute: \(SpawnedProgram.lastLines(of: log))")
    }
    usleep(5000)
  }
}

/// Databases in URLs.
enum DatabaseURL {
  /// The URL with this database in place of the one that it names, if any.
  static func replace(in url: String, by name: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var server = String(parts[0])
    if let scheme = server.range(of: "://"), let slash = server[scheme.upperBound...].firstIndex(of: "/") {
      server = String(server[..<slash])
    }
    return server + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
  }

  /// A name that no other test has.
  static func uniqueName() -> String {
    "kedge_testing_\(getpid())_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  }
}
