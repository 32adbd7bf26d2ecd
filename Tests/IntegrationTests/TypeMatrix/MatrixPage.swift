/// Writes `docs/type-matrix.md` from what really became of each value.
struct MatrixPage {
  let mongo: MatrixOutcomes
  let sqlite: MatrixOutcomes
  let declared: [[String]]
  let arrays: [[String]]
  let documents: [[String]]
  let tables: [[String]]
  let clothes: [[String]]
  let filled: [[String]]

  var text: String {
    var page = Self.introduction
    page += "\n## From MongoDB\n" + kindTables(MatrixValues.mongo, mongo)
    page += "\n### Arrays\n\n" + Self.arraysNote + "\n"
    page += table(["array of", "given", "lands as", "`[]`", "given", "becomes", "array in an array"], arrays)
    page += "\n### Documents\n\n" + Self.documentsNote + "\n"
    page += table(
      ["document", "mapped to", "read", "landed", "quarantined", "psql prints, or why not"], documents)
    page += "\n## From SQLite\n\n" + Self.sqliteNote + kindTables(MatrixValues.sqlite, sqlite)
    page += "\n### Forms of tables\n\n" + Self.formsNote + "\n"
    page += table(["table", "read", "landed", "quarantined", "psql prints, or why not"], tables)
    page += "\n### Booleans and times in other clothes\n\n" + Self.clothesNote + "\n"
    page += table(["given", "type", "through", "lands as"], clothes)
    page += "\n## Declared types of SQLite\n\n" + Self.declaredNote + "\n"
    page += table(["column", "given", "lands in `jsonb` through `ejson`"], declared)
    page += "\n## Columns that Postgres fills\n\n" + Self.filledNote + "\n"
    page += table(["given", "psql prints"], filled)
    page += "\n## Special values\n\n" + Self.specialNote
    page += "\n### MongoDB\n\n" + special(MatrixValues.mongo, mongo)
    page += "\n### SQLite\n\n" + special(MatrixValues.sqlite, sqlite)
    return page
  }

  // MARK: Kinds by types

  private func kindTables(_ values: [MatrixValue], _ outcomes: MatrixOutcomes) -> String {
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
    "bool": "boolean", "objectId": "uuid", "date": "timestamptz", "binary 0": "bytea", "binary 1": "bytea",
    "binary 2": "bytea", "binary 6": "bytea", "binary 7": "bytea", "binary 8": "bytea", "binary 9": "bytea",
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
