internal import Postgres

/// One backfill or audit, as the catalog knows it.
public struct Run: Sendable {
  public var id: Int
  /// Whether it was begun by an earlier process, which is gone.
  public var isResumed: Bool
  /// Whether other processes are at work on it.
  public var isShared = false
  /// Whether it has ended well already.
  public var isDone = false

  public init(id: Int, isResumed: Bool) {
    self.id = id
    self.isResumed = isResumed
  }
}

/// What a run moves from where to where. Two processes with the same request work on one run.
public struct RunRequest: Sendable {
  public var set: String
  /// A digest of the compiled plans of the entities.
  public var mapping: String
  /// The sources, without secrets.
  public var source: String
  /// Entities asked for by name; empty for all.
  public var entities: [String]
  /// Records of each entity.
  public var limit: Int?

  public init(set: String, mapping: String, source: String, entities: [String], limit: Int?) {
    self.set = set
    self.mapping = mapping
    self.source = source
    self.entities = entities.sorted()
    self.limit = limit
  }
}

/// In what a request differs from the run that isn't finished.
public enum RunMismatch: Sendable, Equatable {
  case mapping(was: String, is: String)
  case source(was: String, is: String)
  case target
  case entities(was: [String], is: [String])
  case limit(was: Int?, is: Int?)
  /// A target table isn't as the run found it when it began.
  case table(String, [String])

  var isTable: Bool { if case .table = self { true } else { false } }
  /// Whether it is what people change who mend what a run refuses.
  var isMended: Bool { if case .mapping = self { true } else { isTable } }

  static func list(_ mismatches: [RunMismatch]) -> String {
    mismatches.map(\.description).joined(separator: "; ")
  }

  var description: String {
    switch self {
    case .mapping(let was, let now):
      "the mapping is another (digest \(was.prefix(12)) then, \(now.prefix(12)) now)"
    case .source(let was, let now): "the source is another (\(was) then, \(now) now)"
    case .target: "this database is a copy of the one that it was begun in"
    case .entities(let was, let now): "it was asked for \(Self.named(was)) and this is for \(Self.named(now))"
    case .limit(let was, let now):
      "it was asked for \(Self.counted(was)) and this is for \(Self.counted(now))"
    case .table(let name, let changes): "table \(name): \(changes.joined(separator: ", "))"
    }
  }

  private static func named(_ entities: [String]) -> String {
    entities.isEmpty ? "all entities" : entities.joined(separator: ", ")
  }

  private static func counted(_ limit: Int?) -> String {
    limit.map { "at most \($0) records of each entity" } ?? "all records"
  }
}

extension Catalog {
  /// Joins the unfinished backfill that this request continues, or begins one. The caller holds the start lock.
  ///
  /// - Parameters:
  ///   - join: the one run that may be continued, whoever began it.
  ///   - isNew: give an unfinished run up and begin a new one.
  ///   - tables: what it fills: they must be as they were when the run began.
  ///   - abandon: called before an unfinished run is given up, and before any other begins.
  ///   - prepare: makes the target ready; called once the request is found to be in order, before a run says that it runs.
  /// - Throws: ``CatalogError`` when the unfinished run is another one; what `prepare` throws.
  public func open(
    _ request: RunRequest, join: Int? = nil, isNew: Bool = false, tables: [WatchedTable] = [],
    abandon: () throws -> Void = {}, prepare: () throws -> Void
  ) throws -> Run {
    let target = try targetIdentity()
    if let join {
      guard let found = try run(join) else {
        throw CatalogError.unknownRun(join, known: try latestRuns(of: request.set))
      }
      guard found.set == request.set else { throw CatalogError.runOfOtherSet(join, set: found.set) }
      var mismatches = found.mismatches(request, target: target)
      if !found.run.isDone { mismatches += try changes(of: tables, since: found.run) }
      guard mismatches.isEmpty else { throw CatalogError.wrongResume(join, mismatches) }
      if found.run.isDone { return found.run }
      try prepare()
      return try resume(found)
    }
    if let found = try latestRuns(of: request.set).first.flatMap({ try run($0) }), found.state != "done" {
      let mismatches =
        try found.mismatches(request, target: target) + changes(of: tables, since: found.run)
      let isAlive = try liveMembers(found.run) > 0
      if isAlive {
        if isNew { throw CatalogError.runIsAlive(found.run.id) }
        guard mismatches.isEmpty else {
          throw CatalogError.otherRun(found.run.id, set: request.set, mismatches)
        }
      }
      if mismatches.isEmpty, !isNew {
        try prepare()
        return try resume(found)
      }
      // Who was told to mend the mapping and run the same command again begins anew with a mended one.
      let isMended = found.isLimited && mismatches.allSatisfy(\.isMended)
      guard isNew || isMended else { throw CatalogError.wrongResume(found.run.id, mismatches) }
    }
    try abandon()
    try prepare()
    return try begin(request, target: target)
  }

