/// From a ``ColumnPlan`` to a ``ColumnCode`` with its arguments in side tables.
extension ValueEncoder {
  mutating func compile(_ plan: ColumnPlan) {
    var code = ColumnCode(
      wire: ColumnCode.wire(of: plan.type), slot: Int32(plan.slots.first ?? -1),
      alternatives: Int32(alternatives.count), alternativeCount: Int32(max(0, plan.slots.count - 1)),
      steps: Int32(steps.count), stepCount: Int32(plan.transforms.count),
      missing: ColumnCode.absent(plan.missing), null: ColumnCode.absent(plan.null),
      empty: ColumnCode.absent(plan.empty), nullElement: ColumnCode.element(plan.nullElement),
      emptyElement: ColumnCode.element(plan.emptyElement), maxLength: -1, isPadded: false, precision: -1,
      scale: -1,
      index: Int32(columns.count))
    let type = plan.type.base
    code.apply(type)
    alternatives += plan.slots.dropFirst().map { Int32($0) }
    for transform in plan.transforms { steps.append(step(transform)) }
    substitutes.append((bytes(plan.missing), bytes(plan.null), bytes(plan.empty)))
    elementSubstitutes.append((bytes(plan.nullElement), bytes(plan.emptyElement)))
    if case .enumeration(_, let texts) = type.element {
      labels.append(texts.map { Array($0.utf8) })
    } else {
      labels.append([])
    }
    if case .array(let element) = type {
      elements.append((Self.element(code, element, plan.transforms), element.oid))
    } else {
      elements.append((code, 0))
    }
    code.plain = code.plain(plan.transforms)
    columns.append(code)
  }

  /// An array column's code with its element's type. The column's own rule for empty values is the whole array's: what trimming
  /// leaves empty ends an element's steps only where there is a rule for empty elements.
  private static func element(
    _ column: ColumnCode, _ type: TargetType, _ transforms: [Transform]
  ) -> ColumnCode {
    var code = column
    code.wire = ColumnCode.wire(of: type)
    code.apply(type)
    code.empty = code.emptyElement == .keep ? .keep : .refuse
    code.plain = code.plain(transforms)
    return code
  }

  private func bytes(_ absence: AbsencePlan) -> [UInt8] {
    if case .value(let text) = absence { text } else { [] }
  }

  private func bytes(_ element: ElementPlan) -> [UInt8] {
    if case .value(let text) = element { text } else { [] }
  }

  private mutating func step(_ transform: Transform) -> StepCode {
    switch transform {
    case .trim: return StepCode(operation: .trim, argument: 0)
    case .lower: return StepCode(operation: .lower, argument: 0)
    case .upper: return StepCode(operation: .upper, argument: 0)
    case .text: return StepCode(operation: .text, argument: 0)
    case .number: return StepCode(operation: .number, argument: 0)
    case .epoch(let unit):
      epochs.append(unit)
      return StepCode(operation: .epoch, argument: Int32(epochs.count - 1))
    case .parseDate(let format):
      formats.append(format)
      return StepCode(operation: .parseDate, argument: Int32(formats.count - 1))
    case .enumMap(let pairs):
      enumMaps.append(EnumTable(pairs))
      return StepCode(operation: .enumMap, argument: Int32(enumMaps.count - 1))
    case .boolean(let trueWords, let falseWords):
      words.append(
        trueWords.isEmpty && falseWords.isEmpty
          ? .standard : BooleanWords(trueWords: trueWords, falseWords: falseWords))
      return StepCode(operation: .boolean, argument: Int32(words.count - 1))
    case .cents(let digits): return StepCode(operation: .cents, argument: Int32(digits))
    case .json: return StepCode(operation: .json, argument: 0)
    case .ejson: return StepCode(operation: .ejson, argument: 0)
    case .hash: return StepCode(operation: .hash, argument: 0)
    case .uuid(let order):
      orders.append(order)
      return StepCode(operation: .uuid, argument: Int32(orders.count - 1))
    case .base64: return StepCode(operation: .base64, argument: 0)
    case .hex: return StepCode(operation: .hex, argument: 0)
    case .constant(let text):
      constants.append(Array(text.utf8))
      return StepCode(operation: .constant, argument: Int32(constants.count - 1))
    case .round(let digits): return StepCode(operation: .round, argument: Int32(digits))
    case .truncate(let length):
      return StepCode(operation: .truncate, argument: Int32(clamping: length))
    case .stripNUL: return StepCode(operation: .stripNUL, argument: 0)
    case .escapeNUL: return StepCode(operation: .escapeNUL, argument: 0)
    case .clamp(let low, let high):
      // The upper bound follows the lower one.
      constants += [Array(low.utf8), Array(high.utf8)]
      return StepCode(operation: .clamp, argument: Int32(constants.count - 2))
    case .interval(let unit):
      guard let unit else { return StepCode(operation: .interval, argument: -1) }
      units.append(unit)
      return StepCode(operation: .interval, argument: Int32(units.count - 1))
    case .inet: return StepCode(operation: .inet, argument: 0)
    }
  }
}
