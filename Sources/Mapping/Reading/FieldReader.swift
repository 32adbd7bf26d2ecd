internal import Codec

/// A field as far as it could be read.
struct FieldDraft {
  var field: Field
  /// False when the type was wrong, so that checks of types would only repeat that.
  var isTypeKnown: Bool
}

/// Reads `fields` of an entity or of a child table.
struct FieldReader {
  let log: DiagnosticLog
  /// The schema of types that name none.
  var schema = "core"
  /// Whether paths start at an array's element.
  var isChild = false
  /// Names of the key's columns, which take no null.
  var key: Set<String> = []
  /// Whether the records are rows, which have columns but nothing inside them.
  var isRow = false
  /// Fields whose text is JSON.
  var jsonText: [ValuePath] = []

  func fields(_ node: YAMLNode) -> [FieldDraft] {
    log.namedPairs(node, "\"fields\"").map { field($0.name, $0.value) }
  }

  private func field(_ column: Located<String>, _ node: YAMLNode) -> FieldDraft {
    log.checkName(column, NameRules.columnProblem)
    var field = Field(
      paths: [ValuePath(field: column.value)], column: column.value, location: column.location, type: .text)
    let isKey = key.contains(column.value)
    if node.scalarText != nil {
      let type = type(node)
      field.type = type ?? .text
      field.missing = isKey ? .quarantine : .null
      field.null = field.missing
      checkKeyType(field, isKey, node.location)
      return FieldDraft(field: field, isTypeKnown: type != nil)
    }
    guard let object = ObjectReader<FieldKey>(node, log: log) else {
      return FieldDraft(field: field, isTypeKnown: false)
    }
    let type = object[.type].flatMap { self.type($0) }
    field.type = type ?? .text
    let chain = object[.transforms].map { TransformReader(log: log).chain($0) } ?? []
    field.transforms = chain.map(\.value)
    field.paths = paths(object, column, chain, isKey)
    field.required = object[.required].flatMap { log.boolean($0, "\"required\"") } ?? false
    field.unique = object[.unique].flatMap { log.boolean($0, "\"unique\"") } ?? false
    field.personal = object[.personal].flatMap { log.boolean($0, "\"personal\"") } ?? false

    let rules = AbsenceReader(log: log, column: column.value, isKey: isKey, isRequired: field.required)
    field.missing = rules.read(object[.missing], "missing", type)
    field.null = rules.read(object[.null], "null", type)
    field.empty = rules.readEmpty(object[.empty], type)
    field.nullElement = rules.readElement(
      object[.nullElement], FieldKey.nullElement.rawValue, type, usual: .null)
    field.emptyElement = rules.readElement(
      object[.emptyElement], FieldKey.emptyElement.rawValue, type, usual: .keep)

    if let type {
      TransformTyping(log: log).check(chain, into: type)
      checkConstant(chain, type)
      checkKeyType(field, isKey, object[.type]?.location ?? column.location)
    }
    if isKey { checkKeyChain(chain, object) }
    return FieldDraft(field: field, isTypeKnown: type != nil)
  }

  private func type(_ node: YAMLNode) -> TargetType? { TypeReader(log: log, schema: schema).read(node) }

  private func paths(
    _ object: ObjectReader<FieldKey>, _ column: Located<String>, _ chain: [Located<Transform>],
    _ isKey: Bool
  ) -> [ValuePath] {
    if let constant = chain.first(where: { $0.value.name == "constant" }) {
      if object[.from] != nil {
        log.error("a constant has no source", at: object.place(of: .from), help: "remove \"from\"")
      }
      if chain.count > 1 {
        log.error(
          "a constant takes no other transforms: it is read as the column's type", at: constant.location,
          help: "remove the others")
      }
      for key in [FieldKey.missing, .null, .empty, .nullElement, .emptyElement] where object[key] != nil {
        log.warning("a constant is never \(key.rawValue); this rule has no effect", at: object.place(of: key))
      }
      return []
    }
    guard let from = object[.from] else { return [ValuePath(field: column.value)] }
    if let items = from.items, items.isEmpty {
      log.error("\"from\" can't be an empty list", at: from.location)
    }
    return (from.items ?? [from]).compactMap { node in
      guard let path = log.path(node, "\"from\"") else { return nil }
      checkPath(path, isKey, node)
      return path
    }
  }

  private func checkConstant(_ chain: [Located<Transform>], _ type: TargetType) {
    guard let first = chain.first, case .constant(let text) = first.value else { return }
    if let problem = TypedText.problem(with: text, as: type) { log.error(problem, at: first.location) }
  }

  private func checkPath(_ path: ValuePath, _ isKey: Bool, _ node: YAMLNode) {
    if path.steps.isEmpty, !isChild {
      log.error("\"@\" is an element of an array, so it is for child tables alone", at: node.location)
    }
    if path.steps.contains(.each) {
      log.error(
        "\"[]\" stands for many values, but a column takes one",
        at: node.location,
        help: isChild
          ? "map the inner array to one jsonb column, or make a child table of it under \"children\""
          : "use a place such as [0], or make a child table under \"children\"")
    } else if isRow, path.steps.count > 1, !jsonText.contains(where: { path.isInside($0, orEqual: false) }) {
      log.error("a row's column has no fields inside it", at: node.location, help: Self.columnHelp)
    }
    checkKeyPath(path, isKey, node)
  }

  /// What to do where a path goes into a row's column.
  static let columnHelp =
    "name the column in \"json-text\" if it holds JSON; a column whose name has a dot or a bracket is written as a"
    + " JSON string, as in '\"a.b\"'"

  /// Sources find records by their keys, and can't look inside a text.
  private func checkKeyPath(_ path: ValuePath, _ isKey: Bool, _ node: YAMLNode) {
    guard isKey, jsonText.contains(where: { path.isInside($0, orEqual: true) }) else { return }
    log.error(
      "the key can't come from JSON text, in which the source can't look it up", at: node.location,
      help: "use a field of the record itself")
  }

  private func checkKeyType(_ field: Field, _ isKey: Bool, _ location: SourceLocation) {
    guard field.type.base == .json, isKey || field.unique else { return }
    log.error(
      "json has no equality, so it can't be \(isKey ? "a key" : "unique")", at: location, help: "use jsonb")
  }

  /// A key's column must tell apart whatever the source's key tells apart.
  private func checkKeyChain(_ chain: [Located<Transform>], _ object: ObjectReader<FieldKey>) {
    for step in chain where step.value.mayMergeValues {
      log.error(
        "the key can't go through \"\(step.value.name)\": two source keys could become one",
        at: step.location,
        help: "take the key as it is, and put the changed value into a column of its own")
    }
    if let from = object[.from], let items = from.items, items.count > 1 {
      log.error(
        "the key can't come from several paths: two source keys could become one", at: from.location,
        help: "name one path")
    }
  }
}
