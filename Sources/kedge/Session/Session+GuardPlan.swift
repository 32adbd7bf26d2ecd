internal import Catalog
internal import Guardrails
internal import Mapping
internal import Postgres

/// A plan, and where its phases come from.
struct GuardBasis {
  /// Where phases come from: both words are stable.
  enum Phases: String {
    /// The target's schema `kedge`.
    case live
    /// The mapping files: there is no target, or Kedge has no state in it.
    case mapping
  }

  let plan: GuardPlan
  let phases: Phases
}

extension Session {
  /// The plan that guardrails decide from. A target that is configured is asked for the phases; where it can't be reached,
  /// nobody knows them, and the command fails.
  ///
  /// - Parameter isOffline: whether the mapping's phases are asked for.
  func guardBasis(_ set: MappingSet, isOffline: Bool) throws -> GuardBasis {
    guard !isOffline, let settings = try existingTarget(of: set) else {
      return GuardBasis(plan: GuardPlan(set), phases: .mapping)
    }
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    return try guardBasis(set, Catalog(connection))
  }

  /// The plan with the phases that are set in this target, if Kedge keeps any there.
  func guardBasis(_ set: MappingSet, _ catalog: Catalog) throws -> GuardBasis {
    let found = try catalog.connection.query("SELECT to_regclass('kedge.phases') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return GuardBasis(plan: GuardPlan(set), phases: .mapping) }
    return GuardBasis(plan: GuardPlan(set, live: try catalog.livePhases(of: set.name)), phases: .live)
  }
}
