internal import Catalog
internal import Executors
public import Guardrails
public import Mapping
public import Postgres
internal import Synchronization

/// Guardrails that follow the phases as they are set, and bring what they observe to the target.
///
/// For example:
/// ```swift
/// let live = try LiveGuardrails(mappings: "mappings/shop", target: PostgresSettings(url: url))
/// defer { live.close() }
/// try live.current.authorize(.insert, "users", in: "postgres", as: "UserRepository")
/// ```
///
/// The target is asked for a new epoch on a thread of its own, never by a writer: ``current`` costs some nanoseconds and waits
/// for nothing. If the target doesn't answer, the last known phases stay (see ``Options/stalenessLimit``) and ``lastError`` says
/// why.
public final class LiveGuardrails: GuardrailsProvider {
  /// How the guardrails are kept up to date.
  public struct Options: Sendable {
    /// How often the target is asked whether a phase was set.
    public var refreshInterval = Duration.seconds(1)
    /// How often counts are brought to the target, if there are any. When there are none, it hears once a minute that there
    /// were none.
    public var flushInterval = Duration.seconds(5)
    /// After how long without an answer writes of guarded core entities are refused with `unknown_phase`; nil for never.
    ///
    /// Off unless it is set, for it makes an outage of the target an outage of all writers, those of the old stores included,
    /// while the damage that it prevents is prevented elsewhere: a stale writer is refused in the writer's own transaction by
    /// the target's triggers, and in a Mongo or SQLite store that has lost an entity by the view or triggers in its place
    /// (`kedge guard install`). Set it where those rules aren't installed. It holds whatever the refreshing thread does, for
    /// writers themselves look at the clock. Entities of mode `observe` and `off` are never refused by it.
    public var stalenessLimit: Duration?
    /// Whether observations are written to `kedge.guard_observations`. The role needs INSERT there, and INSERT and UPDATE on
    /// `kedge.guard_watches`.
    public var keepsObservations = true
    /// What reports call this program; nil for its name, host and process number.
    public var seenBy: String?

    /// The defaults.
    public init() {}
  }

  /// One state of the phases, in both of its forms.
  private final class Snapshot: Sendable {
    let guardrails: Guardrails
    /// The same when nobody can say any more which phases those are.
    let outdated: Guardrails

    init(_ guardrails: Guardrails) {
      self.guardrails = guardrails
      outdated = guardrails.with(guardrails.plan.withoutPhases)
    }
  }

  let set: MappingSet
  let options: Options
  let link: TargetLink
  let stop = StopFlag()
  let flusher: Mutex<ObservationFlusher?> = Mutex(nil)
  let problem: Mutex<(any Error)?> = Mutex(nil)
  /// Set when the thread has ended.
  let ended = StopFlag()
  /// Every state since the beginning, one for each phase that was set meanwhile: a writer may still decide by an old one, so
  /// none is freed before this object is.
  private let snapshots: Mutex<[Snapshot]>
  private let newest: Atomic<Unmanaged<Snapshot>>
  /// Nanoseconds of the machine's uptime at the last answer.
  private let answered: Atomic<Int>
  private let limit: Int?

  /// Loads the phases, and begins to follow them.
  ///
  /// - Parameters:
  ///   - set: the mapping set. It doesn't change while the program runs.
  ///   - observations: counts what mode `observe` lets pass.
  /// - Throws: `PostgresError` if the target can't be read, for without the phases nothing can be decided; ``ThreadError`` of
  ///   Executors if there can be no thread.
  public init(
    _ set: MappingSet, target: PostgresSettings, observations: GuardObservations = GuardObservations(),
    options: Options = Options()
  ) throws {
    self.set = set
    self.options = options
    limit = options.stalenessLimit.map(Self.nanoseconds)
    var settings = target
    if settings.applicationName == "kedge" { settings.applicationName = "kedge guardrails" }
    link = TargetLink(settings)
    let live = try link.with { connection in try Catalog(connection).livePhases(of: set.name) }
    let first = Snapshot(Guardrails(GuardPlan(set, live: live), observations: observations))
    snapshots = Mutex([first])
    newest = Atomic(Unmanaged.passUnretained(first))
    answered = Atomic(UpTime.now)
    if options.keepsObservations {
      let sink = ObservationTable(link)
      flusher.withLock { $0 = ObservationFlusher(self, to: sink, seenBy: options.seenBy) }
    }
    try start()
  }

  /// Loads the mapping set in a folder, and its phases, and begins to follow them.
  ///
  /// - Throws: `MappingErrors`, and what ``init(_:target:observations:options:)`` throws.
  public convenience init(
    mappings directory: String, target: PostgresSettings,
    observations: GuardObservations = GuardObservations(), options: Options = Options()
  ) throws {
    try self.init(
      MappingLoad.read(directory: directory).set, target: target, observations: observations, options: options
    )
  }

  deinit { stop.set() }

  /// The guardrails by the newest phases that are known. Waits for nothing.
  public var current: Guardrails {
    let snapshot = newest.load(ordering: .acquiring).takeUnretainedValue()
    return isOutdated ? snapshot.outdated : snapshot.guardrails
  }

  /// Whether the target hasn't answered for longer than ``Options/stalenessLimit``.
  public var isOutdated: Bool {
    guard let limit else { return false }
    return UpTime.now - answered.load(ordering: .relaxed) > limit
  }

  /// How long ago the target said which phases there are.
  public var age: Duration { .nanoseconds(UpTime.now - answered.load(ordering: .relaxed)) }

  /// Why the phases couldn't be asked for, or the counts not brought away, the last time; nil when that went well.
  public var lastError: (any Error)? { problem.withLock { $0 } }

  /// Puts newer phases in the old ones' place. Those that come late, from a thread that was slower, are left out.
  func install(_ live: LivePhases) {
    snapshots.withLock { snapshots in
      guard let last = snapshots.last, live.epoch >= last.guardrails.epoch else { return }
      let plan = GuardPlan(set, live: live)
      guard plan != last.guardrails.plan else { return }
      let snapshot = Snapshot(last.guardrails.with(plan))
      snapshots.append(snapshot)
      newest.store(Unmanaged.passUnretained(snapshot), ordering: .releasing)
    }
  }

  /// Notes that the target has answered.
  func heard() { answered.store(UpTime.now, ordering: .relaxed) }

  private static func nanoseconds(_ duration: Duration) -> Int {
    let parts = duration.components
    return Int(parts.seconds) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000)
  }
}

extension GuardPlan {
  /// The plan of one who can't say any more which phases there are: what is enforced has none, so that it is refused.
  var withoutPhases: GuardPlan {
    var plan = self
    for index in plan.entities.indices
    where plan.entities[index].owner == .core && plan.entities[index].mode == .enforce {
      plan.entities[index].phase = nil
    }
    return plan
  }
}
