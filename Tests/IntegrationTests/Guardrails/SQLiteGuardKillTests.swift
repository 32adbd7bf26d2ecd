import DatabaseGuards
import Executors
import Glibc
import Postgres
import TestSupport
import Testing

/// A process that installs or takes away is killed at each of its steps.
@Suite("A killed installer of SQLite's rules")
struct SQLiteGuardKillTests {
  @Sendable private static func run(
    _ work: String, _ stop: String, _ path: String, _ postgres: String, _ mode: String
  )
    throws
  {
    try StopPlan(stop, file: nil).arm()
    let rules = SQLiteGuard(
      plan: try SQLiteGuardScene.plan("core", mode: mode), store: 0, path: path,
      catalog: try PostgresConnection(PostgresSettings(url: postgres)))
    _ = work == "install" ? try rules.install(nil) : try rules.uninstall()
  }

  private func killed(_ work: String, at stop: String, mode: String) async throws {
    let scene = try SQLiteGuardScene()
    let before = try scene.contents()
    for after in ["install", "uninstall"] {
      if work == "uninstall" {
        _ = try scene.rules("core", mode: mode).install(nil)
        if mode == "observe" { #expect(try scene.code("UPDATE users SET name = name") == 0) }
      }
      let (path, url) = (scene.file.path, scene.target.url)
      await #expect(processExitsWith: .signal(SIGKILL), "\(work) \(stop)") {
        [
          work = work as String, stop = stop as String, path = path as String, url = url as String,
          mode = mode as String
        ] in
        try SQLiteGuardKillTests.run(work, stop, path, url, mode)
      }
      let rules = try scene.rules("core", mode: mode)
      if after == "install" {
        _ = try rules.install(nil)
        #expect(
          try scene.code("UPDATE users SET name = name") == (mode == "enforce" ? SQLiteGuardTests.refused : 0)
        )
        #expect(try rules.findings().isEmpty)
        #expect(try rules.steps(nil).isEmpty)
      }
      _ = try rules.uninstall()
      #expect(try scene.contents() == before, "\(work) \(stop)")
      #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
    }
    // Two rows each time: none is lost, and none is counted twice.
    if mode == "observe" {
      #expect(
        try scene.target.value("SELECT coalesce(sum(times), 0) FROM kedge.guard_observations")
          == (work == "uninstall" ? "6" : "2"))
    }
  }

  @Test("install", arguments: 1...4, ["before-guard", "after-guard"])
  func install(_ number: Int, _ point: String) async throws {
    try await killed("install", at: "\(point)@\(number):kill", mode: "enforce")
  }

  @Test("uninstall", arguments: 1...4, ["before-guard", "after-guard"])
  func uninstall(_ number: Int, _ point: String) async throws {
    try await killed("uninstall", at: "\(point)@\(number):kill", mode: "enforce")
  }

  @Test(
    "observing", arguments: ["install", "uninstall"],
    ["before-guard@1", "after-guard@1", "before-guard@3", "after-guard@2"])
  func observing(_ work: String, _ point: String) async throws {
    try await killed(work, at: "\(point):kill", mode: "observe")
  }
}
