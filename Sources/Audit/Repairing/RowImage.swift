internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// SQL for what a repair says of rows: their digests, what differs in them, and how they are logged.
///
/// A record of the source is a row of the stage, under the alias `s`; a row of the target is `t`; an action is `a`. A
/// row's child tables are part of it. Digests are of the values as text, which tells 1.0 from 1.00 and "A" from "a".
struct RowImage {
  let plan: EntityPlan
  /// Characters of a value that a plan shows.
  private static let shown = 200

  /// That `t`, or another alias, is the row of action `a`.
  func isKey(_ alias: String = "t") -> String {
    plan.keyColumns.enumerated().map { index, column in
      "\(alias).\(quotedIdentifier(column.name)) = (a.key[\(index + 1)])::\(column.type.sql)"
    }.joined(separator: " AND ")
  }

  private var firstKey: String { quotedIdentifier(plan.keyColumns[0].name) }
  var isHere: String { "t.\(firstKey) IS NOT NULL" }

  // MARK: Digests

  func stagedDigest(_ staging: StagingTables) -> String {
    var text = "ROW(\(plan.columns.map { "s.\(quotedIdentifier($0.name))" }.joined(separator: ", ")))::text"
    for (index, child) in plan.children.enumerated() {
      let columns = child.columns.map { "c.\(quotedIdentifier($0.name))" }.joined(separator: ", ")
      text += childText(child, columns, from: staging.names[index + 1], of: "s")
    }
    return "CASE WHEN s.\(firstKey) IS NOT NULL THEN sha256(convert_to(\(text), 'UTF8')) END"
  }

  var targetDigest: String {
    var text = "ROW(\(plan.columns.map { $0.plainValue("t") }.joined(separator: ", ")))::text"
    for child in plan.children {
      let columns = child.columns.map { $0.plainValue("c") }.joined(separator: ", ")
      text += childText(child, columns, from: child.table.sql, of: "t")
    }
    return "CASE WHEN \(isHere) THEN sha256(convert_to(\(text), 'UTF8')) END"
  }

  private func childText(_ child: ChildTablePlan, _ columns: String, from table: String, of parent: String)
    -> String
  {
    """
     || E'\\n' || coalesce((SELECT string_agg(ROW(\(columns))::text, E'\\n' ORDER BY \(places(child)))
      FROM \(table) c WHERE \(belongs(child, "c", to: parent))), '')
    """
  }

  private func places(_ child: ChildTablePlan) -> String {
    child.placeColumns.map { "c.\(quotedIdentifier($0))" }.joined(separator: ", ")
  }

  /// That a child row is one of a parent's.
  func belongs(_ child: ChildTablePlan, _ alias: String, to parent: String) -> String {
    zip(child.rootColumns, plan.keyColumns).map {
      "\(alias).\(quotedIdentifier($0)) = \(parent).\(quotedIdentifier($1.name))"
    }.joined(separator: " AND ")
  }

  // MARK: The log

  /// The whole row `t` as jsonb, with columns that the mapping doesn't know; each child table's rows under its name.
  var whole: String {
    guard !plan.children.isEmpty else { return "to_jsonb(t)" }
    let children = plan.children.map { child in
      "\(quoteLiteral(child.table.display)), coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY \(places(child)))"
        + " FROM \(child.table.sql) c WHERE \(belongs(child, "c", to: "t"))), '[]')"
    }
    return "to_jsonb(t) || jsonb_build_object(\(children.joined(separator: ", ")))"
  }

  // MARK: Evidence

  /// A JSON array of the columns that would be written, with both values; a deletion shows what is there.
  func evidence(_ staging: StagingTables?) -> String {
    var rows: [String] = []
    for column in plan.columns where !plan.entity.key.contains(column.name) {
      let source = staging == nil ? nil : "s.\(quotedIdentifier(column.name))"
      let target = column.plainValue("t")
      let differs = source.map { "ROW(\($0))::record *<> ROW(\(target))::record" } ?? "\(target) IS NOT NULL"
      rows.append(
        "(\(quoteLiteral(column.name)), \(source.map { text($0, column) } ?? "NULL::text"), \(text(target, column)),"
          + " \(differs))")
    }
    for (index, child) in plan.children.enumerated() {
      func count(_ table: String, _ parent: String) -> String {
        "(SELECT count(*) FROM \(table) c WHERE \(belongs(child, "c", to: parent)))"
      }
      func all(_ columns: String, _ table: String, _ parent: String) -> String {
        "(SELECT array_agg(ROW(\(columns))::text ORDER BY \(places(child))) FROM \(table) c"
          + " WHERE \(belongs(child, "c", to: parent)))"
      }
      let target = count(child.table.sql, "t")
      var differs = "\(target) > 0"
      var source = "NULL::text"
      if let staging {
        let stage = staging.names[index + 1]
        let columns = child.columns.map { "c.\(quotedIdentifier($0.name))" }.joined(separator: ", ")
        let live = child.columns.map { $0.plainValue("c") }.joined(separator: ", ")
        differs = "\(all(columns, stage, "s")) IS DISTINCT FROM \(all(live, child.table.sql, "t"))"
        source = "\(count(stage, "s")) || ' rows'"
      }
      rows.append("(\(quoteLiteral(child.table.name)), \(source), \(target) || ' rows', \(differs))")
    }
    guard !rows.isEmpty else { return "NULL::text" }
    return """
      (SELECT json_agg(json_build_object('column', e.c, 'source', e.s, 'target', e.t))
        FROM (VALUES \(rows.joined(separator: ", "))) e (c, s, t, d) WHERE e.d)
      """
  }

  private func text(_ value: String, _ column: TargetColumn) -> String {
    let text = "\(value)::text"
    if column.isPersonal {
      return "'sha256:' || left(encode(sha256(convert_to(\(text), 'UTF8')), 'hex'), 12)"
    }
    return
      "CASE WHEN length(\(text)) > \(Self.shown) THEN left(\(text), \(Self.shown)) || '… (' || length(\(text))"
      + " || ' characters)' ELSE \(text) END"
  }

  /// The key of action `a` as it may be shown: a jsonb array of texts.
  var shownKey: String {
    let parts = plan.keyColumns.enumerated().map { index, column in
      let value = "a.key[\(index + 1)]"
      return column.isPersonal
        ? "'sha256:' || left(encode(sha256(convert_to(\(value), 'UTF8')), 'hex'), 12)" : value
    }
    return "to_json(ARRAY[\(parts.joined(separator: ", "))]::text[])"
  }
}
