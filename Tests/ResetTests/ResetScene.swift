import Backfill
import Catalog
import Codec
import Executors
import Mapping
import Mongo
import Postgres
import Progress
import RecordSources
import Reset
import SQLite
import TestSupport

/// Stores, a mapping set written in the test, and resets of them.
struct ResetScene {
  var set: MappingSet
  let target: TestPostgres
  let mongo: TestMongo?
  let file: TestSQLite?

  /// - Parameter store: what the stores say besides their kind, such as `, protected: true`.
  init(
    mongo: TestMongo? = nil, file: TestSQLite? = nil, into target: TestPostgres, store: String = "",
    _ entities: String...
  ) throws {
    var stores = "  core: { kind: postgres }\n"
    if mongo != nil { stores += "  app: { kind: mongo, environment: [MONGODB_URI]\(store) }\n" }
    if file != nil { stores += "  file: { kind: sqlite, environment: [SQLITE_PATH]\(store) }\n" }
    let files = entities.enumerated().map { (name: "entity\($0.offset).yaml", text: $0.element) }
    set = try MappingSet.parse(files: [("set.yaml", "set: test\nstores:\n\(stores)")] + files)
    self.target = target
    self.mongo = mongo
    self.file = file
  }

  func context(_ stop: StopFlag = StopFlag(), isMoving: Bool = false) throws -> BackfillContext {
    var sources: [String: any RecordSource] = [:]
    if let mongo { sources["app"] = MongoSource(mongo.connection.settings) }
    if let file { sources["file"] = SQLiteSource(path: file.path) }
    let plans = try set.coreInLoadOrder.map { try EntityPlan($0, source: set.sourceKind(of: $0)) }
    return BackfillContext(
      set: set, plans: isMoving ? plans.filter { !$0.entity.isNative } : plans, sources: sources,
      target: target.settings, progress: ProgressReporter(mode: .quiet), stop: stop)
  }

  @discardableResult
  func backfill(_ change: (inout BackfillOptions) -> Void = { _ in }) throws -> BackfillReport {
    var options = BackfillOptions()
    change(&options)
    return try Backfill(try context(isMoving: true), options: options).run()
  }

  /// What would go and stay.
  func dryRun() throws -> ResetReport {
    try Reset(try context(), options: ResetOptions()).run { _ in }
  }

  /// Does it.
  @discardableResult
  func reset(
    batch: Int = 3, stop: StopFlag = StopFlag(), restarts: Bool = false,
    confirm: (ResetReport) throws -> Void = { _ in }
  ) throws -> ResetReport {
    var options = ResetOptions()
    options.applies = true
    options.batch = batch
    options.restarts = restarts
    return try Reset(try context(stop), options: options).run(confirm: confirm)
  }

  /// The ids of a collection's documents, in their order.
  func ids(_ collection: String) throws -> [String] {
    guard let mongo else { return [] }
    let cursor = try mongo.connection.find(collection, options: ["sort": ["_id": 1]])
    var found: [String] = []
    while let bytes = try cursor.next() {
      let id = try BSONDocument(bytes: Array(bytes))["_id"]
      found.append(id?.string ?? id?.integer.map(String.init) ?? "?")
    }
    return found
  }

  /// A query of the SQLite file, its rows joined.
  func fileRows(_ sql: String) throws -> [String] {
    try (file?.connection.query(sql) ?? []).map { row in
      row.map { value in
        switch value {
        case .null: "∅"
        case .integer(let integer): "\(integer)"
        case .text(let text): text
        default: "?"
        }
      }.joined(separator: " | ")
    }
  }
}

extension ResetReport {
  /// `object: removed/kept`, in the order of names.
  var figures: [String] {
    items.map { "\($0.store).\($0.object): \($0.removed)/\($0.kept)" }.sorted()
  }

  /// The objects in the order of removal.
  var order: [String] { items.map { "\($0.store).\($0.object)" } }
}
