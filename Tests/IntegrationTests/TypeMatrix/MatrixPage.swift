/// Writes `docs/type-matrix.md` from what really became of each value.
struct MatrixPage {
  let mongo: MatrixOutcomes
  let sqlite: MatrixOutcomes
  let declared: [[String]]

  var text: String {
    var page = Self.introduction
    page += "\n## From MongoDB\n" + tables(MatrixValues.mongo, mongo)
    page += "\n## From SQLite\n\n" + Self.sqliteNote + tables(MatrixValues.sqlite, sqlite)
    page += "\n## Declared types of SQLite\n\n" + Self.declaredNote
    page += table(["column", "given", "lands in `jsonb` through `ejson`"], declared)
    page += "\n## Special values\n\n" + Self.specialNote
    page += "\n### MongoDB\n\n" + special(MatrixValues.mongo, mongo)
    page += "\n### SQLite\n\n" + special(MatrixValues.sqlite, sqlite)
    return page
  }

  private static let introduction = """
    # Type matrix

    What becomes of every kind of source value in every type of column. A test writes this page from what the engine did on real
    servers and what `psql` printed afterwards, and fails when the page says anything else. To write it anew:
    `KEDGE_RECORD_GOLDEN=1 swift test --filter TypeMatrix`.

    | in a cell | means |
    |---|---|
    | `=` | values land exactly, without a transform |
    | `number` | values that nothing before takes land through this transform; see the [mapping reference](mapping-reference.md#transforms) |
    | *not_exact* | values that none of these takes go to quarantine with this reason |
    | – | none lands: every record goes to quarantine, *wrong_type* |

    Several of these stand where values of one kind differ: `=`, *out_of_range* means that some land and the others are out of range.

    """

  private static let sqliteNote = """
    SQLite stores each value by itself in one of five storage classes, whatever its column declares.

    """
  private static let declaredNote = """
    What a column's declaration makes of a value is SQLite's own doing, before Kedge reads it: `12` in a REAL column is a double. What is stored is what lands.

    """
  private static let specialNote = """
    Each value in the type that fits its kind best, and in `jsonb` through `ejson`, which takes every kind. Long texts are cut here by `…`.

    """

  // MARK: Kinds by types

  private func tables(_ values: [MatrixValue], _ outcomes: MatrixOutcomes) -> String {
    let kinds = values.map(\.kind).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    var first = 0
    var text = ""
    for section in MatrixSection.all {
      text += "\n### \(section.title)\n\n"
      let numbers = first..<(first + section.targets.count)
      let rows = kinds.map { kind in
        let indexes = values.indices.filter { values[$0].kind == kind }
        return [kind] + numbers.map { cell(indexes, target: $0, outcomes) }
      }
      text += table(["from"] + section.targets.map { "`\($0.name)`" }, rows)
      first += section.targets.count
    }
    return text
  }

  /// What takes values of a kind: the plain column, and chains that take what it doesn't; then why the rest is refused.
  private func cell(_ values: [Int], target: Int, _ outcomes: MatrixOutcomes) -> String {
    let columns = MatrixRun.columns.indices.filter { MatrixRun.columns[$0].target == target }
    var parts: [String] = []
    var left = values
    for column in columns {
      let chain = MatrixRun.columns[column].chain
      let taken = left.filter { outcomes.landed(column, $0) }
      left.removeAll { taken.contains($0) }
      if !taken.isEmpty { parts.append(chain.isEmpty ? "`=`" : "`\(chain)`") }
    }
    var reasons: [String] = []
    for value in left {
      let all = columns.compactMap { outcomes.reason($0, value) }
      // The one that says most: a transform came further than the plain column.
      let reason = all.first { $0 != "wrong_type" } ?? "wrong_type"
      if !reasons.contains(reason) { reasons.append(reason) }
    }
    if parts.isEmpty, reasons == ["wrong_type"] { return "–" }
    return (parts + reasons.map { "*\($0)*" }).joined(separator: ", ")
  }

  // MARK: Values one by one

  private static let natural = [
    "int32": "integer", "int64": "bigint", "double": "double precision", "decimal128": "numeric",
    "string": "text",
    "bool": "boolean", "objectId": "uuid", "date": "timestamptz", "binary 0": "bytea", "binary 2": "bytea",
    "binary 3": "uuid", "binary 4": "uuid", "binary 5": "bytea", "binary 128": "bytea", "array": "text[]",
    "INTEGER": "bigint", "REAL": "double precision", "TEXT": "text", "BLOB": "bytea", "symbol": "text",
  ]

  private func special(_ values: [MatrixValue], _ outcomes: MatrixOutcomes) -> String {
    let json = column("jsonb", "ejson")
    let rows = values.indices.map { index -> [String] in
      let value = values[index]
      let name = Self.natural[value.kind] ?? "jsonb"
      let chain =
        ["uuid": "uuid", "jsonb": "ejson", "text": value.kind == "symbol" ? "text" : ""][name] ?? ""
      let best = column(name, chain)
      return [
        "\(value.kind) \(value.label)", "`\(name)`" + (chain.isEmpty ? "" : " through `\(chain)`"),
        shown(outcomes[best, index]), name == "jsonb" ? "the same" : shown(outcomes[json, index]),
      ]
    }
    return table(["value", "type", "lands as", "in `jsonb`"], rows)
  }

  private func column(_ name: String, _ chain: String) -> Int {
    MatrixRun.columns.firstIndex { MatrixSection.targets[$0.target].name == name && $0.chain == chain } ?? 0
  }

  private func shown(_ outcome: MatrixOutcomes.Outcome) -> String {
    switch outcome {
    case .refused(let reason): "*\(reason)*"
    case .landed(nil): "NULL"
    case .landed(""?): "the empty text"
    case .landed(let text?):
      "`` \(text.count > 60 ? text.prefix(50) + "… (\(text.count) characters)" : text) ``"
    }
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    return line(head) + "|" + String(repeating: "---|", count: head.count) + "\n" + rows.map(line).joined()
  }
}
