import Audit
import Backfill
import Catalog
import Codec
import Executors
import Mapping
import Mongo
import Postgres
import Progress
import RecordSources
import Schema
import TestSupport

/// The engine between one source and one target database, under a mapping set written in the test.
struct Engine {
  let set: MappingSet
  let target: TestPostgres
  let sources: [String: any RecordSource]
  let mongo: TestMongo?
  /// Keeps the databases until the engine goes.
  private let databases: [AnyObject]

  /// - Parameters:
  ///   - mongo: the database of the store `app`.
  ///   - sqlite: the file of the store `file`.
  ///   - entities: the entities' files.
  ///   - undeclared: the set's `audit: { undeclared: … }`.
  init(
    mongo: TestMongo? = nil, sqlite: TestSQLite? = nil, into target: TestPostgres, _ entities: String...,
    undeclared: String? = nil
  ) throws {
    try self.init(mongo: mongo, sqlite: sqlite, into: target, entities, undeclared: undeclared)
  }

  init(
    mongo: TestMongo? = nil, sqlite: TestSQLite? = nil, into target: TestPostgres, _ entities: [String],
    undeclared: String? = nil
  ) throws {
    var stores = ""
    var sources: [String: any RecordSource] = [:]
    if let mongo {
      stores += "\n  app: { kind: mongo, environment: [MONGODB_URI] }"
      sources["app"] = MongoSource(mongo.connection.settings)
    }
    if let sqlite {
      stores += "\n  file: { kind: sqlite, environment: [SQLITE_PATH] }"
      sources["file"] = SQLiteSource(path: sqlite.path)
    }
    let files = entities.enumerated().map { (name: "entity\($0.offset).yaml", text: $0.element) }
    let rule = undeclared.map { "audit: { undeclared: \($0) }\n" } ?? ""
    set = try MappingSet.parse(files: [("set.yaml", "set: test\n\(rule)stores:\(stores)\n")] + files)
    self.target = target
    self.sources = sources
    self.mongo = mongo
    let given: [AnyObject?] = [mongo, sqlite]
    databases = given.compactMap { $0 }
  }

  /// - Parameter set: a set of one store, whose data `source` holds.
  init(set: MappingSet, source: any RecordSource, into target: TestPostgres) {
    self.set = set
    self.target = target
    sources = set.stores.first.map { [$0.name: source] } ?? [:]
    mongo = nil
    databases = []
  }

  func plans() throws -> [EntityPlan] {
    try set.movedInLoadOrder.map { try EntityPlan($0, source: set.sourceKind(of: $0)) }
  }

  func plan(_ entity: String) throws -> EntityPlan {
    guard let plan = try plans().first(where: { $0.entity.name == entity }) else {
      throw UnexpectedResult(description: "the set has no core entity \(entity)")
    }
    return plan
  }

  func context(_ stop: StopFlag, sources: [String: any RecordSource]? = nil) throws -> BackfillContext {
    BackfillContext(
      set: set, plans: try plans(), sources: sources ?? self.sources, target: target.settings,
      progress: ProgressReporter(mode: .quiet), stop: stop)
  }

  /// Moves everything.
  @discardableResult
  func backfill(stop: StopFlag = StopFlag(), _ change: (inout BackfillOptions) -> Void = { _ in }) throws
    -> BackfillReport
  {
    let report = try process(stop: stop, change).run()
    for entity in report.entities where !entity.tally.isBalanced {
      throw UnexpectedResult(description: "the sum doesn't hold for \(entity.entity): \(entity.tally)")
    }
    return report
  }

  /// A backfill that may run on another thread, as another process would.
  func process(stop: StopFlag = StopFlag(), _ change: (inout BackfillOptions) -> Void) throws -> Backfill {
    var options = BackfillOptions()
    change(&options)
    return Backfill(try context(stop), options: options)
  }

  /// A backfill that any thread may run.
  func prepared(_ options: BackfillOptions, stop: StopFlag = StopFlag()) throws -> Backfill {
    Backfill(try context(stop), options: options)
  }

  /// Reads everything and writes nothing.
  func dryRun(_ change: (inout BackfillOptions) -> Void = { _ in }) throws -> BackfillReport {
    var options = BackfillOptions()
    change(&options)
    return try DryRun(
      set: set, plans: try plans(), sources: sources, progress: ProgressReporter(mode: .quiet),
      stop: StopFlag(),
      options: options
    ).run()
  }

