internal import Mapping

/// The keys of a file of seeds.
enum SeedKey: String, VocabularyKey {
  case seed, table, key, force, rows
  static let object = "a file of seeds"
  static let definition = "seed"
  static let needed: [SeedKey] = [.rows]
}

/// Reads a file of seeds in YAML.
struct SeedReader {
  /// More than this is data to be moved, not a seed.
  static let byteLimit = 32 << 20

  let log: DiagnosticLog

  /// - Returns: nil after the file's errors went to the log.
  func read(_ source: SourceText, name: String) -> SeedFile? {
    guard let root = YAMLDocument.read(source, log: log, limit: Self.byteLimit) else { return nil }
    TagCheck(log: log).check(root)
    guard let object = ObjectReader<SeedKey>(root, log: log) else { return nil }
    let target = target(object)
    let key = object[.key].map { log.distinctTexts($0, "\"key\"") }
    let isForced = object[.force].flatMap { log.boolean($0, "\"force\"") } ?? false
    guard let node = object[.rows], let target else { return nil }
    guard let items = node.items else {
      log.error("\"rows\" must be a list of rows, not \(node.kindName)", at: node.location)
      return nil
    }
    var columns: [Located<String>] = []
    let rows = self.rows(items, &columns)
    return SeedFile(
      name: name, path: source.file, target: target, key: key, isForced: isForced, columns: columns,
      content: .rows(rows), location: node.location)
  }

  private func target(_ object: ObjectReader<SeedKey>) -> SeedFile.Target? {
    switch (object[.seed], object[.table]) {
    case (let seed?, nil): return log.text(seed, "\"seed\"").map { .entity($0) }
    case (nil, let table?): return log.text(table, "\"table\"").map { .table($0) }
    case (.some, .some):
      log.error(
        "a file of seeds has either \"seed\" or \"table\"", at: object.place(of: .table),
        help: "keep \"seed\": the entity knows its table")
    case (nil, nil):
      log.error(
        "a file of seeds needs \"seed\", the entity, or \"table\"", at: object.location,
        help: "write, for example, seed: tiers")
    }
    return nil
  }

  private func rows(_ items: [YAMLNode], _ columns: inout [Located<String>]) -> [SeedRow] {
    var places: [String: Int] = [:]
    var rows: [SeedRow] = []
    rows.reserveCapacity(items.count)
    for item in items {
      guard let pairs = item.pairs else {
        log.error("a row must be a mapping of columns, not \(item.kindName)", at: item.location)
        continue
      }
      var row = SeedRow(cells: [], line: item.location.line, character: item.location.column)
      row.cells.reserveCapacity(pairs.count)
      for pair in pairs {
        guard let column = pair.key.scalarText else {
          log.error("a column's name must be a text, not \(pair.key.kindName)", at: pair.key.location)
          continue
        }
        let place = places[column] ?? columns.count
        if place == columns.count {
          places[column] = place
          columns.append(Located(value: column, location: pair.key.location))
        }
        guard let value = value(pair.value) else { continue }
        let location = pair.value.location
        row.cells.append(
          SeedRow.Cell(column: place, value: value, line: location.line, character: location.column))
      }
      rows.append(row)
    }
    return rows
  }

  private func value(_ node: YAMLNode) -> SeedValue? {
    if node.isNull { return .null }
    guard !holdsNUL(node) else {
      log.error("Postgres can't store the character U+0000", at: node.location, help: "leave it out")
      return nil
    }
    return node.scalarText.map { .text($0) } ?? .tree(node)
  }

  private func holdsNUL(_ node: YAMLNode) -> Bool {
    switch node.content {
    case .scalar(let text, _): text.utf8.contains(0)
    case .sequence(let items): items.contains(where: holdsNUL)
    case .mapping(let pairs): pairs.contains { holdsNUL($0.key) || holdsNUL($0.value) }
    }
  }
}
