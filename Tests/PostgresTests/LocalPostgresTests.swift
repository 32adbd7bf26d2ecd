import Executors
import Foundation
import Glibc
import Postgres
import Testing

@testable import LocalPostgres

@Suite(.serialized) struct LocalPostgresTests {
  /// Lends a project's folder, and stops what runs in it afterwards.
  private func withFolder(in parent: String = "/tmp", _ body: (LocalPostgres) throws -> Void) throws {
    let folder = "\(parent)/kedge-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let local = LocalPostgres(directory: folder + "/.kedge")
    defer {
      do {
        _ = try local.down()
        let data = try local.status().dataDirectory
        if !data.hasPrefix(folder) {
          try FileManager.default.removeItem(
            atPath: URL(fileURLWithPath: data).deletingLastPathComponent().path)
        }
        try FileManager.default.removeItem(atPath: folder)
      } catch {
        print("The test's folder \(folder) is left behind: \(error)")
      }
    }
    try body(local)
  }

  @Test func upDownAndUpAgain() throws {
    try withFolder { local throws in
      #expect(try local.status().state == .notCreated)
      #expect(try local.down() == false)

      let first = try local.up()
      #expect(first.state == .running)
      #expect(first.note == nil)
      #expect(first.dataDirectory.hasPrefix(local.directory))
      #expect((first.size ?? 0) > 1_000_000)
      #expect((first.socketDirectory + "/.s.PGSQL.5432").utf8.count <= 107)
      let connection = try PostgresConnection(PostgresSettings(url: local.url))
      try connection.execute("CREATE TABLE kept (a int); INSERT INTO kept VALUES (7)")
      #expect(try connection.query("SHOW server_encoding")[0][0] == "UTF8")
      #expect(try connection.query("SHOW fsync")[0][0] == "on")
      #expect(try connection.query("SHOW listen_addresses")[0][0] == "")
      #expect(try connection.query("SELECT current_user AS u, current_database() AS d")[0]["u"] == "kedge")

      #expect(try local.up().pid == first.pid)
      #expect(try local.down())
      #expect(try local.down() == false)
      let stopped = try local.status()
      #expect(stopped.state == .stopped)
      #expect(stopped.pid == nil)

      #expect(try local.up().state == .running)
      #expect(try PostgresConnection(local.settings).query("SELECT a FROM kept")[0].int("a") == 7)
      #expect(try local.psqlCommand().last == local.url)
    }
  }

  @Test func aWrongPasswordIsNamedAndNotShown() throws {
    try withFolder { local throws in
      let status = try local.up()
      let connection = try PostgresConnection(local.settings)
      defer { connection.close() }
      try connection.execute("CREATE ROLE ann LOGIN PASSWORD 'right-hush'")
      let rules = status.dataDirectory + "/pg_hba.conf"
      try ("local all ann scram-sha-256\n" + String(contentsOfFile: rules, encoding: .utf8)).write(
        toFile: rules, atomically: false, encoding: .utf8)
      try connection.execute("SELECT pg_reload_conf()")
      while try connection.query("SELECT 1 FROM pg_hba_file_rules WHERE 'ann' = ANY (user_name)").isEmpty {}

      var settings = local.settings
      settings.user = "ann"
      settings.password = "right-hush"
      #expect(try PostgresConnection(settings).query("SELECT current_user AS name")[0]["name"] == "ann")
      settings.password = "wrong-hush"
      let error = try #require(throws: PostgresError.self) { try PostgresConnection(settings) }
      #expect(error.sqlState == "28P01")
      #expect(error.description.contains("Check the user name and the password."))
      #expect(!error.expandedDescription.contains("hush"))
      #expect(!error.isRetryable)
      settings.password = nil
      let absent = try #require(throws: PostgresError.self) { try PostgresConnection(settings) }
      #expect(!absent.isRetryable)
      #expect(absent.description.contains("~/.pgpass"))
    }
  }

  @Test func severalAtOnceStartOneServer() throws {
    try withFolder { local throws in
      let processes = try parallel(3, name: "up", stop: StopFlag()) { _ in
        try LocalPostgres(directory: local.directory).up().pid
      }
      #expect(Set(processes).count == 1)
      #expect(processes[0] != nil)
    }
  }

