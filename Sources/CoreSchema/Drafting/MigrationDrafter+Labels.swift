internal import Mapping
internal import Postgres
internal import Schema

/// Values that enums lack.
extension MigrationDrafter {
  mutating func addLabels() throws {
    for type in plan.types {
      let labels = differences.compactMap { difference -> String? in
        if case .missingLabel(type, let label) = difference { label } else { nil }
      }
      guard !labels.isEmpty else { continue }
      add(
        DraftedMigration(
          "type_\(type.name)",
          up: labels.map { "ALTER TYPE \(type.quotedName) ADD VALUE \(quoteLiteral($0))" },
          down: try withoutLabels(type)))
    }
  }

  /// Postgres takes no value out of an enum: another takes the type's place, with the values that were there.
  private func withoutLabels(_ type: NamedTypeDefinition) throws -> [String] {
    try connection.transaction(readOnly: true) {
      // So that defaults name the type with its schema.
      _ = try connection.query("SELECT set_config('search_path', 'pg_catalog', true)")
      let name: [PostgresParameter] = [.text(type.schema), .text(type.name)]
      let labels = try connection.query(
        """
        SELECT e.enumlabel AS label FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
        JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = $1 AND t.typname = $2 ORDER BY e.enumsortorder
        """, name
      ).map { quoteLiteral(try $0.text("label")) }
      let columns = try connection.query(
        """
        SELECT format('%I.%I', cn.nspname, c.relname) AS table_name, quote_ident(a.attname) AS column_name,
          CASE WHEN a.atttypid = t.oid THEN '' ELSE '[]' END AS brackets, pg_get_expr(e.adbin, e.adrelid) AS usual
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
        JOIN pg_type t ON a.atttypid IN (t.oid, t.typarray) JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_attrdef e ON (e.adrelid, e.adnum) = (a.attrelid, a.attnum)
        WHERE n.nspname = $1 AND t.typname = $2 AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
        ORDER BY 1, a.attnum
        """, name)
      let replaced = quotedIdentifier(String(type.name.prefix(40)) + "_replaced")
      var down = [
        "ALTER TYPE \(type.quotedName) RENAME TO \(replaced)",
        "CREATE TYPE \(type.quotedName) AS ENUM (\(labels.joined(separator: ", ")))",
      ]
      for row in columns {
        let alter = "ALTER TABLE \(try row.text("table_name")) ALTER COLUMN \(try row.text("column_name")) "
        let (brackets, usual) = (try row.text("brackets"), try row["usual"])
        if usual != nil { down.append(alter + "DROP DEFAULT") }
        down.append(
          alter + "TYPE \(type.quotedName)\(brackets) USING \(try row.text("column_name"))::text\(brackets)::"
            + "\(type.quotedName)\(brackets)")
        if let usual { down.append(alter + "SET DEFAULT \(usual)") }
      }
      return down + ["DROP TYPE \(quotedIdentifier(type.schema)).\(replaced)"]
    }
  }
}
