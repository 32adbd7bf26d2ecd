internal import Catalog
public import Executors
internal import Glibc
public import Guardrails
public import Postgres

/// The rules inside all stores of a mapping set: what is wanted, what is there, and how one becomes the other. One installer works
/// on a target at a time.
///
/// For example:
/// ```swift
/// let installer = GuardInstaller(plan, target: connection, stores: StoreGuards())
/// for finding in try installer.findings() { print(finding.message) }
/// _ = try installer.install(["users"])
/// ```
public struct GuardInstaller {
  private let plan: GuardPlan
  private let target: PostgresConnection
  private let stores: StoreGuards
  private let options: InstallOptions

  /// - Parameters:
  ///   - target: into the database that holds schema kedge.
  ///   - stores: how each kind of store is guarded.
  public init(
    _ plan: GuardPlan, target: PostgresConnection, stores: StoreGuards = StoreGuards(),
    options: InstallOptions = InstallOptions()
  ) {
    self.plan = plan
    self.target = target
    self.stores = stores
    self.options = options
  }

  /// What ``install(_:)`` would do now, store by store. Reads alone.
  public func steps(_ entities: Set<String>? = nil) throws -> [GuardStep] {
    try guards().flatMap { try $0.steps(entities) }
  }

  /// Makes all stores' rules what the plan wants, Postgres first: its triggers read the live phases, so they're right whatever the phase
  /// becomes while the others follow.
  ///
  /// - Parameter entities: those whose rules are looked at; nil for all.
  /// - Returns: what was done.
  public func install(_ entities: Set<String>? = nil) throws -> [GuardStep] {
    try Catalog(target).ensure()
    return try alone { try guards().flatMap { try $0.install(entities) } }
  }

  /// What ``uninstall()`` would do now. Reads alone.
  public func removals() throws -> [GuardStep] { try guards().flatMap { try $0.removals() } }

  /// Takes all rules away, Postgres last: until then it keeps what is written down of the others.
  public func uninstall() throws -> [GuardStep] {
    let hasState = try Catalog(target).exists()
    guard hasState else { return [] }
    try Catalog(target).ensure()
    return try alone { try guards().reversed().flatMap { try $0.uninstall() } }
  }

  /// What isn't as it was installed, or as the mapping and the phases want it by now. Reads alone.
  public func findings() throws -> [GuardFinding] { try guards().flatMap { try $0.findings() } }

  /// What each store can't enforce as it is set up now, by the store's name.
  public func limits() throws -> [(store: String, limit: String)] {
    try guards().flatMap { store in try store.limits().map { (store.store, $0) } }
  }

  private func guards() throws -> [any StoreGuard] {
    try stores.open(plan, target: target, options: options)
  }

  /// Runs `body` while no other installer works on this target.
  private func alone<T>(_ body: () throws -> T) throws -> T {
    let key = "hashtextextended('kedge guard install', 0)"
    let start = ContinuousClock.now
    while try target.query("SELECT pg_try_advisory_lock(\(key)) AS taken").first?["taken"] != "t" {
      if options.stop.isSet { throw GuardWasStopped() }
      guard (ContinuousClock.now - start) / .seconds(1) < options.patience else {
        throw GuardIsBusy(
          object: "the installer", patience: options.patience, last: nil, holders: try installers())
      }
      usleep(100_000)
    }
    let result: T
    do { result = try body() } catch {
      // The error at hand is what counts; should the connection be gone, so is the lock.
      do { _ = try target.query("SELECT pg_advisory_unlock(\(key))") } catch _ as PostgresError {}
      throw error
    }
    _ = try target.query("SELECT pg_advisory_unlock(\(key))")
    return result
  }

  private func installers() throws -> [String] {
    try target.query(
      """
      SELECT format('process %s of role %s, there since %s', a.pid, coalesce(a.usename, 'unknown'),
        to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')) AS holder
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('kedge guard install', 0)
      """
    ).map { try $0.text("holder") }
  }
}

/// How an installer behaves.
public struct InstallOptions: Sendable {
  /// Seconds for which one table, or another installer, is waited for.
  public var patience = 60.0
  /// Looked at between two objects.
  public var stop = StopFlag()
  /// Names of the stores that are looked at; nil for all.
  public var stores: Set<String>?

  public init() {}
}
