public import Executors
internal import Glibc
internal import Guardrails
public import Mapping
public import Postgres
internal import Synchronization

/// Answers on a Unix socket: a line of JSON for each line of JSON, from many clients at once.
public struct GuardService: Sendable {
  /// How it serves.
  public struct Options: Sendable {
    public var path: String
    /// Who may connect, as in `chmod`.
    public var mode: UInt32 = 0o600
    /// How often the phases are asked for.
    public var refresh: Duration = .seconds(1)
    public var mostClients = 256
    /// Bytes of a request's line.
    public var longestLine = 65_536

    public init(path: String) { self.path = path }
  }

  /// What it tells of itself.
  public enum Event: Sendable {
    /// It answers from now on.
    case ready(epoch: Int, phases: String)
    /// It is at work; said every second or so.
    case alive
    /// The target can't be read: every write is refused from now on.
    case lost(String)
    /// It can be read again.
    case found(epoch: Int)
    /// A phase was set.
    case changed(epoch: Int)
    /// Observed writes couldn't be written down. They stay counted.
    case unwritten(count: Int, String)
    /// It stops: what has been asked is still answered.
    case stopping
  }

  /// What it has done.
  public struct Outcome: Sendable, Equatable {
    public var clients = 0
    public var answered = 0
    public var refused = 0
    public var observed = 0
    /// Observed writes that couldn't be written down.
    public var unwritten = 0
  }

  private let set: MappingSet
  private let target: PostgresSettings?
  private let options: Options
  private let report: @Sendable (Event) -> Void

  /// - Parameters:
  ///   - target: where the phases are set; nil where the mapping's count.
  ///   - report: called from several threads.
  public init(
    _ set: MappingSet, target: PostgresSettings?, options: Options,
    report: @escaping @Sendable (Event) -> Void
  ) {
    self.set = set
    self.target = target
    self.options = options
    self.report = report
  }

  /// Serves until the flag is set.
  ///
  /// - Throws: ``SocketProblem``, or `PostgresError` where the phases can't be read at the start.
  public func run(stop flag: StopFlag) throws -> Outcome {
    let keeper = PlanKeeper(set, target: target, refresh: options.refresh)
    if let target {
      let connection = try PostgresConnection(target)
      defer { connection.close() }
      try keeper.refresh(connection)
    }
    let stop = try WakeUp()
    let registration = flag.onSet { stop.set() }
    defer { registration.remove() }
    let observations = ServedObservations()
    let clients = try Clients(keeper: keeper, observations: observations, options: options)
    let listening = try ListeningSocket(path: options.path, mode: options.mode)
    let done = try WakeUp()
    let basis = try keeper.current()
    if let target {
      let refresher = Refresher(
        keeper: keeper, observations: observations, set: set.name, target: target, interval: options.refresh,
        epoch: basis.plan.epoch, stop: stop, report: report)
      try DedicatedThread(name: "guard-phases") {
        refresher.run()
        done.set()
      }.detach()
    } else {
      done.set()
    }
    report(.ready(epoch: basis.plan.epoch, phases: basis.phases))
    accept(listening.descriptor, stop, clients)
    report(.stopping)
    // New clients find nobody; those that are here get answers to what they have sent.
    listening.close()
    clients.finish()
    flag.set()
    stop.set()
    // Observations of the last requests: the thread's last round began perhaps before them.
    let isDone = done.wait(.seconds(10))
    return finalOutcome(clients, observations, isTargetThere: isDone)
  }

  private func accept(_ listener: Int32, _ stop: WakeUp, _ clients: Clients) {
    while true {
      var watched = [
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&watched, 2, 1_000)
      if watched[1].revents != 0 { return }
      report(.alive)
      guard watched[0].revents != 0 else { continue }
      let client = Glibc.accept(listener, nil, nil)
      if client >= 0 {
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        clients.welcome(client)
      } else if [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(errno) {
        // It stays in the queue until another client has gone.
        if stop.wait(.milliseconds(100)) { return }
      }
    }
  }

  private func finalOutcome(_ clients: Clients, _ observations: ServedObservations, isTargetThere: Bool)
    -> Outcome
  {
    var outcome = clients.outcome
    if observations.waiting > 0, let target {
      do {
        // A thread that hasn't ended waits for a target that hangs: another connection would, too.
        guard isTargetThere else {
          throw PlanKeeper.PhasesUnavailable(description: "the target doesn't answer")
        }
        // The last round of the thread came before the last requests.
        let connection = try PostgresConnection(target)
        defer { connection.close() }
        try observations.flush(set: set.name, observed: [], isLast: true, connection)
      } catch {
        report(.unwritten(count: observations.waiting, "\(error)"))
      }
    }
    outcome.unwritten = observations.waiting
    return outcome
  }
}
