internal import Codec
internal import Mapping

/// Values of columns that refer to other records.
enum FixtureReferences {
  /// - Parameter own: the records of the same entity that there are.
  static func values(
    _ references: [Reference], fields: [Field], maker: inout FixtureValueMaker,
    self record: FixtureRecordMaker,
    number: Int, own: [FixtureRecord]
  ) throws -> [String: FixtureValue] {
    var values: [String: FixtureValue] = [:]
    for reference in references {
      let isOwn = reference.entity == record.entity.name
      let target =
        isOwn ? (record.entity, own) : record.others[reference.entity].map { ($0.entity, $0.records) }
      let columns = fields.filter { reference.columns.contains($0.column) }
      // Of an entity that comes later, because both refer to each other.
      guard let (entity, records) = target, !columns.isEmpty else {
        try leaveOut(columns, of: reference, record, &values)
        continue
      }
      if reference.isArray {
        guard let field = columns.first, let to = reference.targetColumns.first else { continue }
        let chosen = try (0..<maker.random.below(3)).compactMap { _ in
          try maker.random.element(records).flatMap { try translated($0, to, entity, field, record) }
        }
        values[field.column] = .value(BSONValue(chosen))
        continue
      }
      if maker.random.once(in: 8), columns.allSatisfy({ canBeNull($0, record) && values[$0.column] == nil }) {
        try leaveOut(columns, of: reference, record, &values)
        continue
      }
      // Two references may share a column: the second takes only what agrees with the first.
      let pairs = Array(zip(reference.columns, reference.targetColumns))
      var candidates: [[String: BSONValue]] = []
      // One for one where the column may not repeat, else any.
      let isUnique = columns.contains { $0.unique }
      let order = isUnique && number < records.count ? [records[number]] : records
      for other in order {
        var row: [String: BSONValue] = [:]
        for (column, to) in pairs {
          guard let field = columns.first(where: { $0.column == column }) else { continue }
          guard let value = try translated(other, to, entity, field, record) else { break }
          if case .value(let fixed)? = values[column], fixed != value { break }
          row[column] = value
        }
        if row.count == columns.count { candidates.append(row) }
      }
      guard let row = maker.random.element(candidates) else {
        try leaveOut(columns.filter { values[$0.column] == nil }, of: reference, record, &values)
        continue
      }
      for (column, value) in row { values[column] = .value(value) }
    }
    return values
  }

  private static func canBeNull(_ field: Field, _ record: FixtureRecordMaker) -> Bool {
    !field.required && !record.entity.key.contains(field.column) && field.null == .null
  }

  private static func leaveOut(
    _ columns: [Field], of reference: Reference, _ record: FixtureRecordMaker,
    _ values: inout [String: FixtureValue]
  ) throws {
    for field in columns {
      guard canBeNull(field, record) else {
        throw FixtureError(
          "\(record.entity.name).\(field.column) has to refer to a record of \(reference.entity), and there is none yet. Make "
            + "records of \(reference.entity), too, or let the column be null.")
      }
      values[field.column] = .value(.null)
    }
  }

  /// The source value that becomes the same as another entity's column.
  ///
  /// - Returns: nil where the other has none.
  private static func translated(
    _ other: FixtureRecord, _ column: String, _ entity: Entity, _ field: Field, _ record: FixtureRecordMaker
  ) throws -> BSONValue? {
    guard let value = other.columns[column], value != .null,
      let origin = entity.fields.first(where: { $0.column == column })
    else { return nil }
    if origin.transforms == field.transforms, record.kind == .mongo || !isBSONOnly(value) { return value }
    let words: Set<String> = ["text", "trim"]
    guard origin.transforms.allSatisfy({ words.contains($0.name) }),
      field.transforms.allSatisfy({ words.contains($0.name) })
    else {
      throw FixtureError(
        "\(record.entity.name).\(field.column) is made by other transforms than \(entity.name).\(column), which it refers to. "
          + "Give both the same, or give values for \"\(record.entity.name).\(field.column)\".")
    }
    let isText = field.type.element.isText
    switch value {
    case .objectID(let id): return .string(id.description)
    case .int32(let number) where isText: return .string("\(number)")
    case .int64(let number) where isText: return .string("\(number)")
    case .string(let text): return .string(origin.transforms.isEmpty ? text : trimmed(text))
    default: return value
    }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }).trimmedEnd
  }

  private static func isBSONOnly(_ value: BSONValue) -> Bool {
    switch value {
    case .objectID, .date, .binary: true
    default: false
    }
  }
}
