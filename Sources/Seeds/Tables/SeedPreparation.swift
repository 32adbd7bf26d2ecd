internal import Catalog
internal import Mapping
internal import Postgres

/// Finds the table of each file, and what doesn't fit it. Inside a transaction, since it makes temporary tables.
struct SeedPreparation {
  let connection: PostgresConnection
  let ownership: SeedOwnership
  let log: DiagnosticLog

  /// What a file is about: its table, and the entity that declares it.
  struct Subject {
    var table: TableName
    var entity: Entity?
  }

  /// - Returns: nil after what is wrong went to the log.
  func subject(of file: SeedFile) -> Subject? {
    switch file.target {
    case .entity(let name):
      guard let set = ownership.set else {
        log.error(
          "no mapping set is there to say what \"\(name.value)\" is", at: name.location,
          help: "name the set with --mappings DIR, or the table: table: schema.name")
        return nil
      }
      guard let entity = set.entity(named: name.value) else {
        log.error(
          "unknown entity \"\(name.value)\"", at: name.location,
          help: NearestWord.help(for: name.value, among: set.entities.map(\.name))
            ?? "a table that no entity declares is named by table: schema.name")
        return nil
      }
      // Of a feature entity only the refusal counts.
      return Subject(
        table: entity.table ?? TableName(schema: set.schema, name: entity.name), entity: entity)
    case .table(let name):
      let parts = name.value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      guard parts.allSatisfy({ !$0.isEmpty }), parts.count == 2 || ownership.set != nil else {
        log.error("a table is named as schema.name", at: name.location)
        return nil
      }
      let table =
        parts.count == 2
        ? TableName(schema: parts[0], name: parts[1])
        : TableName(schema: ownership.set?.schema ?? "public", name: parts[0])
      if ["kedge", "pg_catalog", "information_schema"].contains(table.schema) {
        log.error("the tables of schema \(table.schema) aren't for seeds", at: name.location)
        return nil
      }
      return Subject(table: table, entity: ownership.entity(of: table))
    }
  }

  /// The file with its table and columns.
  ///
  /// - Returns: nil after what is wrong went to the log.
  /// - Throws: `PostgresError`.
  func prepare(_ file: SeedFile, _ subject: Subject) throws -> PreparedSeed? {
    let place = file.target.name.location
    let isOwnTable = subject.entity?.table == subject.table
    let personal =
      subject.entity.map { entity in
        isOwnTable
          ? entity.fields
          : entity.children.flatMap(\.all).filter { $0.table == subject.table }.flatMap(\.fields)
      } ?? []
    let hidden = Set(personal.filter(\.personal).map(\.column))
    guard let table = try SeedTable.find(subject.table, personal: hidden, in: connection) else {
      log.error(
        "the table \(subject.table.display) isn't there", at: place,
        help: "migrations make it: kedge migrate up")
      return nil
    }
    guard ["r", "p"].contains(table.kind) else {
      log.error("\(subject.table.display) isn't a table of this database, and can't be seeded", at: place)
      return nil
    }
    try Catalog(connection).verifyKeys(of: [subject.table.sql])
    guard let key = key(of: file, subject, table, isOwnTable: isOwnTable) else { return nil }
    guard let uniqueness = table.uniqueness(of: key) else {
      log.error(
        "nothing makes the key (\(key.joined(separator: ", "))) unique in \(subject.table.display)",
        at: file.key?.first?.location ?? place,
        help: "add a unique index over it in a migration, or name another key"
          + (table.uniqueness.isEmpty
            ? ""
            : "; unique are: "
              + table.uniqueness.map { "(\($0.columns.joined(separator: ", ")))" }.joined(separator: ", ")))
      return nil
    }
    let named: [PreparedSeed.Named]?
    switch file.content {
    case .rows(let rows): named = self.named(rows, file, table, key)
    case .query(let query):
      named = try SeedQueryColumns(connection: connection, log: log).named(query, file, table, key)
    }
    guard let named else { return nil }
    let keyColumns = key.compactMap { name in named.first { $0.column.name == name } }
    guard keyColumns.count == key.count else { return nil }
    return PreparedSeed(
      file: file, entity: subject.entity, table: table, named: named, uniqueness: uniqueness, key: keyColumns)
  }

