internal import Glibc

extension Cluster {
  /// What the server is told beside Postgres' defaults: sizes for a developer's machine that also takes a real backfill.
  private static let configuration = """

    # Written by kedge when it made this database.
    listen_addresses = ''
    unix_socket_permissions = 0700
    shared_buffers = 256MB
    maintenance_work_mem = 256MB
    max_wal_size = 4GB
    checkpoint_timeout = 15min
    log_timezone = 'UTC'
    timezone = 'UTC'

    """

  /// Makes the data: in a folder of another name, which takes its own when all is done. A crash in between leaves nothing
  /// that could be mistaken for data.
  func create() throws {
    try removeUnfinished()
    // An empty folder is no data; one with something in it isn't ours to remove.
    guard rmdir(places.data) == 0 || errno == ENOENT else {
      throw LocalPostgresError(
        "\(places.data) holds files but is no Postgres database. Move it away, and a new database is made.")
    }
    let binaries = try ServerBinaries.find(version: nil, environment: environment)
    let unfinished = places.data + ".new"
    var outcome = try initialize(unfinished, binaries, locale: "C.UTF-8")
    if outcome.code != 0, outcome.output.contains("locale") {
      // Some systems lack C.UTF-8. C sorts the same way and differs only in which letters count as letters.
      try removeUnfinished()
      outcome = try initialize(unfinished, binaries, locale: "C")
    }
    guard outcome.code == 0 else {
      throw LocalPostgresError(
        "Postgres couldn't make a new database in \(places.base).", output: outcome.output)
    }
    try writeFile(unfinished + "/postgresql.conf", Self.configuration, append: true)
    guard rename(unfinished, places.data) == 0 else { throw systemError("can't rename \(unfinished)") }
  }

  private func initialize(
    _ path: String, _ binaries: ServerBinaries, locale: String
  ) throws -> Subprocess.Outcome {
    try places.account.run(
      [
        binaries.directory + "/initdb", "--pgdata", path, "--username", "kedge", "--encoding", "UTF8",
        "--locale", locale, "--auth-local", "trust", "--auth-host", "reject",
      ], in: places.base, environment: environment)
  }

  private func removeUnfinished() throws {
    let path = places.data + ".new"
    guard access(path, F_OK) == 0 else { return }
    let outcome = try places.account.run(
      ["rm", "-rf", "--", path], in: places.base, environment: environment)
    guard outcome.code == 0 else {
      throw LocalPostgresError("kedge can't remove \(path).", output: outcome.output)
    }
  }
}
