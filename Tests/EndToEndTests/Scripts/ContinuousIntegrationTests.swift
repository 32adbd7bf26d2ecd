import Foundation
import TestSupport
import Testing

/// `.ci/run` with programs in place of the tests and the fuzzing that do nothing but wait.
@Suite("Continuous integration")
struct ContinuousIntegrationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for file in [".ci/run", "scripts/lib/sessions.sh"] {
      let text = try String(contentsOfFile: Program.root + "/" + file, encoding: .utf8)
      try write(file, text)
    }
    try write("bin/swift", "#!/bin/sh\n")
    try write("scripts/setup", "#!/bin/sh\n")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/temporary", withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ text: String) throws {
    let path = try folder.write(name, text)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func start() throws -> Program.Running {
    // The tasks' threads block signals, and so would what they start.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return try Program(path: folder.path + "/.ci/run").start(
      [],
      environment: [
        "PATH": "\(folder.path)/bin:\(path)", "TMPDIR": folder.path + "/temporary", "PLACE": folder.path,
      ])
  }

  /// A process that waits, as a build does: with another in a group of its own, in which nobody's Ctrl-C is heard.
  /// It says what it did at its end.
  private func waiting(_ name: String) -> String {
    """
    #!/usr/bin/env bash
    trap 'echo cleaned >"$PLACE/\(name).end"' EXIT
    trap 'exit 143' TERM
    timeout 600 sleep 599 &
    echo "$$ $!" >"$PLACE/\(name).new"
    mv "$PLACE/\(name).new" "$PLACE/\(name).begin"
    timeout 600 sleep 598
    """
  }

  private func processes(_ name: String) throws -> [String] {
    try String(contentsOfFile: folder.path + "/\(name).begin", encoding: .utf8)
      .split { $0.isWhitespace }.map(String.init)
  }

  /// What runs from the folder, or sleeps for it: those named, and whoever is in their sessions.
  private func alive(_ processes: [String]) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { $0.allSatisfy(\.isNumber) }.filter {
      // One that ends meanwhile has no file any more.
      guard let stat = FileManager.default.contents(atPath: "/proc/\($0)/stat") else { return false }
      let fields =
        String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 3, fields[0] != "Z" else { return false }
      return processes.contains($0) || processes.contains(String(fields[3]))
    }
  }

  @Test(
    "a signal to it alone ends the tests, which clean up, and the fuzzing, with all that they have started",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func interrupted(signal: Int32) throws {
    try write("scripts/test", waiting("test"))
    try write("scripts/fuzz", waiting("fuzz"))
    let run = try start()
    try waitUntil("both have begun") {
      ["test", "fuzz"].allSatisfy {
        FileManager.default.fileExists(atPath: "\(folder.path)/\($0).begin")
      }
    }
    let begun = try processes("test") + processes("fuzz")
    #expect(begun.count == 4)
    #expect(try Set(begun).isSubset(of: alive(begun)))
    run.send(signal)
    try waitUntil("it has ended") { !run.isRunning }
    #expect(try run.finish().code == 128 + signal)
    #expect(try alive(begun).isEmpty)
    for name in ["test", "fuzz"] {
      #expect(try String(contentsOfFile: "\(folder.path)/\(name).end", encoding: .utf8) == "cleaned\n")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/temporary").isEmpty)
  }

  @Test("what the tests begin just when the signal goes round is ended, too")
  func late() throws {
    let name = "test"
    try write(
      "scripts/test",
      """
      #!/usr/bin/env bash
      trap 'echo cleaned >"$PLACE/\(name).end"' EXIT
      trap : TERM
      echo "$$" >"$PLACE/\(name).new"
      mv "$PLACE/\(name).new" "$PLACE/\(name).begin"
      timeout 600 sleep 598
      timeout 600 sleep 597
      """)
    try write("scripts/fuzz", "#!/usr/bin/env bash\n")
    let run = try start()
    try waitUntil("it has begun") {
      FileManager.default.fileExists(atPath: "\(folder.path)/\(name).begin")
    }
    let begun = try processes(name)
    run.send(SIGTERM)
    try waitUntil("it has ended") { !run.isRunning }
    #expect(try run.finish().code == 128 + SIGTERM)
    #expect(try alive(begun).isEmpty)
    #expect(try String(contentsOfFile: "\(folder.path)/\(name).end", encoding: .utf8) == "cleaned\n")
  }

  @Test(
    "it fails where the tests or the fuzzing do, and says what the fuzzing said",
    arguments: [[0, 0], [3, 0], [0, 1]])
  func status(statuses: [Int32]) throws {
    // SIGINT is the second of the signals: tests send it, so nothing may begin with ignoring it.
    let isHeard = #"test $((0x$(sed -n 's/^SigIgn:\s*//p' /proc/self/status) & 2)) = 0 || exit 9"#
    try write("scripts/test", "#!/usr/bin/env bash\n\(isHeard)\necho tested\nexit \(statuses[0])\n")
    try write(
      "scripts/fuzz", "#!/usr/bin/env bash\n\(isHeard)\necho \"fuzzed $*\" >&2\nexit \(statuses[1])\n")
    let outcome = try start().finish()
    #expect(outcome.code == statuses.max())
    #expect(outcome.output == "tested\nfuzzed --short\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/temporary").isEmpty)
  }
}
