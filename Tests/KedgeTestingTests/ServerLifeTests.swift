import Codec
import Foundation
import Glibc
import Mongo
import Postgres
import Testing

@testable import KedgeTesting

/// Servers end with the process that started them, whatever its end.
@Suite struct ServerLifeTests {
  private static let child = "KEDGE_TESTING_CHILD"

  /// Runs in a process of its own, which the test below starts and kills.
  @Test(.enabled(if: ProcessInfo.processInfo.environment[child] != nil)) func startServersAndWait() throws {
    let file = try #require(ProcessInfo.processInfo.environment[Self.child])
    try withPostgres { postgres in
      try withMongo { mongo in
        try mongo.insert("a", [["_id": 1]])
        let server = try #require(
          try postgres.rows("SELECT pg_backend_pid(), current_setting('data_directory')").first)
        let folder = (server[1] as NSString? ?? "").deletingLastPathComponent
        try (folder as NSString).deletingLastPathComponent.write(
          toFile: file + ".new", atomically: true, encoding: .utf8)
        try FileManager.default.moveItem(atPath: file + ".new", toPath: file)
        if ProcessInfo.processInfo.environment[Self.child + "_ABORTS"] != nil { abort() }
        while true { sleep(10) }
      }
    }
  }

  private func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
      try #require(ContinuousClock.now < deadline, "\(what): not within a minute")
      usleep(20_000)
    }
  }

  /// The processes whose command line names a folder.
  private func processes(in folder: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int($0) }.filter { process in
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return String(decoding: line, as: UTF8.self).contains(folder)
    }
  }

  @Test(.timeLimit(.minutes(3)), arguments: [SIGKILL, SIGABRT, SIGTERM])
  func serversEndWithAKilledProcess(_ signal: Int32) throws {
    try withFolder { folder in
      let file = folder + "/ready"
      let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let child = try SpawnedProgram(
        [
          "/usr/bin/env", "-u", "KEDGE_TEST_POSTGRES_URL", "-u", "KEDGE_TEST_MONGODB_URI",
          "\(Self.child)=\(file)", signal == SIGABRT ? "\(Self.child)_ABORTS=1" : "KEDGE=", program,
          "--testing-library", "swift-testing", "--filter",
          "ServerLifeTests/startServersAndWait",
        ], log: folder + "/log")
      try waitUntil("the child's servers serve") {
        try #require(signal == SIGABRT || child.isRunning, "\(SpawnedProgram.lastLines(of: folder + "/log"))")
        return FileManager.default.fileExists(atPath: file)
      }
      let postgres = try String(contentsOfFile: file, encoding: .utf8)
      let base = (postgres as NSString).deletingLastPathComponent
      let folders = try FileManager.default.contentsOfDirectory(atPath: base)
        .filter { $0.contains("-\(child.pid)-") }.map { base + "/" + $0 }
      if signal != SIGABRT { #expect(folders.count == 2) }
      if signal != SIGABRT {
        for folder in folders { #expect(!processes(in: folder + "/").isEmpty) }
        kill(child.pid, signal)
      }
      #expect(child.wait() == 128 + signal)
      try waitUntil("the folders go") { folders.allSatisfy { !FileManager.default.fileExists(atPath: $0) } }
      for folder in folders { #expect(processes(in: folder + "/") == []) }
    }
  }

  @Test func whatAKilledGuardianLeavesIsRemovedByTheNextRun() throws {
    let base = try ServerFolder.base()
    let folder = base + "/left-1-\(UInt32.random(in: 0 ... .max))"
    let own = try ServerFolder("alive")
    // Alone, for the folders of tests at the same time look for what is left, too.
    let server = try ServerFolder.whileAlone(in: base) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      try Data().write(to: URL(fileURLWithPath: folder + "/lock"))
      // What looks like a server: a process whose command line names the folder.
      let server = try SpawnedProgram(
        ["/bin/sh", "-c", "while :; do sleep 1; done", folder + "/data"], log: "/dev/null")
      try "\(server.pid) KILL\n".write(toFile: folder + "/pid", atomically: true, encoding: .utf8)
      ServerFolder.removeAbandoned(in: base)
      return server
    }
    #expect(server.wait() == 128 + SIGQUIT)
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(FileManager.default.fileExists(atPath: own.path))
  }

  @Test func aServerThatIsNotThereIsNamed() throws {
    let error = TestServerError("x")
    #expect(error.description == "x")
    #expect(DatabaseURL.replace(in: "mongodb://h:1/?a=b", by: "n") == "mongodb://h:1/n?a=b")
    #expect(DatabaseURL.replace(in: "postgres://u@h/old", by: "n") == "postgres://u@h/n")
    #expect(DatabaseURL.replace(in: "postgres://u@h", by: "n") == "postgres://u@h/n")
  }
}
