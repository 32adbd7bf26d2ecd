internal import Codec
internal import SQLite

/// The type of one column and the transforms before it, chosen so that every value that was met lands as it is.
struct ColumnChoice: Equatable {
  var type: TargetType
  var transforms: [Transform] = []
  /// What a person should know about the choice.
  var remarks: [String] = []

  /// - Parameter declared: the column in SQLite's schema, which decides only where there is no value to count.
  init(_ field: FieldScan, declared: SQLiteColumn? = nil) {
    let kinds = field.valueKinds
    if kinds.isEmpty {
      self = Self.withoutValues(field, declared)
    } else if kinds.isSubset(of: [.int32, .int64, .double, .decimal128]) {
      self = Self.number(field, kinds)
    } else if kinds.count == 1, let kind = kinds.first {
      self = Self.single(kind, field)
    } else {
      self = .mixed(field)
    }
    if type == .jsonb { remarks += Self.remarksOnRefusals(field) }
  }

  /// The native array for a field of arrays, where every element is null or a scalar that one type holds.
  init?(arrayOf field: FieldScan) {
    guard field.valueKinds == [.array], let element = field.element, !element.valueKinds.isEmpty,
      element.valueKinds.isDisjoint(with: [.document, .array])
    else { return nil }
    let choice = ColumnChoice(element)
    if choice.type == .jsonb { return nil }
    self.init(.array(choice.type), choice.transforms, choice.remarks)
  }

  private init(_ type: TargetType, _ transforms: [Transform] = [], _ remarks: [String] = []) {
    self.type = type
    self.transforms = transforms
    self.remarks = remarks
  }

  private static func withoutValues(_ field: FieldScan, _ declared: SQLiteColumn?) -> ColumnChoice {
    let found = field.nulls > 0 ? "every value is null" : "there is no value yet"
    guard let declared else {
      return ColumnChoice(.jsonb, [.ejson], ["\(found), so that nothing tells the type; jsonb takes any"])
    }
    switch Affinity(declaredType: declared.declaredType) {
    case .integer: return ColumnChoice(.bigint, [], ["\(found); the type is what was declared"])
    case .real: return ColumnChoice(.doublePrecision, [], ["\(found); the type is what was declared"])
    case .text: return ColumnChoice(.text, [], ["\(found); the type is what was declared"])
    case .blob where !declared.declaredType.isEmpty:
      return ColumnChoice(.bytea, [], ["\(found); the type is what was declared"])
    case .blob, .numeric:
      return ColumnChoice(.jsonb, [.ejson], ["\(found), and the declaration allows any type; so does jsonb"])
    }
  }

  private static func number(_ field: FieldScan, _ kinds: Set<ValueKind>) -> ColumnChoice {
    if kinds == [.int32] { return ColumnChoice(.integer) }
    if kinds.isSubset(of: [.int32, .int64]) { return ColumnChoice(.bigint) }
    if kinds == [.double] { return ColumnChoice(.doublePrecision) }
    let histogram = Histogram.text(field)
    if !kinds.contains(.decimal128), field.integers.beyondDouble == 0 {
      return ColumnChoice(
        .doublePrecision, [], ["\(histogram); a double holds every one of them exactly"])
    }
    if field.doubles.negativeZero + field.decimals.negativeZero == 0 {
      if kinds == [.decimal128] { return ColumnChoice(.numeric(precision: nil, scale: nil)) }
      return ColumnChoice(
        .numeric(precision: nil, scale: nil), [], ["\(histogram); only numeric holds every one of them"])
    }
    return ColumnChoice(
      .jsonb, [.ejson], ["\(histogram); a negative zero is among them, which numeric would lose"])
  }

  private static func single(_ kind: ValueKind, _ field: FieldScan) -> ColumnChoice {
    switch kind {
    case .bool: return ColumnChoice(.boolean)
    case .string: return text(field)
    case .objectID: return ColumnChoice(.text, [.text])
    case .date: return date(field)
    case .binary: return binary(field)
    case .document, .array: return ColumnChoice(.jsonb)
    default:
      return ColumnChoice(.jsonb, [.ejson], ["all values are \(kind.name), which Postgres has no type for"])
    }
  }

