internal import Codec
internal import Mapping
internal import SQLite

/// What a person should look at in a field, from what was counted. Never a value, but for numbers' extremes.
enum FieldRemarks {
  static func remarks(
    on leaf: DocumentLayout.Leaf, type: TargetType, isKey: Bool, declared: SQLiteColumn?
  ) -> [String] {
    let field = leaf.field
    var remarks: [String] = []
    if let facts = facts(field, type: type, declared: declared) { remarks.append(facts) }
    if leaf.absent > 0, field.nulls > 0, !isKey {
      remarks.append("missing in \(leaf.absent), null in \(field.nulls): both become NULL")
    }
    if isKey { remarks += onKey(field, type: type) }
    let isOnlyText = field.valueKinds == [.string] && field.present - field.nulls > field.texts.empty
    if isOnlyText, type == .text { remarks += onTexts(field, isKey: isKey) }
    if type == .jsonb, !isKey, let native = ColumnChoice(arrayOf: field) {
      let transforms = native.transforms.map(\.name).joined(separator: ", ")
      remarks.append(
        "every element fits one type: consider type \"\(native.type.sql)\""
          + (transforms.isEmpty ? "" : " with transforms [\(transforms)]") + ", or a child table")
    }
    if !isKey { remarks += onIntegers(field, declared: declared) }
    if let declared, declared.isGenerated {
      remarks.append(
        "computed from other columns in the source; copied as a value: to let Postgres compute it, move it to generated"
      )
    }
    return remarks
  }

  private static func facts(_ field: FieldScan, type: TargetType, declared: SQLiteColumn?) -> String? {
    var facts: [String] = []
    if let declared = declared?.declaredType, !declared.isEmpty, !isUsual(declared, for: type) {
      facts.append("declared \(declared)")
    }
    if field.texts.longestScalars > 0, field.valueKinds == [.string] {
      facts.append("longest \(field.texts.longestScalars) characters")
    }
    if field.valueKinds == [.array] { facts.append("arrays of up to \(field.arrays.longest) elements") }
    return facts.isEmpty ? nil : facts.joined(separator: "; ")
  }

  /// Whether a declaration says no more than the type that was chosen.
  private static func isUsual(_ declared: String, for type: TargetType) -> Bool {
    switch type {
    case .bigint: ["INTEGER", "INT", "BIGINT"].contains(declared.uppercased())
    case .text: declared.uppercased() == "TEXT"
    case .doublePrecision: ["REAL", "DOUBLE"].contains(declared.uppercased())
    case .bytea: declared.uppercased() == "BLOB"
    default: false
    }
  }

  /// Postgres' index takes no key of more than about a third of a page.
  private static let longestKey = 2_600

  private static func onKey(_ field: FieldScan, type: TargetType) -> [String] {
    var remarks: [String] = []
    if field.nulls > 0 { remarks.append("null in \(field.nulls): these records will be quarantined") }
    if field.missing > 0 { remarks.append("missing in \(field.missing): these records will be quarantined") }
    let longest = max(field.texts.longestBytes, field.binaries.longest == .min ? 0 : field.binaries.longest)
    if longest > longestKey {
      remarks.append(
        "the longest has \(longest) bytes, more than an index of Postgres takes (about \(longestKey))")
    }
    if field.kinds[.document] != nil {
      remarks.append("jsonb doesn't keep the order of fields: ids that differ in nothing else would be one")
    }
    return remarks
  }

  /// More different texts than this are hardly an enum.
  private static let enumLimit = 8

  private static func onTexts(_ field: FieldScan, isKey: Bool) -> [String] {
    let forms = field.texts.forms
    var remarks: [String] = []
    if forms.contains(.uuid) {
      remarks.append("all look like UUIDs: consider type uuid with transforms [uuid]")
    } else if forms.contains(.date) {
      remarks.append("all look like dates: consider type date or timestamptz with transforms [date]")
    } else if forms.contains(.json) {
      remarks.append(
        "all are JSON: consider type jsonb with transforms [json], or json-text to map what is inside")
    } else if forms.contains(.number) {
      remarks.append("all look like numbers: consider type numeric with transforms [number]")
    } else if forms.contains(.boolean), !isKey {
      remarks.append("all are words for true and false: consider type boolean with transforms [boolean]")
    } else if forms.contains(.email) {
      remarks.append("all look like e-mail addresses: consider personal: true")
    } else if forms.contains(.network) {
      remarks.append("all look like network addresses: consider type inet with transforms [inet]")
    } else if forms.contains(.interval) {
      remarks.append("all look like durations: consider type interval with transforms [interval]")
    } else if field.texts.distinct <= enumLimit, !isKey,
      field.present - field.nulls - field.texts.empty >= field.texts.distinct * 10
    {
      remarks.append(
        "only \(field.texts.distinct) different texts: consider an enum, { enum: name, values: [...] }, if no others"
          + " will come")
    }
    if field.texts.empty > 0,
      !forms.isDisjoint(with: [.uuid, .date, .json, .number, .boolean, .network, .interval])
    {
      remarks.append("\(field.texts.empty) are empty: such a transform would need empty: null")
    }
    return remarks
  }

  private static func onIntegers(_ field: FieldScan, declared: SQLiteColumn?) -> [String] {
    guard field.valueKinds.isSubset(of: [.int32, .int64]), !field.valueKinds.isEmpty else { return [] }
    let integers = field.integers
    let mayBeBoolean =
      declared.map { $0.declaredType.uppercased().contains("BOOL") }
      ?? (integers.least == 0 && integers.greatest == 1 && field.present > 2)
    if integers.notBoolean == 0, mayBeBoolean {
      return ["all are 0 or 1: consider type boolean with transforms [boolean]"]
    }
    if (1_000_000_000_000..<4_000_000_000_000).contains(integers.least),
      (1_000_000_000_000..<4_000_000_000_000).contains(integers.greatest)
    {
      return [
        "may be milliseconds since 1970: consider type timestamptz with transforms [{ epoch: milliseconds }]"
      ]
    }
    if (11_000_000_000_000_000..<18_000_000_000_000_000).contains(integers.least),
      (11_000_000_000_000_000..<18_000_000_000_000_000).contains(integers.greatest)
    {
      return ["may be microseconds since 1601: consider type timestamptz with transforms [{ epoch: webkit }]"]
    }
    return []
  }
}