  /// Compares everything.
  @discardableResult
  func audit(
    repairs: Bool = false, listed: Int = 1000, tenure: AuditTenure? = nil, stop: StopFlag = StopFlag(),
    sources: [String: any RecordSource]? = nil,
    _ change: (inout AuditOptions) -> Void = { _ in }
  ) throws -> AuditReport {
    try preparedAudit(
      repairs: repairs, listed: listed, tenure: tenure, stop: stop, sources: sources, change
    ).run()
  }

  /// An audit that any thread may run.
  func preparedAudit(
    repairs: Bool = false, listed: Int = 1000, tenure: AuditTenure? = nil, stop: StopFlag = StopFlag(),
    sources: [String: any RecordSource]? = nil, _ change: (inout AuditOptions) -> Void = { _ in }
  ) throws -> Audit {
    var options = AuditOptions()
    options.tenure = tenure
    options.repairs = repairs
    options.listed = listed
    change(&options)
    return Audit(
      try context(stop, sources: sources), featurePlans: try featurePlans(), options: options)
  }

  private func featurePlans() throws -> [EntityPlan] {
    try set.entities.filter { $0.owner == .feature && $0.hasReferences }.map {
      try EntityPlan(referencesOf: $0, source: set.sourceKind(of: $0))
    }
  }

  /// Says what cleaning would do, or does it.
  func clean(_ change: (inout CleanOptions) -> Void = { _ in }) throws -> CleanReport {
    var options = CleanOptions()
    change(&options)
    return try Cleaner(try context(StopFlag()), featurePlans: try featurePlans(), options: options).run()
  }

  /// Tries what waits in quarantine again, as `kedge quarantine replay --all` does.
  func replay(_ entity: String) throws -> Replay.Outcome {
    let plan = try plan(entity)
    guard let session = try sources[plan.entity.store]?.openSessions(1).take() else {
      throw UnexpectedResult(description: "there is no source for \(entity)")
    }
    let keys = SchemaPlan([plan], set: set)
    let catalog = Catalog(target.connection)
    let loader = ChunkLoader(
      plan: plan, session: session, connection: target.connection, setName: set.name, run: 0,
      foreignKeys: keys.foreignKeys,
      ownership: try .outsideRuns(plan, set: set.name, session, target.connection))
    return try Replay.run(
      try quarantine(entity), loader: loader, catalog: catalog, set: set.name)
  }

  /// What waits in quarantine.
  func quarantine(_ entity: String? = nil) throws -> [QuarantineEntry] {
    try Catalog(target.connection).quarantined(set: set.name, entity: entity, withRecords: true)
  }

  /// What waits in quarantine, each as `id reason field column`, where an integer names the record; sorted.
  func refusals(_ entity: String? = nil) throws -> [String] {
    try quarantine(entity).map { entry in
      let locator = try BSONDocument(bytes: entry.locator)
      let id = (locator["_id"] ?? locator["k"]?.elements?.first)?.integer.map(String.init) ?? "?"
      return "\(id) \(entry.reason) \(entry.field ?? "-") \(entry.column ?? "-")"
    }.sorted()
  }
}

extension BackfillReport {
  /// Counts of one entity: read, landed, unchanged, quarantined, filtered.
  func counts(_ entity: String) -> [Int]? {
    entities.first { $0.entity == entity }.map {
      [$0.tally.read, $0.tally.landed, $0.tally.unchanged, $0.tally.quarantined, $0.tally.filtered]
    }
  }

  /// Paths that nothing maps, with the number of records that have them, as `path: count`.
  func unmapped(_ entity: String) -> [String] {
    (entities.first { $0.entity == entity }?.unmapped ?? []).map { "\($0.path): \($0.count)" }.sorted()
  }
}

extension AuditReport {
  /// Every difference as `entity kind key [columns]`, sorted.
  var differences: [String] {
    entities.flatMap(\.differences).map {
      "\($0.entity) \($0.verdict.rawValue) \($0.key.joined(separator: ",")) \($0.columns.map(\.column))"
    }.sorted()
  }

  func tally(_ entity: String) -> AuditTally? { entities.first { $0.entity == entity }?.tally }
}