  private func resume(_ found: FoundRun) throws -> Run {
    var run = found.run
    run.isShared = try liveMembers(run) > 0
    run.isResumed = !run.isShared
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = 'running', error = NULL, finished_at = NULL, is_limited = false WHERE id = $1
      """, [.integer(run.id)])
    return run
  }

  private func begin(_ request: RunRequest, target: String) throws -> Run {
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = 'failed', finished_at = clock_timestamp(),
        error = 'given up: a new run was begun before it was finished'
      WHERE kind = 'backfill' AND set_name = $1 AND state <> 'done'
      """, [.text(request.set)])
    let rows = try connection.query(
      """
      INSERT INTO kedge.runs (kind, set_name, fingerprint, source, target, entities, record_limit)
      VALUES ('backfill', $1, $2, $3, $4, string_to_array($5, E'\\n'), $6) RETURNING id
      """,
      [
        .text(request.set), .text(request.mapping), .text(request.source), .text(target),
        .text(request.entities.joined(separator: "\n")), request.limit.map { .integer($0) } ?? .null,
      ])
    guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
    return Run(id: id, isResumed: false)
  }

  /// What a run that others began was asked for.
  ///
  /// - Throws: ``CatalogError/unknownRun(_:known:)``.
  public func request(of id: Int, set: String) throws -> (entities: [String], limit: Int?) {
    guard let found = try run(id) else {
      throw CatalogError.unknownRun(id, known: try latestRuns(of: set))
    }
    return (found.entities, found.limit)
  }

  private func latestRuns(of set: String) throws -> [Int] {
    try connection.query(
      "SELECT id FROM kedge.runs WHERE kind = 'backfill' AND set_name = $1 ORDER BY id DESC LIMIT 10",
      [.text(set)]
    ).map { try $0.int("id") }
  }

  private func run(_ id: Int) throws -> FoundRun? {
    let rows = try connection.query(
      """
      SELECT id, set_name, fingerprint, source, target, array_to_string(entities, E'\\n') AS entities, record_limit,
        state, is_limited
      FROM kedge.runs WHERE id = $1 AND kind = 'backfill'
      """, [.integer(id)])
    guard let row = rows.first else { return nil }
    let isDone = try row["state"] == "done"
    var run = Run(id: id, isResumed: !isDone)
    run.isDone = isDone
    return FoundRun(
      run: run, set: try row["set_name"] ?? "", mapping: try row["fingerprint"] ?? "",
      source: try row["source"] ?? "",
      target: try row["target"] ?? "",
      entities: try (row["entities"] ?? "").split(separator: "\n").map(String.init),
      limit: try row["record_limit"] == nil ? nil : row.int("record_limit"), state: try row["state"] ?? "",
      isLimited: try row["is_limited"] == "t")
  }

  /// Names this database for good: a copy of it that is restored elsewhere has another identity.
  public func targetIdentity() throws -> String {
    let database = try connection.query("SELECT oid FROM pg_database WHERE datname = current_database()")
      .first?["oid"]
    let isAllowed = try connection.query(
      "SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS allowed"
    ).first?["allowed"]
    let cluster =
      isAllowed == "t"
      ? try connection.query("SELECT system_identifier FROM pg_control_system()").first?["system_identifier"]
      : nil
    return "\(cluster ?? "?")/\(database ?? "?")"
  }

  /// Ends a run. Only a run that is running ends: what another member has found out stands.
  ///
  /// - Parameter isLimited: it ended since too many records were quarantined.
  public func finish(
    _ run: Run, state: String, error: String?, report: String?, isLimited: Bool = false
  ) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = $2, error = $3, report = $4::jsonb, is_limited = $5,
        finished_at = clock_timestamp()
      WHERE id = $1 AND state = 'running'
      """,
      [
        .integer(run.id), .text(state), error.map { .text($0) } ?? .null, report.map { .text($0) } ?? .null,
        .boolean(isLimited),
      ])
  }

  /// `running`, `done`, `failed` or `interrupted`, and why.
  public func state(of run: Run) throws -> (state: String, error: String?) {
    let row = try connection.query("SELECT state, error FROM kedge.runs WHERE id = $1", [.integer(run.id)])
      .first
    guard let row, let state = try row["state"] else { throw CatalogError.noRow }
    return try (state, row["error"])
  }
}

private struct FoundRun {
  var run: Run
  var set: String
  var mapping: String
  var source: String
  var target: String
  var entities: [String]
  var limit: Int?
  var state: String
  var isLimited: Bool

  func mismatches(_ request: RunRequest, target: String) -> [RunMismatch] {
    var found: [RunMismatch] = []
    if entities != request.entities {
      found.append(.entities(was: entities, is: request.entities))
    } else if mapping != request.mapping {
      found.append(.mapping(was: mapping, is: request.mapping))
    }
    if source != request.source { found.append(.source(was: source, is: request.source)) }
    if limit != request.limit { found.append(.limit(was: limit, is: request.limit)) }
    if self.target != target { found.append(.target) }
    return found
  }
}

extension Catalog {
  /// Begins a run that is never resumed, such as a repair.
  public func start(kind: String, set: String) throws -> Run {
    let rows = try connection.query(
      "INSERT INTO kedge.runs (kind, set_name, fingerprint, source) VALUES ($1, $2, '', '') RETURNING id",
      [.text(kind), .text(set)])
    guard let row = rows.first else { throw CatalogError.noRow }
    return Run(id: try row.int("id"), isResumed: false)
  }
}
