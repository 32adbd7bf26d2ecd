import Catalog
import Foundation
import Glibc
import Scheduling
import TestSupport
import Testing

/// What a command is given, and how it is held to its limits.
@Suite("Command hook")
struct CommandHookTests {
  private func tell(
    _ command: String, _ notice: DriftNotice = .missing(2), limit: Double = 60,
    environment: [String: String] = ["PATH": "/usr/bin:/bin"], occasion: HookOccasion = .drift,
    target: TestPostgres? = nil, log: LogLines = LogLines()
  ) throws -> Bool {
    let hook = CommandHook(command: command, limit: limit, environment: environment)
    return DriftHooks(command: hook, webhook: nil, occasion: occasion).tell(
      notice, target: try target?.settings ?? .nowhere, log: log.log)
  }

  @Test("gets the JSON on standard input, and what it says is logged")
  func given() throws {
    let (folder, log) = (try TemporaryFolder(), LogLines())
    let told = try tell(
      "cat > '\(folder.path)/json'; echo one; echo two >&2; env | grep ^KEDGE_ | sort", .missing(2, run: 31),
      environment: [
        "PATH": "/usr/bin:/bin", "KEDGE_WEBHOOK_SECRET": "s3cr3t", "KEDGE_WEBHOOK_URL": "https://s3cr3t",
        "NOTIFY_SOCKET": "/x", "KEDGE_OWN": "kept",
      ], log: log)
    #expect(told)
    expectEqual(
      try String(contentsOfFile: folder.path + "/json", encoding: .utf8), "{\"run\":31,\"drift\":true}\n")
    #expect(
      log.all == [
        "hook: one", "hook: two", "hook: KEDGE_AUDIT_COMPLETE=1", "hook: KEDGE_AUDIT_DIFFERENCES=2",
        "hook: KEDGE_AUDIT_DRIFT=1", "hook: KEDGE_AUDIT_RUN=31", "hook: KEDGE_AUDIT_SET=shop",
        "hook: KEDGE_OWN=kept", "debug: the hook was told of audit 31",
      ])
  }

  @Test("a command that reads nothing is told, too; one with a large input and a large output gets both")
  func pipes() throws {
    let large = String(repeating: "x", count: 3_000_000)
    #expect(try tell("true", .missing(1, json: large)))
    let log = LogLines()
    #expect(try tell("cat; printf '\\033[31mend'", .missing(1, json: large), log: log))
    #expect(log.all.first?.count == (16 << 10) + "hook: ".count)
    #expect(log.all.contains { $0.hasPrefix("hook: … and 2.8 MiB more") }, "\(log.all.map(\.count))")
    #expect(try tell("printf '\\033[31mred'", log: log))
    #expect(!log.text.contains("\u{1B}"))
  }

  @Test("a command that fails is a warning with its exit code")
  func fails() throws {
    for (command, words) in [
      ("exit 3", "its command ended with exit code 3"), ("no-such-command", "exit code 127"),
      ("kill -9 $$", "its command was ended by signal 9"),
    ] {
      let log = LogLines()
      #expect(try !tell(command, log: log))
      #expect(log.all.last?.hasPrefix("warning: the hook wasn't told of audit 7: ") == true)
      #expect(log.all.last?.contains(words) == true, "\(log.text)")
    }
  }

  @Test("at its limit it is ended with all that it has started, also what takes no notice")
  func limit() throws {
    let (folder, log) = (try TemporaryFolder(), LogLines())
    let began = try tell(
      "trap '' TERM; (trap '' TERM; exec sleep 600) & echo $! > '\(folder.path)/child'; sleep 600",
      limit: 0.2,
      log: log)
    #expect(!began)
    #expect(log.text.contains("took longer than"), "\(log.text)")
    let text = try String(contentsOfFile: folder.path + "/child", encoding: .utf8)
    let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
    // Its parent is gone, so somebody else may have to reap it: what counts is that it doesn't run.
    try waitUntil("the child is gone") {
      guard kill(child, 0) == 0 else { return true }
      return try String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8).contains(") Z ")
    }
  }

  @Test("what it leaves in the background isn't waited for")
  func background() throws {
    let folder = try TemporaryFolder()
    #expect(try tell("sleep 600 & echo $! > '\(folder.path)/child'"))
    let text = try String(contentsOfFile: folder.path + "/child", encoding: .utf8)
    let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
    #expect(kill(child, SIGKILL) == 0)
  }

  @Test("no open file of ours is handed down")
  func files() throws {
    let log = LogLines()
    #expect(try tell("ls /proc/self/fd | tr '\\n' ' '", log: log))
    // 3 is the listing's own.
    #expect(log.all.first == "hook: 0 1 2 3 ", "\(log.text)")
  }

  @Test("tells of drift alone, or of each audit")
  func occasions() throws {
    let log = LogLines()
    #expect(try tell("echo told", .missing(0), log: log))
    #expect(log.all.isEmpty)
    #expect(try tell("echo told", .missing(0), occasion: .always, log: log))
    #expect(log.all.first == "hook: told")
  }

  @Test("tells of changes alone: drift, more of it, its end; and again what nobody could be told")
  func changes() throws {
    let target = try TestPostgres()
    try Catalog(target.connection).ensure()
    func told(_ missing: Int, _ command: String = "echo told") throws -> (Bool, Bool) {
      let log = LogLines()
      let isWell = try tell(command, .missing(missing), occasion: .change, target: target, log: log)
      return (isWell, log.all.contains("hook: told"))
    }
    expectEqual(try told(0).1, false)
    expectEqual(try told(2).1, true)
    expectEqual(try told(2).1, false)
    expectEqual(try told(3, "exit 1").0, false)
    expectEqual(try told(3).1, true)
    expectEqual(try told(3).1, false)
    expectEqual(try told(0).1, true)
    expectEqual(try told(0).1, false)
    expectEqual(try target.rows("SELECT set_name, told, run FROM kedge.audit_notices"), ["shop |  | 7"])
  }
}
