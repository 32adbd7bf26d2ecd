internal import CommandLine
internal import Foundation
internal import LocalPostgres
internal import Progress

extension Session {
  /// `kedge dev up|down|url|status`
  func dev(_ verb: String) throws -> Int32 {
    switch verb {
    case "up":
      let status = try localPostgres.up()
      if isJSON { output(json(status)) } else { output(status.url) }
      if let note = status.note { log.info(note) }
    case "down":
      let wasRunning = try localPostgres.down()
      if isJSON {
        output(["stopped": .bool(wasRunning)])
      } else {
        output(wasRunning ? "stopped; the data is kept" : "it wasn't running")
      }
    case "url":
      let url = localPostgres.url
      if isJSON { output(["url": .string(url)]) } else { output(url) }
    default:
      let status = try localPostgres.status()
      if isJSON { output(json(status)) } else { output(text(status)) }
    }
    return ExitCode.done
  }

  private func json(_ status: LocalPostgres.Status) -> JSONValue {
    [
      "state": .string(status.state.rawValue), "url": .string(status.url),
      "data_directory": .string(status.dataDirectory), "socket_directory": .string(status.socketDirectory),
      "version": .optional(status.version), "pid": .optional(status.pid), "bytes": .optional(status.size),
      "note": .optional(status.note),
    ]
  }

  private func text(_ status: LocalPostgres.Status) -> String {
    var lines = ["state: \(status.state.rawValue)", "url: \(status.url)", "data: \(status.dataDirectory)"]
    if let version = status.version { lines.append("version: \(version)") }
    if let pid = status.pid { lines.append("pid: \(pid)") }
    if let size = status.size { lines.append("size: \(ByteText.text(size))") }
    if let note = status.note { lines.append(note) }
    return lines.joined(separator: "\n")
  }

  /// `kedge dev psql`: becomes psql on the private Postgres.
  func devPsql() throws -> Int32 {
    _ = try localPostgres.up()
    progress.stop()
    let process = Process()
    var words = try localPostgres.psqlCommand() + command.arguments
    process.executableURL = URL(fileURLWithPath: words.removeFirst())
    process.arguments = words
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
