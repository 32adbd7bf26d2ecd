internal import Codec

/// Writes one field: `column: type`, or an object with what isn't usual.
struct FieldWriter {
  let field: Field
  let isKey: Bool
  let setSchema: String

  func write(to output: inout YAMLOutput, indent: Int) {
    let pairs = self.pairs
    let key = YAMLScalar.key(field.column)
    // A type that a schema defines is an object, which would read as the field's own.
    if pairs.count == 1, !pairs[0].1.hasPrefix("{") {
      output.line("\(key): \(pairs[0].1)", indent: indent)
    } else {
      output.object(key, pairs, indent: indent)
    }
  }

  private var pairs: [(String, String)] {
    var pairs: [(String, String)] = []
    let isConstant = field.transforms.first?.name == "constant"
    if !isConstant, field.paths != [ValuePath(field: field.column)] {
      let paths = field.paths.map(\.description)
      pairs.append(("from", paths.count == 1 ? YAMLScalar.text(paths[0]) : YAMLOutput.list(paths)))
    }
    pairs.append(("type", TypeWriter.written(field.type, setSchema: setSchema)))
    if !field.transforms.isEmpty {
      pairs.append(("transforms", "[" + field.transforms.map(Self.written).joined(separator: ", ") + "]"))
    }
    if field.required { pairs.append(("required", "true")) }
    if field.unique { pairs.append(("unique", "true")) }
    if field.personal { pairs.append(("personal", "true")) }
    let usual: Absence = isKey || field.required ? .quarantine : .null
    if field.missing != usual { pairs.append(("missing", Self.written(field.missing))) }
    if field.null != usual { pairs.append(("null", Self.written(field.null))) }
    if field.empty != .keep { pairs.append(("empty", Self.written(field.empty))) }
    if field.nullElement != .null { pairs.append(("null-element", Self.written(field.nullElement))) }
    if field.emptyElement != .keep { pairs.append(("empty-element", Self.written(field.emptyElement))) }
    return pairs
  }

  private static func written(_ absence: ElementAbsence) -> String {
    switch absence {
    case .null: "null"
    case .skip: "skip"
    case .quarantine: "quarantine"
    case .keep: "keep"
    case .value(let text): "{ value: \(YAMLScalar.text(text)) }"
    }
  }

  private static func written(_ absence: Absence) -> String {
    switch absence {
    case .null: "null"
    case .quarantine: "quarantine"
    case .keep: "keep"
    case .value(let text): "{ value: \(YAMLScalar.text(text)) }"
    }
  }

  static func written(_ transform: Transform) -> String {
    // Without any words the encoder takes the usual ones.
    if transform == Transform.usualBooleanWords || transform == .boolean(trueWords: [], falseWords: []) {
      return "boolean"
    }
    return switch transform {
    case .trim, .lower, .upper, .text, .number, .json, .ejson, .hash, .base64, .hex, .parseDate(.iso),
      .uuid(.standard), .stripNUL, .escapeNUL, .interval(nil), .inet:
      transform.name
    case .epoch(let unit): "{ epoch: \(unit.rawValue) }"
    case .parseDate(.pattern(let pattern)): "{ date: \(YAMLScalar.text(pattern)) }"
    case .uuid(let order): "{ uuid: \(order.rawValue) }"
    case .cents(let digits): "{ cents: \(digits) }"
    case .round(let digits): "{ round: \(digits) }"
    case .truncate(let length): "{ truncate: \(length) }"
    case .clamp(let low, let high): "{ clamp: [\(low), \(high)] }"
    case .interval(let unit?): "{ interval: \(unit.rawValue) }"
    case .constant(let text): "{ constant: \(YAMLScalar.text(text)) }"
    case .enumMap(let pairs):
      "{ enum: "
        + YAMLOutput.flow(pairs.map { (YAMLScalar.key($0.from), YAMLScalar.text($0.to)) }) + " }"
    case .boolean(let trueWords, let falseWords):
      "{ boolean: { true: \(YAMLOutput.list(trueWords)), false: \(YAMLOutput.list(falseWords)) } }"
    }
  }
}
