import Foundation
import Postgres
import TestSupport

/// A column of the target as `kedge schema --json` tells it, and what of the source's truth it must show.
struct LandedColumn {
  var table: String
  /// Steps of the source path: names, and `[]` for each element.
  var path: [String]
  var column: String
  var type: String
  var transforms: [String]

  var isJSON: Bool { type == "jsonb" }
  private var quotedColumn: String { quoteIdentifier(column) }

  /// Columns by the source table or collection, from the output of `kedge schema --json`.
  static func all(_ schema: [String: Any]) -> [String: [LandedColumn]] {
    var found: [String: [LandedColumn]] = [:]
    for entity in schema["entities"] as? [[String: Any]] ?? [] {
      guard let source = entity["source"] as? String, let table = entity["table"] as? String else { continue }
      let quoted = table.split(separator: ".", maxSplits: 1).map { quoteIdentifier(String($0)) }.joined(
        separator: ".")
      let columns = (entity["columns"] as? [[String: Any]] ?? []).compactMap { column -> LandedColumn? in
        guard let path = column["path"] as? String, let name = column["column"] as? String,
          let type = column["type"] as? String
        else { return nil }
        return LandedColumn(
          table: quoted, path: steps(path), column: name, type: type,
          transforms: column["transforms"] as? [String] ?? [])
      }
      found[source, default: []] += columns
    }
    return found
  }

  /// The steps of a path as the mapping language writes it.
  static func steps(_ path: String) -> [String] {
    var steps: [String] = []
    var rest = Substring(path)
    while !rest.isEmpty {
      if rest.hasPrefix("[]") {
        steps.append("[]")
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("\"") {
        var end = rest.index(after: rest.startIndex)
        while rest[end] != "\"" { end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1) }
        let literal = rest[...end]
        let decoded = try? JSONSerialization.jsonObject(with: Data(literal.utf8), options: .fragmentsAllowed)
        steps.append(decoded as? String ?? String(literal))
        rest = rest[rest.index(after: end)...]
      } else {
        let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
        steps.append(String(rest[..<end]))
        rest = rest[end...]
      }
      if rest.hasPrefix(".") { rest = rest.dropFirst() }
    }
    return steps
  }

  /// A query for the figures of one kind among the values that lie `below` this column's own path.
  func query(_ kind: String, below: [String], _ figures: [String]) -> String {
    let list = figures.compactMap { figure in
      Figures.expression(figure, kind: kind).map { "(\($0))::text AS \(quoteIdentifier(figure))" }
    }.joined(separator: ", ")
    guard isJSON else {
      return
        "SELECT \(list) FROM (SELECT \(typed(kind)) AS c FROM \(table) WHERE \(quotedColumn) IS NOT NULL) s"
    }
    var from = "(SELECT \(quotedColumn) AS v FROM \(table) WHERE \(quotedColumn) IS NOT NULL) j0"
    for (index, step) in below.enumerated() {
      if step == "[]" {
        from +=
          " CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(j\(index).v) WHEN 'array' THEN j\(index).v"
          + " ELSE '[]' END) AS j\(index + 1)(v)"
      } else {
        from +=
          " CROSS JOIN LATERAL (SELECT j\(index).v -> \(quoteLiteral(step)) AS v WHERE jsonb_typeof(j\(index).v) = 'object'"
          + " AND j\(index).v ? \(quoteLiteral(step))) j\(index + 1)"
      }
    }
    let (condition, value) = Figures.fromJSON(kind)
    return
      "SELECT \(list) FROM (SELECT \(value) AS c FROM (SELECT j\(below.count).v FROM \(from)) x WHERE \(condition)) s"
  }

  /// The column's value as the kind's own type.
  private func typed(_ kind: String) -> String {
    switch Figures.type(of: kind) {
    case "bytea" where type == "text": "decode(\(quotedColumn), 'base64')"
    case let wanted: "\(quotedColumn)::\(wanted)"
    }
  }
}
