internal import Foundation

/// A program of another language that tests run for real, where it is there.
public struct Interpreter: Sendable {
  /// The program's file.
  public let path: String

  /// Python 3.9 or newer.
  public static let python = Interpreter("python3")
  /// Node.js.
  public static let node = Interpreter("node")
  /// The TypeScript compiler.
  public static let typescript = Interpreter("tsc")
  /// The Swift compiler.
  public static let swift = Interpreter("swiftc")
  /// The command line of SQLite.
  public static let sqlite = Interpreter("sqlite3")
  /// The command line of Postgres.
  public static let psql = Interpreter("psql")

  /// Looks for it on `PATH`.
  private init?(_ name: String) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    guard
      let found = folders.map({ $0 + "/" + name }).first(where: FileManager.default.isExecutableFile)
    else { return nil }
    path = found
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - folder: where it runs.
  ///   - input: what it finds on standard input.
  ///   - environment: set besides the test's own.
  /// - Throws: ``UnexpectedResult`` where it can't be started.
  public func run(
    _ arguments: [String], in folder: String, input: String = "", environment: [String: String] = [:]
  ) throws -> (code: Int32, output: String, errors: String) {
    let files = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try files.write("input", input)
    try files.write("output", "")
    try files.write("errors", "")
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: files.path + "/input"))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files.path + "/output"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: files.path + "/errors"))
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: files.path + "/" + name)), as: UTF8.self)
    }
    return (process.terminationStatus, try text("output"), try text("errors"))
  }
}
