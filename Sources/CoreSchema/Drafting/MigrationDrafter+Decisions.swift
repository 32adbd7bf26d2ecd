internal import Mapping
internal import Schema

/// What nobody but a person can know.
extension MigrationDrafter {
  static func decision(_ difference: SchemaDifference) -> MappingDecision? {
    let advice: [String]
    switch difference {
    case .otherType(let table, let column, let found, let wanted):
      let name = quotedIdentifier(column)
      advice = [
        "Either the mapping says type: \(found),",
        "or the column is rewritten, while nobody reads or writes the table:",
        "ALTER TABLE \(table.sql) ALTER COLUMN \(name) TYPE \(wanted) USING \(name)::\(wanted);",
        "or a new column of the new type is filled in batches and takes its place.",
      ]
    case .otherNullability(let table, let column, liveIsRequired: true):
      advice = [
        "Either the mapping says required: true,",
        "or: ALTER TABLE \(table.sql) ALTER COLUMN \(quotedIdentifier(column)) DROP NOT NULL;",
      ]
    case .otherKey(let table, _, let wanted):
      advice = [
        "Either the mapping says key: with the columns of the primary key, or the key is replaced:",
        "CREATE UNIQUE INDEX CONCURRENTLY … ON \(table.sql) (\(columnList(wanted))); then, in one statement,",
        "ALTER TABLE \(table.sql) DROP CONSTRAINT …, ADD PRIMARY KEY USING INDEX …;",
      ]
    case .unknownRequiredColumn(let table, let column):
      let alter = "ALTER TABLE \(table.sql) ALTER COLUMN \(quotedIdentifier(column))"
      advice = [
        "Either the mapping fills it, or it gets a default: \(alter) SET DEFAULT …;",
        "or it takes NULL: \(alter) DROP NOT NULL;",
      ]
    case .missingType(let type):
      guard type.plainSQL == nil, case .domain(let base) = type.kind else { return nil }
      advice = [
        "The mapping doesn't know the domain's rules. It has to be there before a table uses it:",
        "CREATE DOMAIN \(type.quotedName) AS \(base) CHECK (…);",
      ]
    case .otherKindOfType: advice = ["Give one of the two types another name."]
    case .unwritableColumn:
      advice = ["Move it to \"generated\" in the mapping, or give the mapping's another name."]
    case .otherCollation(let table, let column, _):
      advice = [
        "The index of the key is built anew, while nobody reads or writes the table:",
        "ALTER TABLE \(table.sql) ALTER COLUMN \(quotedIdentifier(column)) TYPE … COLLATE \"C\";",
      ]
    case .missingTable, .missingColumn, .otherNullability, .missingForeignKey, .unvalidatedForeignKey,
      .missingLabel, .missingUnique, .missingIndex, .otherForeignKey, .missingParentKey:
      return nil
    }
    return MappingDecision(difference: difference.description, advice: advice)
  }
}
