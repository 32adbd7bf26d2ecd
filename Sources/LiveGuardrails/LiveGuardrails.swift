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
    /// Whether observations are written to `kedge.guard_observations`. docs/guardrails-in-swift.md says which
    /// rights that takes.
    public var keepsObservations = true
    /// What reports call this program; nil for its name, host and process number.
    public var seenBy: String?

    /// The defaults.
    public init() {}
  }

  /// What went wrong the last time, of both things that are done.
  struct Problems: Sendable {
    var following: (any Error)?
    var flushing: (any Error)?
  }

  let set: MappingSet
  let options: Options
  let link: TargetLink
  let stop = StopFlag()
  let flusher: ObservationFlusher?
  let problems = Mutex(Problems())
  /// Set when the thread has ended.
  let ended = StopFlag()
  let phases: KnownPhases

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
    var settings = target
    if settings.applicationName == "kedge" { settings.applicationName = "kedge guardrails" }
    link = TargetLink(settings)
    let live = try link.with { connection in try Catalog(connection).livePhases(of: set.name) }
    phases = KnownPhases(
      Guardrails(GuardPlan(set, live: live), observations: observations), limit: options.stalenessLimit)
    if options.keepsObservations {
      // Of the phases, not of this object, which would keep itself alive.
      flusher = ObservationFlusher(phases, to: ObservationTable(link), seenBy: options.seenBy)
    } else {
      flusher = nil
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
  public var current: Guardrails { phases.current }

  /// Whether the target hasn't answered for longer than ``Options/stalenessLimit``.
  public var isOutdated: Bool { phases.isOutdated }

  /// How long ago the target said which phases there are.
  public var age: Duration { phases.age }

  /// Why the phases couldn't be asked for, or the counts not brought away, the last time; nil when that went well.
  public var lastError: (any Error)? { problems.withLock { $0.following ?? $0.flushing } }
}
