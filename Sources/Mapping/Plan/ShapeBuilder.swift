internal import Codec

/// Grows the tree of paths, each path getting one slot however often it is named.
struct ShapeBuilder {
  var shape: ShapePlan
  let isDocument: Bool
  private let prefix: ValuePath
  /// The names of top-level fields, by slot.
  var topNames: [String] = []
  /// Fields whose text is JSON, from the record on.
  let jsonText: [ValuePath]

  /// What a path that ends at a field with JSON text takes.
  enum Take {
    /// What the text says.
    case value
    /// The text itself, for a column.
    case text
    /// The text itself, to be looked at.
    case look
  }

  /// - Parameter prefix: the path of the elements that the shape is of; empty for the record itself.
  init(isDocument: Bool, prefix: ValuePath = ValuePath([]), jsonText: [ValuePath] = []) {
    self.isDocument = isDocument
    self.jsonText = jsonText
    self.prefix = prefix
    let path = prefix.steps.isEmpty ? "" : prefix.description
    shape = ShapePlan(levels: [.init(kind: .document, path: path)], slotCount: 0)
  }

  /// Whether the text of the field at these steps is JSON.
  func isJSONText(_ steps: some Sequence<ValuePath.Step>) -> Bool {
    jsonText.contains { $0.steps == prefix.steps + steps }
  }

  mutating func slot(for path: ValuePath, at location: SourceLocation, taking: Take = .value) throws -> Int {
    if path.steps.isEmpty {
      if let whole = shape.wholeSlot { return whole }
      shape.wholeSlot = shape.slotCount
      shape.slotCount += 1
      return shape.slotCount - 1
    }
    guard isDocument || path.steps.count == 1 || isJSONText(path.steps.prefix(1)) else {
      throw PlanError(
        location: location,
        message:
          "the path \(path) goes into a value, but this source has plain columns; name the column in \"json-text\" if it holds JSON"
      )
    }
    var level = 0
    for (index, step) in path.steps.enumerated() {
      let name: String
      switch step {
      case .field(let field): name = field
      case .index(let place): name = String(place)
      case .each:
        throw PlanError(
          location: location,
          message: "\"[]\" stands for every element and belongs to children only (\(path))")
      }
      let key = Array(name.utf8)
      let place: Int
      if let found = shape.levels[level].fields.firstIndex(where: { $0.key == key }) {
        place = found
      } else {
        shape.levels[level].fields.append(.init(key: key))
        place = shape.levels[level].fields.count - 1
      }
      let isText = isJSONText(path.steps[...index])
      if isText { shape.levels[level].fields[place].isJSONText = true }
      if index == path.steps.count - 1, isText, taking == .value {
        if let slot = shape.levels[level].fields[place].parsedSlot { return slot }
        shape.levels[level].fields[place].parsedSlot = shape.slotCount
        shape.slotCount += 1
        return shape.slotCount - 1
      }
      if index == path.steps.count - 1 {
        if taking == .text { shape.levels[level].fields[place].isTakenWhole = true }
        if let slot = shape.levels[level].fields[place].slot { return slot }
        shape.levels[level].fields[place].slot = shape.slotCount
        if level == 0 { topNames.append(name) }
        shape.slotCount += 1
        return shape.slotCount - 1
      }
      let kind: ValueKind = if case .index = path.steps[index + 1] { .array } else { .document }
      if let child = shape.levels[level].fields[place].child {
        guard shape.levels[child].kind == kind else {
          throw PlanError(
            location: location,
            message: "one path goes into \(name) as an array and another as a document; both can't be")
        }
        level = child
      } else {
        level = addLevel(kind, below: level, place, Array(path.steps[...index]), isMapped: true)
      }
    }
    return 0
  }

  private mutating func addLevel(
    _ kind: ValueKind, below level: Int, _ place: Int, _ steps: [ValuePath.Step], isMapped: Bool
  ) -> Int {
    let path = ValuePath(prefix.steps + steps).description
    shape.levels.append(.init(kind: kind, path: path, isMapped: isMapped))
    shape.levels[level].fields[place].child = shape.levels.count - 1
    return shape.levels.count - 1
  }

  /// Leaves a field out by name. Called after every mapped path has its slot.
  mutating func ignore(_ path: ValuePath, at location: SourceLocation) throws {
    var level = 0
    for (index, step) in path.steps.enumerated() {
      let isLast = index == path.steps.count - 1
      let name: String
      switch step {
      case .field(let field): name = field
      case .index(let place): name = String(place)
      case .each:
        guard isLast, shape.levels[level].kind == .array else {
          throw PlanError(
            location: location,
            message:
              "unmapped.ignore names \(ValuePath(prefix.steps + path.steps)), but no child table reads that array"
          )
        }
        shape.levels[level].ignoresElements = true
        return
      }
      let key = Array(name.utf8)
      var place = shape.levels[level].fields.firstIndex { $0.key == key } ?? -1
      if place < 0 {
        shape.levels[level].fields.append(.init(key: key))
        place = shape.levels[level].fields.count - 1
      }
      if isLast {
        let field = shape.levels[level].fields[place]
        shape.levels[level].fields[place].isIgnored = field.slot == nil && field.child == nil
        return
      }
      let isArray = if case .field = path.steps[index + 1] { false } else { true }
      let kind: ValueKind = isArray ? .array : .document
      if let child = shape.levels[level].fields[place].child {
        guard shape.levels[child].kind == kind else {
          throw PlanError(
            location: location,
            message: "one path goes into \(name) as an array and another as a document; both can't be")
        }
        level = child
      } else {
        level = addLevel(kind, below: level, place, Array(path.steps[...index]), isMapped: false)
      }
    }
  }
}
