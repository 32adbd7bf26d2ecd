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
    let place = encoder.refused
    let type = plan.columnType(table: place.table, column: place.column)?.sql
    let column = place.column >= 0 ? plan.columnName(table: place.table, column: place.column) : nil
    let field =
      place.path
      ?? plan.sourcePath(table: place.table, column: place.column, alternative: place.alternative)
    return QuarantineEntry(
      entity: plan.entity.name, locator: locator, reason: refusal.reason.code, field: field,
      path: field.map { exactPath($0, place) }, column: column, found: refusal.found.name,
      expected: type ?? place.expected?.name,
      message: sentence(
        refusal, field: field, column: column, type: type, isElement: place.element != nil), record: record,
      isPersonal: plan.hasPersonalFields)
  }

  /// `addresses[].zip` with its places; where it is about an array itself, without the `[]` that stands for its elements.
  private static func exactPath(_ field: String, _ place: RefusedPlace) -> String {
    let path = ExactPath.text(field, positions: place.positions)
    if let element = place.element { return "\(path)[\(element)]" }
    return path.hasSuffix("[]") ? String(path.dropLast(2)) : path
  }

  /// The entry for a record that the database refused.
  static func entry(
    _ error: PostgresError, plan: EntityPlan, locator: [UInt8], record: [UInt8]
  ) -> QuarantineEntry {
    let constraint = error.constraint.map { " (constraint \($0))" } ?? ""
    let table = plan.children.firstIndex { $0.table.name == error.table }.map { $0 + 1 } ?? 0
    let message: String =
      switch error.sqlState {
      case "23505":
        "another row has this value already in a unique column\(constraint); make the values differ, or drop unique: true"
      case "23503":
        "a reference leads nowhere\(constraint); move the record that it names first, then: kedge quarantine replay"
      case "23502":
        "the column \(error.column ?? "") takes no NULL; give the field a value for missing and null"
      case "23514": "a check of the target refuses the row\(constraint)"
      case let state? where plan.hasPersonalFields && !state.hasPrefix("22"):
        // What a trigger says may quote the row.
        "the target refuses the row (SQLSTATE \(state)); what it says isn't kept, as the entity has personal fields"
      default: "the target refuses the row: \(error.description)"
      }
    let index = error.column.flatMap { plan.columnIndex(table: table, named: $0) }
    return QuarantineEntry(
      entity: plan.entity.name, locator: locator,
      reason: error.sqlState == "23503" ? "reference" : "database",
      field: index.flatMap { plan.sourcePath(table: table, column: $0) },
      column: index.flatMap { plan.columnName(table: table, column: $0) } ?? error.column,
      sqlState: error.sqlState, constraint: error.constraint, message: message, record: record,
      isPersonal: plan.hasPersonalFields)
  }

  static func sentence(
    _ refusal: Refusal, field: String?, column: String?, type: String?, isElement: Bool = false
  )
    -> String
  {
    let place = field.map { "field \($0)" } ?? "the record"
    let target = [column.map { "column \($0)" }, type.map { "(\($0))" }].compactMap { $0 }.joined(
      separator: " ")
    let kind = refusal.found.name
    return switch refusal.reason {
    case .null where isElement:
      "an element of \(place) is null, and the mapping quarantines such records; null-element: says what it becomes"
    case .empty where isElement:
      "an element of \(place) is empty, and the mapping quarantines such records; empty-element: says what it becomes"
    case .missing where column == nil, .null where column == nil, .empty where column == nil:
      "\(place) is \(refusal.reason.code), and the mapping quarantines such records"
    case .missing: "\(place) is missing, and \(target) needs a value; set missing: for it in the mapping"
    case .null: "\(place) is null, and \(target) needs a value; set null: for it in the mapping"
    case .empty: "\(place) is empty, and the mapping quarantines empty values of \(target)"
    case .wrongType where column == nil:
      "\(place) is \(article(kind)), which has nothing inside it that the mapping could take; map it to jsonb"
    case .wrongType:
      "\(place) is \(article(kind)), which \(target) doesn't take as it is; add a transform, or use type jsonb"
    case .outOfRange:
      "\(place) is \(article(kind)) outside the range of \(target); use a wider type, or the transform clamp"
    case .notExact where column == nil:
      "\(place) holds JSON with a number that has more digits than can be kept exactly (34); take the text whole, as"
        + " jsonb with the transform json"
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
    case .unmappedField:
      "\(place) is named nowhere in the mapping, which rejects such records; map it, or add it to unmapped.ignore"
    case .keyKind:
      "its key is \(article(kind)), which no other record's was when the run began, so that it could claim another one's"
        + " row; run the backfill again, which then looks out for that"
    case .tooDeep where column == nil: "\(place) holds JSON that is nested more than 200 levels deep"
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
