internal import Codec
internal import Mapping
internal import Schema

/// Columns and what is required of them, in tables that are in use.
extension MigrationDrafter {
  mutating func addColumns(to table: TableDefinition) throws {
    let name = table.table.sql
    var (plain, generated, dropped): ([String], [String], [String]) = ([], [], [])
    for case .missingColumn(table.table, let column, _) in differences {
      if let definition = plan.generatedColumn(column, of: table.table) {
        generated.append(
          """
          -- kedge: allow volatile-default: Postgres fills the column by itself, and so writes the whole table anew
          ALTER TABLE \(name) ADD COLUMN \(definition.definition)
          """)
      } else if let definition = plan.column(column, of: table.table) {
        let collation = table.comparesAsBytes(definition) ? " COLLATE \"C\"" : ""
        plain.append("ADD COLUMN \(quotedIdentifier(column)) \(definition.type.sql)\(collation)")
      }
      dropped.append("DROP COLUMN \(quotedIdentifier(column))")
    }
    guard !dropped.isEmpty else { return }
    let notes =
      generated.isEmpty
      ? [] : ["Nobody reads or writes \(table.table.display) while this is applied: choose the hour."]
    let added = plain.isEmpty ? [] : ["ALTER TABLE \(name)\n  " + plain.joined(separator: ",\n  ")]
    add(
      DraftedMigration(
        "\(table.table.name)_columns", notes: notes, up: added + generated,
        down: ["ALTER TABLE \(name)\n  " + dropped.reversed().joined(separator: ",\n  ")]))
  }

  /// NOT NULL, in three steps none of which reads the table under a lock that stops others.
  mutating func addRequirements(to table: TableDefinition) {
    let columns = differences.compactMap { difference -> String? in
      switch difference {
      case .otherNullability(table.table, let column, liveIsRequired: false): column
      case .missingColumn(table.table, let column, _):
        plan.column(column, of: table.table)?.isRequired == true ? column : nil
      default: nil
      }
    }.filter { !table.key.contains($0) }
    guard !columns.isEmpty else { return }
    let alter = "ALTER TABLE \(table.table.sql) "
    let checks = columns.map { column in
      let name = quotedIdentifier(postgresName(table.table.name, column, "required"))
      let column = quotedIdentifier(column)
      return (name: name, column: column, add: alter + "ADD CONSTRAINT \(name) CHECK (\(column) IS NOT NULL)")
    }
    let drops = checks.map { alter + "DROP CONSTRAINT \($0.name)" }
    let suffix = "\(table.table.name)_required"
    add(
      DraftedMigration(
        suffix,
        notes: [
          "From here on new rows need \(columns.joined(separator: ", ")). Fill old rows before the next migration."
        ],
        up: checks.map { $0.add + " NOT VALID" }, down: drops.reversed()))
    add(
      DraftedMigration(
        suffix + "_validate",
        notes: ["It fails where a row has none of \(columns.joined(separator: ", "))."],
        up: checks.map { alter + "VALIDATE CONSTRAINT \($0.name)" },
        down: zip(drops, checks).flatMap { [$0, $1.add + " NOT VALID"] }))
    add(
      DraftedMigration(
        suffix + "_set",
        up: checks.flatMap { check in
          [
            """
            -- kedge: allow set-not-null: the check that the migration before has validated proves it, so no row is read
            \(alter)ALTER COLUMN \(check.column) SET NOT NULL
            """, alter + "DROP CONSTRAINT \(check.name)",
          ]
        },
        down: checks.reversed().flatMap { [$0.add, alter + "ALTER COLUMN \($0.column) DROP NOT NULL"] }))
  }
}