  @Test func recoversFromACrash() throws {
    try withFolder { local throws in
      let pid = try #require(try local.up().pid)
      kill(pid_t(pid), SIGKILL)
      let restarted = try local.up()
      #expect(restarted.state == .running)
      #expect(restarted.pid != pid)

      // A file of a server that died, whose number another process has by now: this one's.
      _ = try local.down()
      try "\(getpid())\n\(restarted.dataDirectory)\n0\n5432\n\(restarted.socketDirectory)\n\n1 1\nready\n"
        .write(
          toFile: restarted.dataDirectory + "/postmaster.pid", atomically: false, encoding: .utf8)
      #expect(try local.status().state == .stopped)
      #expect(try local.up().state == .running)
    }
  }

  @Test func surmountsRemains() throws {
    try withFolder { local throws in
      let account = try ServerAccount.forServer(local.environment)
      let base = local.directory + "/postgres"
      try FileManager.default.createDirectory(
        atPath: base + "/data.new/base", withIntermediateDirectories: true)
      for path in [base, base + "/data.new", base + "/data.new/base"] {
        chown(path, account.user, account.group)
      }
      #expect(try local.status().state == .notCreated)
      #expect(try local.up().state == .running)
      // Its socket is gone: it is started anew.
      try FileManager.default.removeItem(atPath: try local.status().socketDirectory + "/.s.PGSQL.5432")
      #expect(try local.up().state == .running)
      #expect(try PostgresConnection(local.settings).isAlive)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root needs another user"))
  func movesDataToWhereTheServersUserCanReach() throws {
    let closed = "/tmp/kedge-closed-\(getpid())"
    try FileManager.default.createDirectory(
      atPath: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { rmdir(closed) }
    try withFolder(in: closed) { local throws in
      let status = try local.up()
      #expect(status.state == .running)
      #expect(!status.dataDirectory.hasPrefix(closed))
      #expect(status.note?.contains(closed) == true)
      #expect(try local.status().dataDirectory == status.dataDirectory)
      #expect(try local.down())
    }
  }

  @Test func refusesFoldersThatHoldSomethingElse() throws {
    try withFolder { local throws in
      let data = local.directory + "/postgres/data"
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      let account = try ServerAccount.forServer(local.environment)
      chown(local.directory + "/postgres", account.user, account.group)
      try "precious".write(toFile: data + "/file", atomically: false, encoding: .utf8)
      let error = try #require(throws: LocalPostgresError.self) { try local.up() }
      #expect(error.description.contains("Move it away"))
      #expect(try String(contentsOfFile: data + "/file", encoding: .utf8) == "precious")
    }
  }

  @Test func namesThePackageThatIsMissing() throws {
    let error = try #require(throws: LocalPostgresError.self) {
      _ = try ServerBinaries.find(version: 13, environment: ["PATH": "/nonexistent"])
    }
    #expect(error.description.contains("apt install postgresql-13"))
    let named = try #require(throws: LocalPostgresError.self) {
      _ = try ServerBinaries.find(version: nil, environment: ["KEDGE_PG_BINDIR": "/nonexistent"])
    }
    #expect(named.description.contains("KEDGE_PG_BINDIR"))
  }

  @Test func programsGetNoneOfOurFiles() throws {
    // Left open on purpose, as a caller's `3>&1` would be.
    let descriptor = open("/dev/null", O_RDONLY)
    defer { close(descriptor) }
    let outcome = try Subprocess.run(
      ["/bin/sh", "-c", "ls -l /proc/$$/fd; exit 3"], environment: ["PATH": "/bin:/usr/bin"])
    #expect(outcome.code == 3)
    #expect(!outcome.output.contains(" \(descriptor) -> /dev/null"))
    // A descendant that lives on doesn't make us wait.
    let begin = ContinuousClock.now
    _ = try Subprocess.run(["/bin/sh", "-c", "sleep 30 & exit 0"], environment: ["PATH": "/bin:/usr/bin"])
    #expect(ContinuousClock.now - begin < .seconds(20))
  }
}
