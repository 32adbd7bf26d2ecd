import Foundation
import TestSupport

/// A built program: `kedge`, the maker of sample data, or the hot loops alone.
struct Program {
  let path: String

  /// The binary under test: `KEDGE_BINARY`, else a build of this folder, release before debug.
  static var kedge: Program { find("kedge", variable: "KEDGE_BINARY") }
  static var samples: Program { find("kedge-samples", variable: "KEDGE_SAMPLES") }
  static var hotLoops: Program { find("kedge-hot-loops", variable: "KEDGE_HOT_LOOPS") }

  private static func find(_ name: String, variable: String) -> Program {
    if let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty { return Program(path: path) }
    let folders = ["release", "debug"].map { "\(root)/.build/\($0)/\(name)" }
    return Program(path: folders.first(where: FileManager.default.isExecutableFile) ?? folders[0])
  }

  /// The repository.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Whether it was built for release: only then do its memory and speed mean anything.
  var isRelease: Bool { path.contains("/release/") }

  /// What a finished program left.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String

    /// Standard output as one JSON document.
    func json() throws -> [String: Any] {
      guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
        throw UnexpectedResult(description: "no JSON object: \(output)")
      }
      return object
    }
  }

  /// Runs it to its end.
  @discardableResult
  func run(_ arguments: [String], environment: [String: String] = [:], in folder: String? = nil) throws
    -> Outcome
  {
    try start(arguments, environment: environment, in: folder).finish()
  }

  /// Starts it.
  func start(_ arguments: [String], environment: [String: String] = [:], in folder: String? = nil) throws
    -> Running
  {
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw UnexpectedResult(
        description: "\(path) isn't built: run scripts/test, or set KEDGE_BINARY and KEDGE_SAMPLES.")
    }
    return try Running(path, arguments, environment: environment, in: folder)
  }

  /// A program on its way. Its output goes to files, so that it never waits for a reader.
  final class Running {
    private let process = Process()
    private let files: TemporaryFolder

    fileprivate init(_ path: String, _ arguments: [String], environment: [String: String], in folder: String?)
      throws
    {
      files = try TemporaryFolder()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      // Nothing of the machine's own settings may lead a test to another store.
      var variables = ProcessInfo.processInfo.environment.filter { name, _ in
        !["DATABASE_URL", "POSTGRES_URL", "MONGODB_URI", "SQLITE_PATH"].contains(name)
          && !name.hasPrefix("DB_") && !name.hasPrefix("PG")
      }
      variables.merge(environment) { _, given in given }
      process.environment = variables
      process.currentDirectoryURL = URL(fileURLWithPath: folder ?? files.path)
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try file("output")
      process.standardError = try file("errors")
      try process.run()
    }

    deinit {
      // One that goes on for ever, left behind by a test that failed.
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    private func file(_ name: String) throws -> FileHandle {
      try files.write(name, "")
      guard let handle = FileHandle(forWritingAtPath: files.path + "/" + name) else {
        throw UnexpectedResult(description: "\(files.path)/\(name) can't be written")
      }
      return handle
    }

    var isRunning: Bool { process.isRunning }

    /// What it has written to standard error so far.
    func errors() throws -> String { try String(contentsOfFile: files.path + "/errors", encoding: .utf8) }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// What it has said on standard error so far.
    func errorsSoFar() throws -> String {
      try String(contentsOfFile: files.path + "/errors", encoding: .utf8)
    }

    /// Waits for its end.
    @discardableResult
    func finish() throws -> Outcome {
      process.waitUntilExit()
      func text(_ name: String) throws -> String {
        try String(contentsOfFile: files.path + "/" + name, encoding: .utf8)
      }
      return Outcome(code: process.terminationStatus, output: try text("output"), errors: try text("errors"))
    }
  }
}
