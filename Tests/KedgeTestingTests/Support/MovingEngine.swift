import Audit
import Backfill
import Catalog
import Executors
import KedgeTesting
import Mapping
import Mongo
import Postgres
import Progress
import RecordSources
import Schema

/// The real engine between temporary databases.
struct MovingEngine {
  let set: MappingSet
  let sources: [String: any RecordSource]
  let target: TemporaryPostgres

  /// - Parameter source: of every store but the target's.
  init(_ set: MappingSet, from source: any RecordSource, to target: TemporaryPostgres) {
    self.set = set
    sources = Dictionary(
      set.stores.filter { $0.kind != .postgres }.map { ($0.name, source) }, uniquingKeysWith: { $1 })
    self.target = target
  }

  private func context() throws -> BackfillContext {
    BackfillContext(
      set: set,
      plans: try set.movedInLoadOrder.map {
        try EntityPlan($0, source: set.sourceKind(of: $0))
      },
      sources: sources, target: try PostgresSettings(url: target.url),
      progress: ProgressReporter(mode: .quiet),
      stop: StopFlag())
  }

  func backfill() throws -> BackfillReport { try Backfill(try context(), options: BackfillOptions()).run() }

  func audit() throws -> AuditReport {
    let features = try set.entities.filter { $0.owner == .feature && $0.hasReferences }.map {
      try EntityPlan(referencesOf: $0, source: set.sourceKind(of: $0))
    }
    return try Audit(try context(), featurePlans: features, options: AuditOptions()).run()
  }

  /// What went into quarantine, as `entity reason field column`.
  func refusals() throws -> [String] {
    let connection = try target.connect()
    defer { connection.close() }
    return try Catalog(connection).quarantined(set: set.name, entity: nil, withRecords: false).map {
      "\($0.entity) \($0.reason) \($0.field ?? "-") \($0.column ?? "-")"
    }
  }
}
