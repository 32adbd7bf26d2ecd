import Foundation

/// Asks a real PostgreSQL what it makes of values: the judge of everything that imitates it.
enum PostgresOracle {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The result of `expression`, in which `t` is the text, for each text: one line of output each. Where the server refuses a
  /// text, the answer is `!` and the SQLSTATE.
  static func answers(to expression: String, for texts: [String]) throws -> [String] {
    let lines = texts.map(copyText)
    let script = """
      set client_min_messages = error;
      set timezone = 'UTC';
      create temp table question (number bigserial, t text);
      create function pg_temp.answer(t text) returns text language plpgsql as $body$
      begin
        return (\(expression))::text;
      exception when others then
        return '!' || sqlstate;
      end $body$;
      copy question (t) from stdin;
      \(lines.joined(separator: "\n"))
      \\.
      select coalesce(pg_temp.answer(t), '') from question order by number;

      """
    let answers = try run(script)
    guard answers.count == texts.count else {
      throw Failure(description: "\(texts.count) questions got \(answers.count) answers")
    }
    return answers
  }

  /// The text as a line of COPY. Scalar by scalar, as `\r\n` is one character.
  private static func copyText(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\\t"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  private static func run(_ script: String) throws -> [String] {
    guard let url = ProcessInfo.processInfo.environment["KEDGE_TEST_POSTGRES_URL"] else {
      throw Failure(
        description: "KEDGE_TEST_POSTGRES_URL isn't set: give it the URL of a PostgreSQL to test against.")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "kedge-oracle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "script.sql")
    let output = folder.appending(path: "answers")
    try Data(script.utf8).write(to: input)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", input.path(), "-o", output.path(),
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["PGCLIENTENCODING": "UTF8"]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "psql: \(complaint)") }
    var answers = String(decoding: try Data(contentsOf: output), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if answers.last == "" { answers.removeLast() }
    return answers
  }
}
