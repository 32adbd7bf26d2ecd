import Foundation

/// Programs that a test asks where they are at hand.
enum Tool {
  /// Prometheus' own checker.
  static let promtool: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return folders.map { $0 + "/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let hasPythonClient: Bool = {
    do {
      return try run("/usr/bin/env", ["python3", "-c", "import prometheus_client"], input: "").status == 0
    } catch { return false }
  }()

  /// Runs a program to its end; its output and errors come as one text.
  static func run(_ path: String, _ arguments: [String], input: String) throws -> (
    status: Int32, output: String
  ) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kedge-tool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "input")
    try Data(input.utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
