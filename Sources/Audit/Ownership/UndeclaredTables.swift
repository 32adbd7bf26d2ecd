internal import Mapping

/// Tables of the target's schemas that no entity declares.
struct UndeclaredTables {
  let set: MappingSet

  func findings(_ tables: [TableName]) -> [OwnershipFinding] {
    let declared = Set(set.tables)
    return tables.filter { !declared.contains($0) }.map { table in
      OwnershipFinding(
        kind: .undeclared, store: "postgres", object: table.display,
        message:
          "no entity declares the table \(table.display); give it one, or move it to a schema of its own",
        isDrift: set.undeclared == .drift)
    }
  }
}
