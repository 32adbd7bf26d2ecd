internal import Codec
internal import Mapping
public import Postgres
public import Schema

/// Writes what brings a database from what its migrations make to what a mapping needs.
///
/// Tables that are new come whole, in one migration. What changes a table that is in use comes in steps that lock it for moments
/// only, one migration each, as `kedge migrate lint` asks for.
public struct MigrationDrafter {
  /// In the order in which they are to be applied; none where nothing is needed.
  public private(set) var migrations: [DraftedMigration] = []
  /// What a person has to write.
  public private(set) var decisions: [MappingDecision] = []

  let plan: SchemaPlan
  let connection: PostgresConnection
  let differences: [SchemaDifference]
  /// Tables that aren't there yet.
  let new: Set<TableName>

  /// - Parameters:
  ///   - plan: what the mapping needs.
  ///   - connection: a database that the existing migrations made, and nothing else.
  /// - Throws: `PostgresError`.
  public init(_ plan: SchemaPlan, from connection: PostgresConnection) throws {
    self.plan = plan
    self.connection = connection
    differences = try plan.differences(from: connection)
    new = Set(
      differences.compactMap { if case .missingTable(let table) = $0 { table } else { nil } })
    decisions = differences.compactMap(Self.decision)
    try addFoundation()
    try addLabels()
    for table in plan.tables where !new.contains(table.table) { try addColumns(to: table) }
    for table in plan.tables where !new.contains(table.table) { addUniqueness(to: table) }
    for table in plan.tables { try addForeignKeys(to: table) }
    for table in plan.tables where !new.contains(table.table) { addRequirements(to: table) }
    for case .missingIndex(let index) in differences where !new.contains(index.table) {
      add(
        DraftedMigration(
          index.name, isTransaction: false, up: [index.concurrentSQL],
          down: [
            "DROP INDEX CONCURRENTLY \(quotedIdentifier(index.table.schema)).\(quotedIdentifier(index.name))"
          ]))
    }
  }

  /// The migrations as files, with what a person has to decide in the first.
  ///
  /// - Parameters:
  ///   - name: what they are called.
  ///   - set: the mapping set's name.
  public func files(named name: String, set: String) -> [(name: String, text: String)] {
    // Where nothing can be written but what is to be decided, a migration without statements keeps 'up' from going on.
    let all =
      migrations.isEmpty && !decisions.isEmpty ? [DraftedMigration("", up: [], down: [])] : migrations
    let names = all.map { name + ($0.suffix.isEmpty || all.count == 1 ? "" : "_" + $0.suffix) }
    return zip(names, all).enumerated().map { index, pair in
      (
        pair.0,
        pair.1.text(
          title: "What the mapping set \"\(set)\" needs: \(pair.0)", decisions: index == 0 ? decisions : [])
      )
    }
  }

  mutating func add(_ migration: DraftedMigration) { migrations.append(migration) }

  // MARK: What is new as a whole

  /// Schemas, types, tables, and their indexes and keys.
  private mutating func addFoundation() throws {
    let tables = plan.tables.filter { new.contains($0.table) }
    let types: [NamedTypeDefinition] = differences.compactMap {
      if case .missingType(let type) = $0, type.plainSQL != nil { type } else { nil }
    }
    let added = differences.compactMap { difference -> TargetType? in
      guard case .missingColumn(let table, let column, _) = difference else { return nil }
      return plan.column(column, of: table)?.type
    }
    var (up, down): ([String], [String]) = ([], [])
    for schema in Set(tables.map(\.table.schema) + types.map(\.schema)).sorted()
    where try !exists(schema: schema) {
      up.append("CREATE SCHEMA IF NOT EXISTS \(quotedIdentifier(schema))")
      down.append("DROP SCHEMA IF EXISTS \(quotedIdentifier(schema))")
    }
    let usesCitext = (tables.flatMap { $0.columns.map(\.type) } + added).contains {
      $0.element.base.element.base == .citext
    }
    if usesCitext, try !isThere("SELECT FROM pg_extension WHERE extname = 'citext'") {
      up.append("CREATE EXTENSION IF NOT EXISTS citext")
      down.append("DROP EXTENSION IF EXISTS citext")
    }
    for type in types {
      up += [type.plainSQL].compactMap { $0 }
      down.append("DROP TYPE \(type.quotedName)")
    }
    for table in tables {
      up.append(table.plainSQL)
      down.append("DROP TABLE \(table.table.sql)")
    }
    up += plan.indexes.filter { new.contains($0.table) }.map(\.plainSQL)
    up += plan.foreignKeys.filter(isWithItsTable).map(\.wholeSQL)
    guard !up.isEmpty else { return }
    // Tables go in the opposite order, and so does everything else.
    add(DraftedMigration("", up: up, down: down.reversed()))
  }

