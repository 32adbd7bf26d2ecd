internal import Foundation

/// The servers that tests need, and what to say when one isn't named.
enum MissingServer: Error, CustomStringConvertible {
  case postgres, mongo

  /// The server's URL from the environment.
  func url() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let name = self == .postgres ? "KEDGE_TEST_POSTGRES_URL" : "KEDGE_TEST_MONGODB_URI"
    guard let url = environment[name], !url.isEmpty else { throw self }
    return url
  }

  var description: String {
    switch self {
    case .postgres:
      "This test needs a Postgres server: set KEDGE_TEST_POSTGRES_URL to a URL whose user may create databases."
    case .mongo: "This test needs a MongoDB replica set: set KEDGE_TEST_MONGODB_URI to its URI."
    }
  }
}

/// A name that no other test has, fit for databases and folders.
func uniqueName() -> String {
  "kedge_test_\(ProcessInfo.processInfo.processIdentifier)_\(UInt64.random(in: 0 ... .max))"
}

/// The URL with this database in place of the one that it names, if any.
func withDatabase(_ name: String, in url: String) -> String {
  let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
  var server = String(parts[0])
  if let scheme = server.range(of: "://"), let slash = server[scheme.upperBound...].firstIndex(of: "/") {
    server = String(server[..<slash])
  }
  return server + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
}
