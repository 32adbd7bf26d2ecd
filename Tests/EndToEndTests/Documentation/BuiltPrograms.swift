import Foundation

/// Where the programs are that the tests run.
enum BuiltPrograms {
  struct NotBuilt: Error, CustomStringConvertible {
    var name: String
    var variable: String
    var description: String {
      "\(name) isn't built: run scripts/test, or swift build, or set \(variable) to the program's path."
    }
  }

  static func kedge() throws -> URL { try find("kedge", variable: "KEDGE_BINARY") }
  static func samples() throws -> URL { try find("kedge-samples", variable: "KEDGE_SAMPLES") }

  /// What the environment names, else the release build, else the build that the tests themselves belong to.
  private static func find(_ name: String, variable: String) throws -> URL {
    if let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty { return URL(filePath: path) }
    for configuration in ["release", "debug"] {
      let candidate = Checkout.root.appending(path: ".build/\(configuration)/\(name)")
      if FileManager.default.isExecutableFile(atPath: candidate.path()) { return candidate }
    }
    throw NotBuilt(name: name, variable: variable)
  }

  /// The environment of a person who has the programs on `PATH` and has configured no store.
  static func environment() throws -> [String: String] {
    let inherited = ProcessInfo.processInfo.environment
    var kept: [String: String] = [:]
    for name in [
      "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "USER", "LOGNAME", "KEDGE_POSTGRES_BIN",
    ] {
      kept[name] = inherited[name]
    }
    let folders = [try kedge(), try samples()].map { $0.deletingLastPathComponent().path() }
    kept["PATH"] = (folders + [inherited["PATH"] ?? "/usr/bin:/bin"]).joined(separator: ":")
    return kept
  }
}
