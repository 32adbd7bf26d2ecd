internal import Catalog
public import Guardrails
public import Mapping
public import Postgres
internal import Synchronization

/// The plan that is served: its phases are asked for again and again, and where they can't be had, there is no plan.
public final class PlanKeeper: Sendable {
  /// A plan, and where its phases come from.
  public struct Basis: Sendable {
    public let plan: GuardPlan
    /// `live` or `mapping`.
    public let phases: String

    /// The entities in mode `observe`.
    var observed: [String] { plan.entities.filter { $0.mode == .observe }.map(\.name) }
  }

  /// Nobody knows the phases now, so every write is refused.
  public struct PhasesUnavailable: Error, Sendable, CustomStringConvertible {
    public let description: String
    /// The stable word for it, in the place of a ``GuardReason``.
    public static let reason = "phases_unavailable"
  }

  private struct State {
    var basis: Basis?
    var wasLive = false
    var problem = "they haven't been asked for yet"
    var refreshed = ContinuousClock.now
  }

  private let set: MappingSet
  private let target: PostgresSettings?
  /// After this time without news, what is known counts no more: the server may hang.
  private let longestAge: Duration
  private let state = Mutex(State())

  /// - Parameters:
  ///   - target: where the phases are; nil where the mapping's count.
  ///   - refresh: how often they are asked for.
  public init(_ set: MappingSet, target: PostgresSettings?, refresh: Duration) {
    self.set = set
    self.target = target
    longestAge = refresh * 3 + .seconds(5)
    if target == nil { state.withLock { $0.basis = Basis(plan: GuardPlan(set), phases: "mapping") } }
  }

  /// The plan as it is now.
  public func current() throws(PhasesUnavailable) -> Basis {
    let state = state.withLock { $0 }
    guard let basis = state.basis else {
      throw PhasesUnavailable(description: "the phases can't be read from the target: \(state.problem)")
    }
    if target != nil, state.refreshed + longestAge < .now {
      throw PhasesUnavailable(
        description: "the target hasn't answered for \(longestAge.components.seconds) seconds")
    }
    return basis
  }

  /// Asks for the phases. Where that fails, there is no plan until the next time.
  ///
  /// - Returns: the plan that is served from now on.
  /// - Throws: `PostgresError`.
  @discardableResult
  public func refresh(_ connection: PostgresConnection) throws -> Basis {
    do {
      let catalog = Catalog(connection)
      let found = try connection.query("SELECT to_regclass('kedge.phases') IS NOT NULL AS found").first
      let isLive = try found?["found"] == "t"
      // What has been set once doesn't go back to what the files say.
      if !isLive, state.withLock({ $0.wasLive }) {
        throw PhasesUnavailable(description: "schema kedge has gone")
      }
      let live = isLive ? try catalog.livePhases(of: set.name) : LivePhases()
      let basis = Basis(plan: GuardPlan(set, live: live), phases: isLive ? "live" : "mapping")
      state.withLock { $0 = State(basis: basis, wasLive: isLive) }
      return basis
    } catch {
      lose(error)
      throw error
    }
  }

  /// There is no plan until the next refresh.
  func lose(_ error: any Error) {
    state.withLock {
      $0.basis = nil
      $0.problem = "\(error)"
    }
  }
}
