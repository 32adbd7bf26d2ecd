internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// Decides what stays, before anything goes: what the keep rules name, and all that it refers to, on and on, whichever store
/// either side is in.
final class KeepDecision {
  let plan: ResetPlan
  let connection: PostgresConnection
  let tables: KeptTables
  let stage: RecordStage
  let writers: Writers
  /// Rules that match nothing.
  private(set) var idleRules: [String] = []
  private var round = 0
  private var found = 0

  init(
    _ plan: ResetPlan, context: BackfillContext, connection: PostgresConnection, writers: Writers
  ) {
    self.writers = writers
    self.plan = plan
    self.connection = connection
    tables = KeptTables(connection: connection)
    stage = RecordStage(context, connection)
  }

  func decide() throws {
    try tables.create()
    for entity in plan.set.entities where !entity.resetKeepsAll {
      for rule in entity.resetKeep { try follow(rule, of: entity) }
    }
    try keepWhatStaysForOthers()
    try keepReferredInFiles()
    for entity in plan.set.entities where entity.resetKeepsAll { try followAll(of: entity) }
    while found > 0 {
      found = 0
      round += 1
      for entity in plan.set.entities where !entity.resetKeepsAll { try follow(entity) }
    }
  }

  func keep(_ entity: Entity, rows: String) throws {
    found += try tables.keep(entity, rows: rows, round: round + 1)
  }

  func keep(_ object: ResetObject, records: String) throws {
    found += try tables.keep(object, records: records, round: round + 1)
  }

  /// The round whose finds are being followed.
  var current: Int { round }

  // MARK: What the rules name

  private func follow(_ rule: KeepRule, of entity: Entity) throws {
    let before = found
    let field = entity.fields.first { $0.column == rule.column }
    let condition = KeepCondition(rule, field)
    if let rows = plan.rows(of: entity), let table = plan.plan(of: entity), !rows.keepsAll {
      try keep(
        entity, rows: "SELECT \(table.keyTexts("t")) FROM \(table.table.sql) t WHERE \(condition.ofRows("t"))"
      )
    }
    if let records = plan.records(of: entity), !records.keepsAll {
      let staged = try stage.columns(entity, [rule.column])
      try keep(records, records: "SELECT s.locator FROM \(staged) s WHERE \(condition.ofRecords("s"))")
    }
    if found == before {
      idleRules.append("\(entity.name).\(rule.column): \(rule.values.joined(separator: ", "))")
    }
  }

  /// Rows that others refer to by a foreign key, and that no reset touches: those of tables that no entity declares, and of
  /// entities that stay as they are.
  private func keepWhatStaysForOthers() throws {
    for key in plan.foreignKeys {
      let stays =
        plan.objects.first { object in
          if case .rows(let table, _) = object.place { table == key.table } else { false }
        }?.keepsAll ?? true
      guard stays else { continue }
      try keepReferred(by: key, "\(key.table.sql) c", where: "true")
    }
  }

  /// Keeps the rows that a foreign key of some rows leads to.
  ///
  /// - Parameter referrers: the rows that refer, under the alias `c`.
  func keepReferred(by key: LiveForeignKey, _ referrers: String, where condition: String) throws {
    for object in plan.emptied {
      guard case .rows(let table, let child) = object.place, table == key.target,
        let entity = object.entities.first, let target = plan.plan(of: entity)
      else { continue }
      try keep(
        entity,
        rows: "SELECT \(target.keyTexts(of: child, "p")) FROM \(table.sql) p WHERE EXISTS"
          + " (SELECT FROM \(referrers) WHERE \(key.match("c", "p")) AND \(condition))")
    }
  }
}

/// The condition of a keep rule in SQL: for rows as they are, and for records that went through the field's transforms.
struct KeepCondition {
  private let column: String
  private let type: TargetType
  private let folds: [Transform]
  private let values: [String]

  init(_ rule: KeepRule, _ field: Field?) {
    column = rule.column
    type = field?.type.plain ?? .text
    folds = type.isText ? (field?.transforms ?? []).filter { [.trim, .lower, .upper].contains($0) } : []
    // A rule may be written as people write: it means what such a value becomes.
    var values = rule.values
    for fold in folds { values = values.map { Self.folded($0, fold) } }
    self.values = values
  }

  /// Of staged records, whose values have been through all transforms.
  func ofRecords(_ alias: String) -> String { isOne("\(alias).\(quotedIdentifier(column))") }

  /// Of rows: an application that owns them may have written them otherwise than the mapping would have.
  func ofRows(_ alias: String) -> String {
    var value = "\(alias).\(quotedIdentifier(column))" + (type.isText && type != .citext ? "::text" : "")
    for fold in folds {
      switch fold {
      case .trim: value = "btrim(\(value), E' \\t\\n\\v\\f\\r\\u0085\\u00a0\\u2028\\u2029\\u3000\\ufeff')"
      case .lower: value = "lower(\(value))"
      case .upper: value = "upper(\(value))"
      default: break
      }
    }
    return isOne(value)
  }

  private func isOne(_ value: String) -> String {
    guard !values.isEmpty else { return "false" }
    let isComparedAsText = type == .json || type == .jsonb
    let cast = isComparedAsText || type.isText && type != .citext ? "text" : type.sql
    let list = values.map { "\(quoteLiteral($0))::\(cast)" }.joined(separator: ", ")
    return "\(value)\(isComparedAsText ? "::text" : "") IN (\(list))"
  }

  private static func folded(_ text: String, _ fold: Transform) -> String {
    switch fold {
    case .lower: return text.lowercased()
    case .upper: return text.uppercased()
    default:
      var rest = Substring(text)
      while let first = rest.first, first.isWhitespace { rest.removeFirst() }
      while let last = rest.last, last.isWhitespace { rest.removeLast() }
      return String(rest)
    }
  }
}