  /// Whether a foreign key comes with its table: it is new, and what it refers to can be referred to already.
  private func isWithItsTable(_ key: ForeignKey) -> Bool {
    guard new.contains(key.table) else { return false }
    return !differences.contains { if case .missingUnique(key.targetTable, _) = $0 { true } else { false } }
  }

  // MARK: What comes to a table that is in use

  private mutating func addUniqueness(to table: TableDefinition) {
    for case .missingUnique(table.table, let column) in differences {
      let name = uniqueName(table.table, column)
      let quoted = quotedIdentifier(name)
      let index = "\(quotedIdentifier(table.table.schema)).\(quoted)"
      add(
        DraftedMigration(
          name, isTransaction: false,
          notes: ["It fails where two rows have the same \(column): look for them first."],
          up: [
            "CREATE UNIQUE INDEX CONCURRENTLY \(quoted) ON \(table.table.sql) (\(quotedIdentifier(column)))"
          ],
          // Taking the constraint away took the index with it.
          down: ["DROP INDEX CONCURRENTLY IF EXISTS \(index)"]))
      add(
        DraftedMigration(
          name + "_constraint",
          up: ["ALTER TABLE \(table.table.sql) ADD CONSTRAINT \(quoted) UNIQUE USING INDEX \(quoted)"],
          down: ["ALTER TABLE \(table.table.sql) DROP CONSTRAINT \(quoted)"]))
    }
  }

  private mutating func addForeignKeys(to table: TableDefinition) throws {
    var (up, down, validated): ([String], [String], [ForeignKey]) = ([], [], [])
    for difference in differences {
      switch difference {
      case .missingForeignKey(let key) where key.table == table.table && !isWithItsTable(key),
        .missingParentKey(let key) where key.table == table.table:
        up.append(key.addSQL)
        down.append(key.plainDropSQL)
        validated.append(key)
      case .otherForeignKey(let key, _) where key.table == table.table:
        up += [key.plainDropSQL, key.addSQL]
        down += [try oldDefinition(of: key), key.plainDropSQL]
        validated.append(key)
      case .unvalidatedForeignKey(let key) where key.table == table.table: validated.append(key)
      default: break
      }
    }
    if !up.isEmpty {
      add(DraftedMigration("\(table.table.name)_references", up: up, down: down.reversed()))
    }
    guard !validated.isEmpty else { return }
    add(
      DraftedMigration(
        "\(table.table.name)_references_validate",
        notes: ["It fails where a row refers to nothing: look for such rows first."],
        up: validated.map(\.validateSQL), down: validated.flatMap { [$0.plainDropSQL, $0.addSQL] }))
  }

  /// What puts back a foreign key that is to be replaced.
  private func oldDefinition(of key: ForeignKey) throws -> String {
    let definition = try connection.transaction(readOnly: true) {
      // So that every table is named with its schema.
      _ = try connection.query("SELECT set_config('search_path', 'pg_catalog', true)")
      return try connection.query(
        "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2",
        [.text(key.table.sql), .text(key.name)]
      ).first?.text("definition")
    }
    return
      "ALTER TABLE \(key.table.sql) ADD CONSTRAINT \(quotedIdentifier(key.name)) \(definition ?? key.definition)"
  }

  // MARK: What is there

  func isThere(_ query: String, _ parameters: [PostgresParameter] = []) throws -> Bool {
    try !connection.query(query, parameters).isEmpty
  }

  private func exists(schema: String) throws -> Bool {
    try isThere("SELECT FROM pg_namespace WHERE nspname = $1", [.text(schema)])
  }
}
