internal import Catalog
internal import Executors
internal import Foundation
internal import Postgres
internal import Synchronization

/// This process as a member of a run: beats on a connection and a thread of its own, hears how the run is steered, and
/// finds out which other members are gone.
///
/// `@unchecked Sendable`: the stored properties that change are touched only while `condition` is locked.
final class Membership: @unchecked Sendable {
  private let settings: PostgresSettings
  private let run: Run
  private let workers: Int
  private let lease: Int
  private let pace: Pace
  private let watch: TargetWatch
  private let condition = NSCondition()
  private var current: Member
  private var news = RunNews()
  private var waiting = 0
  private var isEnding = false
  private var thread: DedicatedThread?

  /// Joins the run.
  ///
  /// - Parameters:
  ///   - lease: seconds without a heartbeat after which others may take over what this process holds.
  ///   - limits: how much load the target may be under before workers rest.
  init(
    _ run: Run, settings: PostgresSettings, workers: Int, lease: Int, pace: Pace, limits: LoadLimits
  ) throws {
    self.run = run
    self.settings = settings
    self.workers = workers
    self.lease = lease
    self.pace = pace
    watch = TargetWatch(limits, workers: workers)
    let connection = try PostgresConnection(settings)
    current = try Self.join(run, connection, workers: workers, lease: lease)
    // Before the first record: a run that is paused reads none.
    try beatOnce(Catalog(connection))
    let first = HeldConnection(connection)
    thread = try DedicatedThread(name: "kedge-heartbeat") { [self] in beat(first.take()) }
  }

  private static func join(_ run: Run, _ connection: PostgresConnection, workers: Int, lease: Int) throws
    -> Member
  {
    try Catalog(connection).join(
      run, host: ProcessInfo.processInfo.hostName, process: Int(ProcessInfo.processInfo.processIdentifier),
      workers: workers, lease: lease)
  }

  /// Who this process is now. Another one after it was taken for lost.
  var member: Member { locked { current } }

  /// Whether somebody, here or elsewhere, waits for work.
  var isHungry: Bool { locked { waiting > 0 || news.waiting > 0 } }

  /// Whether the run goes on, as far as the last heartbeat said.
  var isRunning: Bool { locked { news.state == "running" } }

  /// Counts a worker that waits for work.
  func whileWaiting(_ body: () -> Void) {
    locked { waiting += 1 }
    body()
    locked { waiting -= 1 }
  }

  /// Leaves the run. The thread has ended when this returns.
  func end() {
    let thread = locked {
      isEnding = true
      condition.broadcast()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  private func locked<T>(_ body: () -> T) -> T {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }

  // MARK: The thread

  /// Seconds between heartbeats: what is wished of the run acts within one.
  private var interval: Double { min(Double(lease) / 15, 1) }

  private func beat(_ first: PostgresConnection?) {
    var connection = first
    // The server's side of the connection, which may outlive ours and would say that this process is alive.
    var anchor: (process: Int, member: Member)?
    while true {
      do {
        let open = try connection ?? reconnect(instead: anchor)
        connection = open
        anchor = (open.backendProcess, member)
        try beatOnce(Catalog(open))
      } catch {
        // Whatever it is, the workers meet it too and say so; the lease runs on without us meanwhile.
        connection?.close()
        connection = nil
      }
      condition.lock()
      if !isEnding { _ = condition.wait(until: Date(timeIntervalSinceNow: interval)) }
      let ends = isEnding
      condition.unlock()
      guard ends else { continue }
      do { try leave(connection, anchor) } catch {
        // Whoever comes next finds out by the lock or the lease.
        connection?.close()
      }
      return
    }
  }

  private func leave(_ connection: PostgresConnection?, _ anchor: (process: Int, member: Member)?) throws {
    do {
      if let connection { return try Catalog(connection).leave(member) }
    } catch let error as PostgresError where error.isConnectionLost {
      // It broke since the last beat; the server may not know, and another connection can tell it.
      connection?.close()
    }
    try Catalog(reconnect(instead: anchor)).leave(member)
  }

  private func reconnect(instead lost: (process: Int, member: Member)?) throws -> PostgresConnection {
    let connection = try PostgresConnection(settings)
    let catalog = Catalog(connection)
    try catalog.hold(member)
    if let lost { try LostConnection.end(lost.process, of: lost.member, catalog) }
    return connection
  }

  private func beatOnce(_ catalog: Catalog) throws {
    let heard = try catalog.beat(member, lease: lease, waiting: locked { waiting }, hold: pace.holdText)
    if !heard.isMember {
      let again = try Self.join(run, catalog.connection, workers: workers, lease: lease)
      locked { current = again }
    }
    locked { news = heard }
    // A run that has ended has nothing to wait for.
    pace.set(isPaused: heard.isPaused && heard.state == "running")
    pace.set(rate: heard.rate.map { Double($0) / Double(heard.members) })
    try catalog.sweep(run, except: member)
    pace.set(load: try watch.look(catalog, latency: heard.latency))
  }
}

/// Hands a connection over to the thread that will use it alone.
///
/// `@unchecked Sendable`: `take` gives it away once, under the lock, and nothing else touches it.
private final class HeldConnection: @unchecked Sendable {
  private let lock = Mutex<Void>(())
  private var connection: PostgresConnection?

  init(_ connection: PostgresConnection) { self.connection = connection }

  func take() -> PostgresConnection? {
    lock.withLock { _ in
      defer { connection = nil }
      return connection
    }
  }
}