  private static func text(_ field: FieldScan) -> ColumnChoice {
    let texts = field.texts
    guard texts.withNUL > 0 || texts.invalidUTF8 > 0 else { return ColumnChoice(.text) }
    var faults: [String] = []
    if texts.withNUL > 0 { faults.append("\(texts.withNUL) with a NUL character") }
    if texts.invalidUTF8 > 0 { faults.append("\(texts.invalidUTF8) that aren't UTF-8") }
    return ColumnChoice(
      .bytea, [],
      [
        "among the texts are \(faults.joined(separator: " and ")), which Postgres' text can't hold: bytea keeps the bytes"
      ])
  }

  private static func date(_ field: FieldScan) -> ColumnChoice {
    do throws(Refusal) {
      _ = try PostgresTime.timestamp(unixMilliseconds: field.dates.least)
      _ = try PostgresTime.timestamp(unixMilliseconds: field.dates.greatest)
      return ColumnChoice(.timestamptz)
    } catch {
      return ColumnChoice(.jsonb, [.ejson], ["some dates are beyond what timestamptz holds"])
    }
  }

  private static func binary(_ field: FieldScan) -> ColumnChoice {
    let subtypes = field.binaries.subtypes
    guard subtypes.count == 1, let subtype = subtypes.keys.first else {
      let found = subtypes.sorted { $0.key < $1.key }.map { "\($0.value) of subtype \($0.key)" }
      return ColumnChoice(
        .jsonb, [.ejson], ["\(found.joined(separator: ", ")): bytea would lose which is which"])
    }
    let areUUIDs = field.binaries.shortest == 16 && field.binaries.longest == 16
    switch subtype {
    case 4 where areUUIDs: return ColumnChoice(.uuid)
    case 3 where areUUIDs:
      return ColumnChoice(
        .bytea, [],
        [
          "binary of subtype 3, the legacy UUID: once you know which driver wrote it, write type uuid and the transform"
            + " { uuid: standard }, java or csharp"
        ])
    case 0: return ColumnChoice(.bytea)
    default: return ColumnChoice(.bytea, [], ["binary of subtype \(subtype); bytea keeps the bytes"])
    }
  }

  private static func mixed(_ field: FieldScan) -> ColumnChoice {
    ColumnChoice(.jsonb, [.ejson], ["\(Histogram.text(field)): jsonb keeps each value's own type"])
  }

  /// Says how many values a jsonb column can't take, if any.
  private static func remarksOnRefusals(_ field: FieldScan) -> [String] {
    let all = field.all
    var faults: [String] = []
    let withNUL = all.reduce(0) { $0 + $1.texts.withNUL }
    let invalid = all.reduce(0) { $0 + $1.texts.invalidUTF8 }
    let repeated = all.reduce(0) { $0 + $1.documents.repeatedFields }
    let names = all.filter { !$0.hasValidName }.count
    if withNUL > 0 { faults.append("\(withNUL) texts with a NUL character") }
    if invalid > 0 { faults.append("\(invalid) texts that aren't UTF-8") }
    if names > 0 { faults.append("\(names) fields whose names aren't UTF-8") }
    if repeated > 0 { faults.append("\(repeated) documents in which a field's name stands twice") }
    if faults.isEmpty { return [] }
    return ["\(faults.joined(separator: ", ")): jsonb can't hold these, their records will be quarantined"]
  }
}

/// Which storage class SQLite prefers for a declared type: section 3.1 of its description of datatypes.
enum Affinity {
  case integer, text, blob, real, numeric

  init(declaredType: String) {
    let type = declaredType.uppercased()
    if type.contains("INT") {
      self = .integer
    } else if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) {
      self = .text
    } else if type.isEmpty || type.contains("BLOB") {
      self = .blob
    } else if ["REAL", "FLOA", "DOUB"].contains(where: type.contains) {
      self = .real
    } else {
      self = .numeric
    }
  }
}

/// How many values of each kind, the most first.
enum Histogram {
  static func text(_ field: FieldScan) -> String {
    field.kinds.filter { $0.key != .null }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.name)" }.joined(separator: ", ")
  }
}
