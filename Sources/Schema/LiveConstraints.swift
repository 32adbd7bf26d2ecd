internal import Mapping
internal import Postgres

/// Uniqueness, foreign keys and indexes of the live database, beside what the mapping wants.
extension SchemaPlan {
  /// Columns that nothing keeps unique.
  func uniqueDifferences(of table: TableDefinition, from connection: PostgresConnection) throws
    -> [SchemaDifference]
  {
    let columns = table.columns.filter { $0.isUnique && table.key != [$0.name] }
    guard !columns.isEmpty else { return [] }
    let live = try liveIndexes(of: table.table, in: connection)
    return columns.filter { column in
      !live.contains { $0.isUnique && $0.isPlain && $0.columns == [column.name] }
    }.map { .missingUnique(table.table, $0.name) }
  }

  /// A child table whose rows outlive their parents.
  func parentDifferences(of table: TableDefinition, from connection: PostgresConnection) throws
    -> [SchemaDifference]
  {
    guard let key = table.parentKey else { return [] }
    let live = try liveKeys(of: table.table, in: connection)
    let isThere = live.contains { $0.leads(as: key) && $0.onDelete == key.onDelete.letter }
    return isThere ? [] : [.missingParentKey(key)]
  }

  /// A foreign key that isn't there, leads elsewhere, or never looked at old rows.
  func differences(of key: ForeignKey, from connection: PostgresConnection) throws -> [SchemaDifference] {
    guard let live = try liveKeys(of: key.table, in: connection).first(where: { $0.name == key.name }) else {
      return [.missingForeignKey(key)]
    }
    guard live.leads(as: key), live.onDelete == key.onDelete.letter else {
      return [.otherForeignKey(key, found: live.definition)]
    }
    return live.isValid ? [] : [.unvalidatedForeignKey(key)]
  }

  /// Whether some index begins with these columns, whatever its name.
  func isServed(_ index: IndexDefinition, in connection: PostgresConnection) throws -> Bool {
    try liveIndexes(of: index.table, in: connection).contains {
      $0.isPlain && Set($0.columns.prefix(index.columns.count)) == Set(index.columns)
    }
  }

  private func liveIndexes(of table: TableName, in connection: PostgresConnection) throws -> [LiveIndex] {
    try connection.query(
      """
      SELECT i.indisunique AS is_unique, i.indisvalid AND i.indpred IS NULL AS is_plain,
        (SELECT string_agg(coalesce(a.attname, ''), E'\\x01' ORDER BY k.place)
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (column_number, place)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.column_number AND k.column_number > 0
          WHERE k.place <= i.indnkeyatts) AS columns
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2
      """, [.text(table.schema), .text(table.name)]
    ).map { row in
      LiveIndex(
        columns: try row.text("columns").split(separator: "\u{1}", omittingEmptySubsequences: false).map(
          String.init),
        isUnique: try row.bool("is_unique"), isPlain: try row.bool("is_plain"))
    }
  }

  private func liveKeys(of table: TableName, in connection: PostgresConnection) throws -> [LiveForeignKey] {
    try connection.query(
      """
      SELECT k.conname AS name, k.convalidated AS is_valid, k.confdeltype AS deletion, tn.nspname AS target_schema,
        t.relname AS target, pg_get_constraintdef(k.oid) AS definition,
        (SELECT string_agg(a.attname, E'\\x01' ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY AS p (number, place)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number) AS columns,
        (SELECT string_agg(a.attname, E'\\x01' ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY AS p (number, place)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number) AS target_columns
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
      WHERE k.contype = 'f' AND n.nspname = $1 AND c.relname = $2
      """, [.text(table.schema), .text(table.name)]
    ).map { row in
      LiveForeignKey(
        name: try row.text("name"),
        columns: try row.text("columns").split(separator: "\u{1}").map(String.init),
        target: TableName(schema: try row.text("target_schema"), name: try row.text("target")),
        targetColumns: try row.text("target_columns").split(separator: "\u{1}").map(String.init),
        onDelete: try row.text("deletion"), isValid: try row.bool("is_valid"),
        definition: try row.text("definition"))
    }
  }
}

private struct LiveIndex {
  /// Empty where it isn't a column but an expression.
  var columns: [String]
  var isUnique: Bool
  /// Valid, and over all rows.
  var isPlain: Bool
}

private struct LiveForeignKey {
  var name: String
  var columns: [String]
  var target: TableName
  var targetColumns: [String]
  /// As `pg_constraint` has it.
  var onDelete: String
  var isValid: Bool
  var definition: String

  func leads(as key: ForeignKey) -> Bool {
    target == key.targetTable
      && Set(zip(columns, targetColumns).map { "\($0)\u{1}\($1)" })
        == Set(zip(key.columns, key.targetColumns).map { "\($0)\u{1}\($1)" })
  }
}

extension Reference.OnDelete {
  /// As `pg_constraint` has it.
  fileprivate var letter: String {
    switch self {
    case .restrict: "r"
    case .cascade: "c"
    case .setNull: "n"
    case .noAction: "a"
    }
  }
}
