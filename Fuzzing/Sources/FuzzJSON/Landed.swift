internal import Codec
internal import FuzzSupport

/// What a column has to hold after a text landed in it, by the text itself.
enum Landed {
  /// Checks the mappings in which one column takes the whole text as a number, or as an array.
  static func check(_ outcome: Trial.Outcome, _ tree: Tree, _ plan: RecordPlan) {
    guard plan.columns.count == 2, plan.children.isEmpty else { return }
    let column = plan.columns[1]
    switch (column.type, tree) {
    case (.array(let type), .array(let trees)): elements(outcome, trees, type, column)
    case (let type, .number(let text)): number(outcome, text, type)
    default: return
    }
  }

  private static func number(_ outcome: Trial.Outcome, _ text: [UInt8], _ type: TargetType) {
    // The sign of zero is one that only doubles keep.
    let isNegativeZero = text.first == UInt8(ascii: "-") && Decimal(text).digits.isEmpty
    guard case .rows(let rows) = outcome else {
      if isNegativeZero { return }
      switch type {
      case .bigint:
        expect(Int64(String(decoding: text, as: UTF8.self)) == nil, "a whole number lands in a bigint")
      case .numeric(nil, nil): finding("a number lands in a numeric")
      default: break
      }
      return
    }
    guard let field = CopyRows.fields(rows[0])[1] else { finding("a number doesn't land as NULL") }
    check(field, text, type)
  }

  private static func elements(
    _ outcome: Trial.Outcome, _ trees: [Tree], _ type: TargetType, _ column: ColumnPlan
  ) {
    guard case .rows(let rows) = outcome else { return }
    var wanted: [Element] = []
    for tree in trees {
      switch tree {
      case .null: Element.append(column.nullElement, .value(tree), to: &wanted)
      case .string([]): Element.append(column.emptyElement, .value(tree), to: &wanted)
      case .array(let inside) where inside.isEmpty:
        Element.append(column.emptyElement, .value(tree), to: &wanted)
      case .object(let inside) where inside.isEmpty:
        Element.append(column.emptyElement, .value(tree), to: &wanted)
      default: wanted.append(.value(tree))
      }
    }
    // The rule for the whole array decides what an empty one becomes.
    if wanted.isEmpty { return }
    guard let field = CopyRows.fields(rows[0])[1] else { finding("an array doesn't land as NULL") }
    let found = CopyRows.elements(field)
    expect(found.count == wanted.count, "an array has the elements of its text, but for those skipped")
    for (found, wanted) in zip(found, wanted) {
      switch (found, wanted) {
      case (nil, .null): break
      case (nil, _), (_?, .null): finding("an element is null just when its text or a rule says so")
      case (_?, .declared): break
      case (let bytes?, .value(let tree)): check(bytes, tree, type)
      }
    }
  }

  private static func check(_ field: [UInt8], _ tree: Tree, _ type: TargetType) {
    switch (tree, type) {
    case (.string(let bytes), .text), (.string(let bytes), .varchar):
      expect(field == bytes, "a text lands as it is")
    case (.number(let text), _): check(field, text, type)
    case (.bool(let value), .boolean): expect(field == [value ? 1 : 0], "a boolean lands as it is")
    default: return
    }
  }

  /// A number that landed, its sign included, is the number that the text states.
  private static func check(_ field: [UInt8], _ text: [UInt8], _ type: TargetType) {
    let string = String(decoding: text, as: UTF8.self)
    switch type {
    case .numeric: expect(Decimal(numeric: field) == Decimal(text), "a numeric is what the text states")
    case .integer, .bigint, .smallint:
      let value = field.dropFirst().reduce(Int64(Int8(bitPattern: field[0]))) { $0 << 8 | Int64($1) }
      expect(
        Decimal(Array(String(value).utf8)) == Decimal(text),
        "a whole number is what the text states: \(value)")
    case .doublePrecision:
      let bits = field.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      expect(Double(string)?.bitPattern == bits, "a double is the one next to what the text states")
    case .real:
      let bits = field.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      expect(Float(string)?.bitPattern == bits, "a real is the one next to what the text states")
    case .text, .varchar, .boolean, .timestamptz: finding("a number is no \(type.sql) by itself")
    default: return
    }
  }

  private enum Element {
    case null
    case declared
    case value(Tree)

    static func append(_ rule: ElementPlan, _ value: Element, to elements: inout [Element]) {
      switch rule {
      case .null: elements.append(.null)
      case .skip: return
      case .refuse: finding("an element that a rule refuses doesn't land")
      case .keep: elements.append(value)
      case .value: elements.append(.declared)
      }
    }
  }
}

extension Decimal {
  /// - Parameter numeric: what `numeric_send` would write, other than NaN and the infinities.
  init(numeric field: [UInt8]) {
    let words = stride(from: 0, to: field.count, by: 2).map { Int(field[$0]) << 8 | Int(field[$0 + 1]) }
    let weight = Int(Int16(truncatingIfNeeded: words[1]))
    let digits = words[4...].flatMap { [$0 / 1000, $0 / 100 % 10, $0 / 10 % 10, $0 % 10].map { UInt8($0) } }
    self.init(isNegative: words[2] == 0x4000, digits: digits, exponent: (weight - words[0] + 1) * 4)
  }
}
