import Foundation

/// The programs as a reader of the documentation has them.
enum BuiltPrograms {
  struct NotBuilt: Error, CustomStringConvertible {
    var path: String
    var description: String {
      "\(path) isn't built: run scripts/test, or swift build, or set KEDGE_BINARY and KEDGE_SAMPLES."
    }
  }

  static func kedge() throws -> URL { try built(Program.kedge) }
  static func samples() throws -> URL { try built(Program.samples) }

  private static func built(_ program: Program) throws -> URL {
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw NotBuilt(path: program.path)
    }
    return URL(filePath: program.path)
  }

  /// The environment of a person who has the programs on `PATH` and has configured no store.
  static func environment() throws -> [String: String] {
    let inherited = ProcessInfo.processInfo.environment
    var kept: [String: String] = [:]
    for name in [
      "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "USER", "LOGNAME", "KEDGE_POSTGRES_BIN",
      "MONGOC_DISABLE_SHM",
      // No store is configured by it: a page that needs a MongoDB says itself that it takes this one.
      "KEDGE_TEST_MONGODB_URI",
    ] {
      kept[name] = inherited[name]
    }
    let folders = [try kedge(), try samples()].map { $0.deletingLastPathComponent().path() }
    kept["PATH"] = (folders + [inherited["PATH"] ?? "/usr/bin:/bin"]).joined(separator: ":")
    return kept
  }
}
