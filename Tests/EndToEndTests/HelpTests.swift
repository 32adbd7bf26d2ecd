import Foundation
import Testing

/// What `--help` says, kept as golden files, and whether its examples are right. `KEDGE_RECORD_GOLDEN=1` writes the
/// files anew.
@Suite("Help")
struct HelpTests {
  static let commands = [
    "", "scan", "infer", "check", "schema", "backfill", "audit", "audit history", "audit show", "clean",
    "quarantine",
    "quarantine list",
    "quarantine show",
    "quarantine replay", "status", "pause", "resume", "rate", "doctor", "dev", "dev up", "dev down",
    "dev psql", "dev url", "dev status",
    "completion", "help", "phase", "phase show", "phase set", "guard", "guard check", "guard explain",
    "guard export", "guard serve", "guard report", "guard install", "guard uninstall", "guard status",
    "guard diff",
    "migrate", "migrate up", "migrate down", "migrate status", "migrate verify", "migrate baseline",
    "migrate new",
    "migrate repair", "migrate lint", "seed", "ensure", "reset", "usage", "files", "files copy",
    "files verify",
  ]

  private func help(_ command: String, in folder: ScratchFolder) async throws -> String {
    let outcome = try await folder.run(
      BuiltPrograms.kedge().path(), command.split(separator: " ").map(String.init) + ["--help"],
      environment: BuiltPrograms.environment())
    #expect(outcome.status == 0, "kedge \(command) --help")
    #expect(outcome.errors.isEmpty, "kedge \(command) --help: \(outcome.errors)")
    return outcome.output
  }

  @Test("every command's page is the recorded one", arguments: commands)
  func golden(command: String) async throws {
    let name = command.isEmpty ? "kedge" : command.replacing(" ", with: "-")
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/help/\(name).txt")
    try await ScratchFolder.with { folder in
      let text = try await help(command, in: folder)
      if ProcessInfo.processInfo.environment["KEDGE_RECORD_GOLDEN"] == "1" {
        try Data(text.utf8).write(to: file)
        return
      }
      let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      #expect(text == expected, "It differs from Golden/help/\(name).txt.")
    }
  }

  @Test("every command that the first page names is tested here")
  func complete() async throws {
    try await ScratchFolder.with { folder in
      var queue = [""]
      while let command = queue.popLast() {
        for name in Self.subcommands(try await help(command, in: folder)) {
          let path = command.isEmpty ? name : command + " " + name
          #expect(Self.commands.contains(path), "kedge \(path)")
          // The page of `help` is the first page again.
          if path != "help" { queue.append(path) }
        }
      }
    }
  }

  /// The names in the section COMMANDS.
  private static func subcommands(_ page: String) -> [String] {
    let lines = page.components(separatedBy: "\n")
    guard let start = lines.firstIndex(where: { $0 == "COMMANDS" || $0 == "SUBCOMMANDS" }) else { return [] }
    return lines[(start + 1)...].prefix { !$0.isEmpty }
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  @Test("every example is understood", arguments: commands)
  func examples(command: String) async throws {
    try await ScratchFolder.with { folder in
      var environment = try BuiltPrograms.environment()
      // Nothing listens there, so that an example gets as far as the stores and no farther.
      environment["DATABASE_URL"] = "postgres://kedge@127.0.0.1:1/nowhere"
      environment["MONGODB_URI"] = "mongodb://127.0.0.1:1/nowhere?serverSelectionTimeoutMS=200"
      for example in Self.examples(try await help(command, in: folder)) {
        let (words, redirects) = Self.shortened(example)
        var line = words
        // These would start a server; with --version their options are read all the same.
        if words.hasPrefix("kedge dev") { line = "kedge --version" + words.dropFirst("kedge".count) }
        // The example's own hosts aren't there; whether they can be looked up is nobody's business here.
        line = line.replacing("//localhost/", with: "//127.0.0.1:1/").replacing(
          "@db.example.com/", with: "@127.0.0.1:1/")
        let outcome = try await folder.run("bash", ["-c", line], environment: environment)
        #expect(!outcome.errors.contains("Usage: kedge"), "\(example)\n\(outcome.errors)")
        #expect(outcome.status != 126 && outcome.status != 127 && outcome.status != 137, "\(example)")
        #expect(redirects <= 1)
      }
    }
  }

  private static func examples(_ page: String) -> [String] {
    page.components(separatedBy: "\n").filter { $0.hasPrefix("  kedge ") }
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter {
        !$0.contains("[options]") && !$0.contains("<")
      }
  }

  /// The example without its redirection, as `/etc` isn't ours to write to.
  private static func shortened(_ example: String) -> (words: String, redirects: Int) {
    let parts = example.components(separatedBy: " > ")
    return (parts[0], parts.count - 1)
  }
}
