internal import Glibc

extension Cluster {
  /// Seconds that the server may take to start or stop; recovery after a crash may need them.
  private static let patience = 300

  /// Starts the server and waits until it takes connections. Needs the lock, and that no server runs.
  func start() throws {
    try clearRemains()
    let binaries = try ServerBinaries.find(version: dataVersion, environment: environment)
    // The folder's name has only letters, digits, slashes and dashes, so the shell inside pg_ctl leaves it alone.
    let options = "-k \(places.socketDirectory) -p 5432 -c listen_addresses=''"
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let logged = fileSize(places.log)
      let outcome = try places.account.run(
        [
          binaries.directory + "/pg_ctl", "start", "--pgdata", places.data, "--log", places.log, "--wait",
          "--timeout", "\(Self.patience)", "--options", options,
        ], in: places.base, environment: environment)
      if outcome.code == 0 { return }
      let tail = logTail(from: logged)
      // The processes of a server that was killed end by themselves, but not at once.
      if tail.contains("shared memory block"), ContinuousClock.now < deadline {
        usleep(200_000)
        continue
      }
      throw LocalPostgresError(
        "The private Postgres didn't start. Its log is \(places.log).",
        output: tail.isEmpty ? outcome.output : tail)
    }
  }

  /// Stops the server; transactions that are open roll back. Needs the lock.
  ///
  /// - Returns: whether one ran.
  func stop() throws -> Bool {
    guard server != nil else { return false }
    let binaries = try ServerBinaries.find(version: dataVersion, environment: environment)
    let logged = fileSize(places.log)
    let outcome = try places.account.run(
      [
        binaries.directory + "/pg_ctl", "stop", "--pgdata", places.data, "--mode", "fast", "--wait",
        "--timeout", "\(Self.patience)",
      ], in: places.base, environment: environment)
    guard outcome.code == 0 else {
      throw LocalPostgresError(
        "The private Postgres didn't stop.", output: outcome.output + "\n" + logTail(from: logged))
    }
    return true
  }

  /// Removes what a server that died has left and a new one would take for a server that runs.
  private func clearRemains() throws {
    var remains = ["/.s.PGSQL.5432", "/.s.PGSQL.5432.lock"].map { places.socketDirectory + $0 }
    if case .stale = RunningServer.find(data: places.data) { remains.append(places.data + "/postmaster.pid") }
    for path in remains where unlink(path) != 0 && errno != ENOENT {
      throw systemError("can't remove \(path)")
    }
  }
}
