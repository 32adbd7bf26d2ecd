public import Catalog
public import Codec
public import Mapping
internal import Postgres

/// Why a record waits, in a person's words. The value itself is never part of it.
public enum RefusalText {
  /// The entry for a record that the encoder refused.
  public static func entry(
    _ refusal: Refusal, plan: EntityPlan, encoder: RecordEncoder, locator: [UInt8], record: [UInt8]
  ) -> QuarantineEntry {
    let (table, index) = (encoder.refusedTable, encoder.refusedColumn)
    let column = index >= 0 ? plan.columnName(table: table, column: index) : nil
    let field =
      table == 0 && index < 0 ? nil : plan.sourcePath(table: table, column: index)
    let type: TargetType? =
      if index < 0 {
        nil
      } else if table == 0 {
        plan.columns[index].type
      } else {
        plan.children[table - 1].columns[index + plan.children[table - 1].leading].type
      }
    return QuarantineEntry(
      entity: plan.entity.name, locator: locator, reason: refusal.reason.code, field: field, column: column,
      found: refusal.found.name, message: sentence(refusal, field: field, column: column, type: type?.sql),
      record: record, isPersonal: plan.hasPersonalFields)
  }

  /// The entry for a record that the database refused.
  static func entry(
    _ error: PostgresError, plan: EntityPlan, locator: [UInt8], record: [UInt8]
  ) -> QuarantineEntry {
    let constraint = error.constraint.map { " (constraint \($0))" } ?? ""
    let message: String =
      switch error.sqlState {
      case "23505":
        "another row has this value already in a unique column\(constraint); make the values differ, or drop unique: true"
      case "23503":
        "a reference leads nowhere\(constraint); move the record that it names first, then: kedge quarantine replay"
      case "23502":
        "the column \(error.column ?? "") takes no NULL; give the field a value for missing and null"
      case "23514": "a check of the target refuses the row\(constraint)"
      default: "the target refuses the row: \(error.description)"
      }
    return QuarantineEntry(
      entity: plan.entity.name, locator: locator,
      reason: error.sqlState == "23503" ? "reference" : "database", column: error.column,
      sqlState: error.sqlState, message: message, record: record, isPersonal: plan.hasPersonalFields)
  }

  static func sentence(_ refusal: Refusal, field: String?, column: String?, type: String?) -> String {
    let place = field.map { "field \($0)" } ?? "the record"
    let target = [column.map { "column \($0)" }, type.map { "(\($0))" }].compactMap { $0 }.joined(
      separator: " ")
    let kind = refusal.found.name
    return switch refusal.reason {
    case .missing: "\(place) is missing, and \(target) needs a value; set missing: for it in the mapping"
    case .null: "\(place) is null, and \(target) needs a value; set null: for it in the mapping"
    case .empty: "\(place) is empty, and the mapping quarantines empty values of \(target)"
    case .wrongType:
      "\(place) is \(article(kind)), which \(target) doesn't take as it is; add a transform, or use type jsonb"
    case .outOfRange:
      "\(place) is \(article(kind)) outside the range of \(target); use a wider type, or the transform clamp"
    case .notExact:
      "\(place) is \(article(kind)) that \(target) can't hold exactly; use a type with more digits, or a transform"
        + " such as round"
    case .invalidUTF8: "\(place) is text that isn't valid UTF-8; correct it in the source, or map it to bytea"
    case .containsNUL:
      "\(place) is text with a NUL character, which Postgres can't store; use the transform escape_nul or"
        + " strip_nul, or map it to bytea"
    case .tooLong: "\(place) is longer than \(target) allows; use a longer type, or the transform truncate"
    case .notInEnum:
      "\(place) holds \(article(kind)) that the mapping's list doesn't name; add it to the enum or the boolean words"
    case .invalidText: "\(place) holds text that can't be read as the transform for \(target) says"
    case .invalidJSON: "\(place) holds text that isn't valid JSON"
    case .invalidDocument: "the record isn't a valid BSON document"
    case .duplicateField: "\(place) holds a field name twice, and only one of the values could land"
    case .keyIsNull: "\(place) is part of the key and has no value"
    case .tooDeep: "\(place) is nested too deep for jsonb"
    }
  }

  private static func article(_ kind: String) -> String {
    "\(kind.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(kind)"
  }
}

extension EntityPlan {
  /// Whether any column is marked personal: then no report shows a whole record.
  public var hasPersonalFields: Bool {
    columns.contains(where: \.isPersonal) || children.contains { $0.columns.contains(where: \.isPersonal) }
  }
}
