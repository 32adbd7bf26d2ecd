internal import Codec
internal import Foundation
internal import Mapping
internal import Postgres

/// SQL that tells whether and how two rows differ, for the aliases `s` (the source's record, staged) and `t` (the target's
/// row): what evidence and digests are made of.
enum EvidenceSQL {
  /// Characters of a value that evidence shows.
  static let shown = 200

  /// One column's comparison.
  struct Test {
    var name: String
    /// Whether the values differ.
    var differs: String
    /// Whether the bytes differ, where that doesn't say that the values do.
    var isWrittenOtherwise: String?
    /// Whether the difference is larger than the mapping tolerates; nil where it tolerates none.
    var isBeyond: String?
    /// The tolerance, as the mapping has it.
    var rule: String?
    /// `{"source": …, "target": …}`.
    var evidence: String

    /// Whether it differs by more than is tolerated.
    var drifts: String { isBeyond.map { "(\(differs)) AND \($0)" } ?? differs }
  }

  /// The tests of the main table's columns. Those of the key are among them: keys that are equal may be stored otherwise,
  /// such as another case of citext.
  static func tests(_ plan: EntityPlan) -> [Test] {
    let ignored = Set(plan.entity.auditIgnore)
    return plan.columns.filter { !ignored.contains($0.name) }.map { column in
      let name = quotedIdentifier(column.name)
      let target = column.plainValue("t")
      let evidence = object(
        source: value("s.\(name)", isPersonal: column.isPersonal),
        target: value(target, isPersonal: column.isPersonal))
      let difference = ValueDifference(column.type, target, "s.\(name)")
      var test = Test(name: column.name, differs: difference.inValue, evidence: evidence)
      if difference.hasForms { test.isWrittenOtherwise = difference.inBytes }
      if let tolerance = plan.entity.auditTolerance[column.name] {
        test.isBeyond = "coalesce(abs(t.\(name)::numeric - s.\(name)::numeric) > \(tolerance), true)"
        let shown = tolerance == tolerance.rounded() ? String(format: "%.0f", tolerance) : "\(tolerance)"
        test.rule = "tolerance \(column.name) \(shown)"
      }
      return test
    }
  }

  /// The test of a child table as a whole; its evidence is the first place that differs.
  static func test(_ child: ChildTablePlan, of plan: EntityPlan, stage: String) -> Test {
    let places = child.placeColumns.map(quotedIdentifier)
    let match = places.map { "e.\($0) = c.\($0)" }.joined(separator: " AND ")
    let differences = child.columns.map {
      ValueDifference($0.type, $0.plainValue("e"), $0.plainValue("c"))
    }
    // A side without the row has NULL in its place, which differs.
    let joined = """
      (SELECT * FROM \(stage) x WHERE \(roots(child, plan, "x", to: "s"))) e
        FULL JOIN (SELECT * FROM \(child.table.sql) y WHERE \(roots(child, plan, "y", to: "s"))) c ON \(match)
      """
    let pairs = "\(joined) WHERE \(differences.map(\.inValue).joined(separator: " OR "))"
    let order = places.map { "coalesce(e.\($0), c.\($0))" }.joined(separator: ", ")
    let evidence = """
      (SELECT \(object(source: element(child, "e"), target: element(child, "c")))
        FROM \(pairs) ORDER BY \(order) LIMIT 1)
      """
    var test = Test(name: child.table.name, differs: "EXISTS (SELECT FROM \(pairs))", evidence: evidence)
    if differences.contains(where: \.hasForms) {
      let bytes = differences.map(\.inBytes).joined(separator: " OR ")
      test.isWrittenOtherwise = "EXISTS (SELECT FROM \(joined) WHERE \(bytes))"
    }
    return test
  }

  /// A digest of the source's record, or of the target's row, with the rows of child tables: the columns as text, which
  /// tells apart whatever is stored otherwise.
  static func digest(_ plan: EntityPlan, stages: [String]?) -> String {
    let alias = stages == nil ? "t" : "s"
    let ignored = Set(plan.entity.auditIgnore)
    let own = plan.columns.filter { !ignored.contains($0.name) }.map { $0.plainValue(alias) }
      .joined(separator: ", ")
    var parts = ["ROW(\(own))::text"]
    for (index, child) in plan.children.enumerated() {
      let table = stages?[index + 1] ?? child.table.sql
      let columns = child.columns.map { $0.plainValue("x") }.joined(separator: ", ")
      let places = child.placeColumns.map { "x.\(quotedIdentifier($0))" }.joined(separator: ", ")
      parts.append(
        "coalesce((SELECT string_agg(ROW(\(columns))::text, E'\\n' ORDER BY \(places)) FROM \(table) x"
          + " WHERE \(roots(child, plan, "x", to: alias))), '')")
    }
    return "sha256(convert_to(\(parts.joined(separator: " || E'\\n\\n' || ")), 'UTF8'))"
  }

  /// That a child table's row belongs to the row at hand.
  static func roots(_ child: ChildTablePlan, _ plan: EntityPlan, _ alias: String, to row: String) -> String {
    zip(child.rootColumns, plan.keyColumns).map {
      "\(alias).\(quotedIdentifier($0)) = \(row).\(quotedIdentifier($1.name))"
    }.joined(separator: " AND ")
  }

  private static func object(source: String, target: String) -> String {
    "jsonb_build_object('source', \(source), 'target', \(target))"
  }

  /// `{"column": {"source": …, "target": …}}` of all that differ. One list, for there may be a thousand columns.
  static func evidence(_ tests: [Test]) -> String {
    if tests.isEmpty { return "'{}'::jsonb" }
    let names = tests.map { quoteLiteral($0.name) }.joined(separator: ", ")
    let sides = tests.map { "CASE WHEN \($0.differs) THEN \($0.evidence) END" }.joined(separator: ", ")
    return """
      (SELECT coalesce(jsonb_object_agg(x.name, x.sides), '{}'::jsonb)
        FROM unnest(ARRAY[\(names)]::text[], ARRAY[\(sides)]::jsonb[]) x (name, sides) WHERE x.sides IS NOT NULL)
      """
  }

  /// A value as evidence shows it: text, cut when it is long, and a digest where it is personal.
  static func value(_ expression: String, isPersonal: Bool) -> String {
    let text = "(\(expression))::text"
    let digest = "left(encode(sha256(convert_to(\(text), 'UTF8')), 'hex'), 12)"
    if isPersonal { return "'sha256:' || \(digest)" }
    // Two long values may differ behind what is shown; their digests never look alike.
    return "CASE WHEN length(\(text)) > \(shown) THEN left(\(text), \(shown)) || '… (' || length(\(text))"
      + " || ' characters, sha256:' || \(digest) || ')' ELSE \(text) END"
  }

  /// `2.0: tag=red, weight=NULL`, or NULL where the side has no such row.
  private static func element(_ child: ChildTablePlan, _ alias: String) -> String {
    let places = child.placeColumns.map { "\(alias).\(quotedIdentifier($0))" }
    let values = child.columns.dropFirst(child.leading).map { column in
      let shown = value("\(alias).\(quotedIdentifier(column.name))", isPersonal: column.isPersonal)
      return "\(quoteLiteral(column.name + "=")) || coalesce(\(shown), 'NULL')"
    }
    return
      "CASE WHEN \(places[0]) IS NOT NULL THEN array_to_string(ARRAY[\(places.joined(separator: ", "))]::text[], '.')"
      + " || ': ' || array_to_string(ARRAY[\(values.joined(separator: ", "))]::text[], ', ') END"
  }
}