  /// The natural key: the file's, else the entity's, else the table's primary key.
  private func key(of file: SeedFile, _ subject: Subject, _ table: SeedTable, isOwnTable: Bool) -> [String]? {
    if let key = file.key {
      let unknown = key.filter { table.column($0.value) == nil }
      for column in unknown { report(column, isUnknownIn: table) }
      return unknown.isEmpty && !key.isEmpty ? key.map(\.value) : nil
    }
    if isOwnTable, let entity = subject.entity {
      let missing = entity.key.filter { table.column($0) == nil }
      for column in missing {
        log.error(
          "\(table.name.display) has no column \"\(column)\", which is part of the entity's key",
          at: file.target.name.location, help: "see what mapping and table differ in: kedge schema --diff")
      }
      return missing.isEmpty ? entity.key : nil
    }
    if let first = table.uniqueness.first { return first.columns }
    log.error(
      "\(table.name.display) has no key to tell its rows by", at: file.target.name.location,
      help: "add a primary key in a migration, or a unique index and: key: [COLUMN]")
    return nil
  }

  func report(_ column: Located<String>, isUnknownIn table: SeedTable) {
    log.error(
      "\(table.name.display) has no column \"\(column.value)\"", at: column.location,
      help: NearestWord.help(for: column.value, among: table.columns.map(\.name))
        ?? "it has \(table.columns.map(\.name).joined(separator: ", "))")
  }

  /// The columns that rows name. Reports what no row may hold.
  private func named(_ rows: [SeedRow], _ file: SeedFile, _ table: SeedTable, _ key: [String])
    -> [PreparedSeed.Named]?
  {
    let before = log.diagnostics.count
    var counts = [Int](repeating: 0, count: file.columns.count)
    var nulls: [(Int, SourceLocation)] = []
    let keyPlaces = key.map { name in file.columns.firstIndex { $0.value == name } }
    var errors = 0
    for row in rows {
      let place = SourceLocation(file: file.path, line: row.line, column: row.character)
      for cell in row.cells {
        counts[cell.column] += 1
        if case .null = cell.value, keyPlaces.contains(cell.column) {
          nulls.append(
            (cell.column, SourceLocation(file: file.path, line: cell.line, column: cell.character)))
        }
      }
      for (name, column) in zip(key, keyPlaces)
      where errors < 100 && !row.cells.contains(where: { $0.column == column }) {
        log.error("the row has no \"\(name)\", which is part of the key", at: place)
        errors += 1
      }
    }
    for (column, place) in nulls.prefix(100) {
      log.error("\"\(file.columns[column].value)\" is part of the key, and can't be null", at: place)
    }
    var named: [PreparedSeed.Named] = []
    for (index, column) in file.columns.enumerated() {
      guard let live = table.column(column.value) else {
        report(column, isUnknownIn: table)
        continue
      }
      guard !live.isGenerated else {
        log.error(
          "Postgres itself fills the column \"\(column.value)\"", at: column.location, help: "leave it out")
        continue
      }
      let isAlways = counts[index] == rows.count
      named.append(
        PreparedSeed.Named(
          column: live, isAlways: isAlways, isKey: key.contains(column.value), staged: "c\(index)",
          flag: isAlways ? nil : "n\(index)"))
    }
    // No row: nothing names the key's columns, but a prune still goes by them.
    if rows.isEmpty {
      named = key.enumerated().compactMap { index, name in
        table.column(name).map {
          PreparedSeed.Named(column: $0, isAlways: true, isKey: true, staged: "c\(index)")
        }
      }
    }
    return log.diagnostics.count == before ? named : nil
  }
}
