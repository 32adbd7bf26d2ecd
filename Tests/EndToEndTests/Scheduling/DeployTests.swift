import Foundation
import TestSupport
import Testing

/// The examples under `deploy/`: systemd takes the units, and `kedge` the command lines.
@Suite("Deploy examples")
struct DeployTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: Program.root + "/deploy/" + path, encoding: .utf8)
  }

  private static let units: [String] = {
    let names = FileManager.default.enumerator(atPath: Program.root + "/deploy/systemd")?.compactMap {
      $0 as? String
    }
    return (names ?? []).sorted()
  }()

  private static let analyzer = "/usr/bin/systemd-analyze"

  @Test(
    "systemd finds nothing wrong with the units",
    .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "needs systemd-analyze"))
  func systemd() throws {
    #expect(
      Self.units == [
        "kedge-audit@.service", "kedge-audit@.timer", "kedge-auditd@.service", "kedge-backfill@.service",
      ])
    let folder = try TemporaryFolder()
    let files = try Self.units.map { name in
      // As an instance, whose program is there.
      try folder.write(
        name.replacing("@", with: "@shop"),
        try Self.text("systemd/" + name).replacing("/usr/local/bin/kedge", with: "/bin/true"))
    }
    let outcome = try Program(path: Self.analyzer).run(["verify"] + files, in: folder.path)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)\(outcome.output)")
  }

  /// What follows the name of the program in a unit, a crontab or a manifest.
  private static func commandLines() throws -> [[String]] {
    var found: [[String]] = []
    for name in units where name.hasSuffix(".service") {
      let lines = try text("systemd/" + name).components(separatedBy: "\n")
      found += lines.filter { $0.hasPrefix("ExecStart=/usr/local/bin/kedge ") }
        .map { $0.split(separator: " ").dropFirst().map(String.init) }
    }
    for (file, start) in [
      ("cron/kedge-audit", "audit.lock kedge "), ("kubernetes/backfill-job.yaml", "\"kedge "),
    ] {
      let text = try text(file)
      guard let range = text.range(of: start) else { continue }
      found.append(
        text[range.upperBound...].prefix { !">|\n".contains($0) }.split(separator: " ").map(String.init))
    }
    let manifest = try text("kubernetes/audit-cronjob.yaml")
    if let range = manifest.range(of: "command: [\"kedge\", ") {
      found.append(
        manifest[range.upperBound...].prefix { $0 != "]" }.split(separator: ",").map {
          $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
        })
    }
    return found
  }

  @Test("kedge understands each command line")
  func commands() throws {
    let lines = try Self.commandLines()
    #expect(lines.count == 6, "\(lines)")
    for line in lines {
      // The mapping set isn't here: it gets as far as looking for it.
      let outcome = try Program.kedge.run(line)
      #expect(
        outcome.code == 2 && outcome.errors.contains("there is no folder"), "\(line): \(outcome.errors)")
    }
  }
}
