internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// The SQL that makes one row of each reference: of a column, of an array's element, of a child table's row.
///
/// Its columns: `key` (text[]) of the record, `place` (text) of the child's element, `element` (the place in an array
/// column, from 0), `places` (int[]: those of the elements around a child table's row, outermost first), `v0`, `v1`, … (the referring values, as their own types), `locator` (of a staged record). A reference
/// with a null is none.
struct ReferringRows {
  let plan: ReferencePlan
  /// Where the records are staged; nil for those in the target's own tables.
  let staging: StagingTables?

  /// - Parameter keys: a table with a column `key` (text[]), for the references of these records alone.
  func sql(keys: String? = nil) -> String {
    let texts = plan.keyNames.map { "t.\(quotedIdentifier($0))::text" }.joined(separator: ", ")
    let values = plan.columns.enumerated().map { index, column in
      (plan.reference.isArray ? "e.v" : column.plainValue("t")) + " AS v\(index)"
    }.joined(separator: ", ")
    let present = plan.columns.map { column in
      plan.reference.isArray ? "e.v IS NOT NULL" : "t.\(quotedIdentifier(column.name)) IS NOT NULL"
    }.joined(separator: " AND ")
    return """
      SELECT ARRAY[\(texts)]::text[] AS key, \(place) AS place,
        \(plan.reference.isArray ? "(e.n - 1)::int" : "NULL::int") AS element,
        \(places) AS places, \(values), \(locator) AS locator
      FROM \(relation) t\(elements)\(parents)\(keys.map(join) ?? "") WHERE \(present)
      """
  }

  private var relation: String {
    if let staging { return staging.names[plan.child.map { $0 + 1 } ?? 0] }
    return table.sql
  }

  /// The target's table that holds what refers.
  var table: TableName { plan.child.map { plan.plan.children[$0].table } ?? plan.plan.table }

  private var elements: String {
    guard plan.reference.isArray, let column = plan.columns.first else { return "" }
    return " CROSS JOIN LATERAL unnest(\(column.plainValue("t"))) WITH ORDINALITY AS e(v, n)"
  }

  private var locator: String {
    guard staging != nil else { return "NULL::bytea" }
    return (plan.child == nil ? "t." : "m.") + StagingTables.locator
  }

  private var places: String {
    guard let child = plan.child.map({ plan.plan.children[$0] }) else { return "NULL::int[]" }
    return "ARRAY[\(child.placeColumns.map { "t.\(quotedIdentifier($0))" }.joined(separator: ", "))]::int[]"
  }

  private var parents: String {
    guard let staging, plan.child != nil else { return "" }
    return " JOIN \(staging.main) m ON m.\(StagingTables.row) = t.\(StagingTables.row)"
  }

  private func join(_ keys: String) -> String {
    let match = zip(plan.keyNames, plan.plan.keyColumns).enumerated().map { index, pair in
      "t.\(quotedIdentifier(pair.0)) = (w.key[\(index + 1)])::\(pair.1.type.sql)"
    }
    return " JOIN \(keys) w ON \(match.joined(separator: " AND "))"
  }

  /// `addresses[2].phones[0]` of a child table's row.
  private var place: String {
    guard let child = plan.child.map({ plan.plan.children[$0] }) else { return "NULL::text" }
    var parts: [String] = []
    var names: [ValuePath.Step] = []
    var places = child.placeColumns.makeIterator()
    for step in child.path.steps {
      guard step == .each else {
        names.append(step)
        continue
      }
      let text = names.isEmpty ? "" : (parts.isEmpty ? "" : ".") + ValuePath(names).description
      parts.append(quoteLiteral(text + "["))
      if let column = places.next() { parts.append("t.\(quotedIdentifier(column))") }
      parts.append("']'")
      names = []
    }
    return "concat(\(parts.joined(separator: ", ")))"
  }

  /// What evidence calls the referring column: `member_ids[3]`, `messages[0].author`. For a row `s` with `place` and
  /// `element`.
  func label(_ column: TargetColumn) -> String {
    let element = plan.reference.isArray ? ", '[', s.element, ']'" : ""
    guard let child = plan.child.map({ plan.plan.children[$0] }) else {
      return "concat(\(quoteLiteral(column.name))\(element))"
    }
    let field = child.source.fields.first { $0.column == column.name }
    let isElement = field?.paths.first?.steps.isEmpty ?? false
    return "concat(s.place\(isElement ? "" : ", " + quoteLiteral("." + column.name))\(element))"
  }

  /// A condition on a row `r` of ``sql(keys:)``: nothing in `target` has its values.
  func isOrphan(_ target: ReferredRelation) -> String {
    let pairs = target.columns.enumerated().map { "\($1) = r.v\($0)" }
    return "NOT EXISTS (SELECT FROM \(target.sql) o WHERE \(pairs.joined(separator: " AND ")))"
  }
}

/// Where the rows are that references lead to: a table of the target, or the staged keys of a feature store.
struct ReferredRelation {
  let sql: String
  /// The columns referred to, of an alias `o`.
  let columns: [String]
}
