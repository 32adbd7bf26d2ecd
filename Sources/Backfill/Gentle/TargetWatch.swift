internal import Catalog
internal import Postgres

/// Measures the target with every heartbeat, and has the governor judge. Belongs to the thread that beats.
final class TargetWatch {
  private var governor: LoadGovernor
  private let begun = ContinuousClock.now
  /// Whether the target tells its load at all: a role may lack the right to see it.
  private var tells = true

  init(_ limits: LoadLimits, workers: Int) { governor = LoadGovernor(limits, workers: workers) }

  /// - Parameter latency: how long the heartbeat's own write took.
  /// - Returns: how far to hold back; nil for not at all.
  func look(_ catalog: Catalog, latency: Duration) throws -> LoadHold? {
    var load: TargetLoad?
    if tells {
      do { load = try catalog.targetLoad() } catch let error as PostgresError where error.isAboutRightsOrNames
      {
        tells = false
      }
    }
    return governor.judge(
      latency: latency / .seconds(1), load: load, at: (ContinuousClock.now - begun) / .seconds(1))
  }
}

extension PostgresError {
  /// Whether the server lacks what was asked for, or doesn't show it to this role: databases that speak Postgres' protocol
  /// needn't have all of its views.
  fileprivate var isAboutRightsOrNames: Bool {
    ["42501", "42P01", "42703", "42883", "42704", "0A000"].contains(sqlState ?? "")
  }
}
