internal import Codec

/// Checks of one entity's columns: each has one source, and rules name columns that exist.
struct ColumnChecks {
  let log: DiagnosticLog

  func check(_ draft: EntityDraft) {
    var claims = Claims(log: log, what: "column")
    for field in draft.fields { claims.claim(field.field.column, "a field", at: field.field.location) }
    for column in draft.entity.generated {
      claims.claim(column.column, "a generated column", at: column.location)
    }
    if let rest = draft.rest { claims.claim(rest.value, "\"rest\"", at: rest.location) }

    for child in draft.children.flatMap(\.all) {
      var claims = Claims(log: log, what: "column")
      for field in child.fields { claims.claim(field.field.column, "a field", at: field.field.location) }
      for column in child.parent { claims.claim(column.value, "the parent's key", at: column.location) }
      claims.claim(child.ordinal.value, "the element's place", at: child.ordinal.location)
    }
    checkKey(draft)
    checkRules(draft)
    checkIgnored(draft)
    checkJSONText(draft)
  }

  /// Every source path that a column takes.
  private func mappedPaths(_ draft: EntityDraft) -> [ValuePath] {
    var mapped = draft.fields.flatMap(\.field.paths)
    func collect(_ child: ChildTable, _ prefix: [ValuePath.Step]) {
      let steps = prefix + child.path.steps
      for field in child.fields { mapped += field.paths.map { ValuePath(steps + $0.steps) } }
      for inner in child.children { collect(inner, steps) }
    }
    for child in draft.children { collect(child.child, []) }
    return mapped
  }

  private func checkJSONText(_ draft: EntityDraft) {
    if draft.jsonText.isEmpty { return }
    let used =
      mappedPaths(draft) + draft.children.map(\.child.path) + draft.entity.filters.map(\.path)
    for text in draft.jsonText {
      if draft.goesIntoPlainColumn(text.value) {
        log.error(
          "a row's column has no fields inside it", at: text.location, help: FieldReader.columnHelp)
      } else if !used.contains(where: { $0.isInside(text.value, orEqual: true) }) {
        log.warning(
          "nothing takes \"\(text.value)\" or goes into it; this has no effect", at: text.location)
      }
    }
  }

  private func checkIgnored(_ draft: EntityDraft) {
    let mapped = mappedPaths(draft)
    for path in draft.ignored {
      if path.value.steps.isEmpty {
        log.error("\"@\" is the whole record; name a field of it", at: path.location)
      } else if mapped.contains(path.value) {
        log.error(
          "\"\(path.value)\" is mapped, so it can't be left out", at: path.location,
          help: "remove it here, or remove the field")
      } else if draft.goesIntoPlainColumn(path.value) {
        log.error("a row's column has no fields inside it", at: path.location, help: FieldReader.columnHelp)
      }
    }
  }

  private func checkKey(_ draft: EntityDraft) {
    let columns = draft.fields.map(\.field.column)
    // Without any fields, "needs fields" is already said.
    guard !columns.isEmpty else { return }
    for key in draft.key where !columns.contains(key.value) {
      log.error(
        "the key column \"\(key.value)\" is not among the fields", at: key.location,
        help: NearestWord.help(for: key.value, among: columns) ?? "add it to \"fields\"")
    }
  }

  private func checkRules(_ draft: EntityDraft) {
    let columns = draft.fields.map(\.field.column) + (draft.rest.map { [$0.value] } ?? [])
    func checkExists(_ name: Located<String>, _ rule: String, among: [String]) {
      guard !among.contains(name.value) else { return }
      log.error(
        "\(rule) names \"\(name.value)\", which is no column of \"\(draft.entity.name)\"", at: name.location,
        help: NearestWord.help(for: name.value, among: among))
    }
    // The time of the last change may be a column that no field fills (a default or a trigger does), so `ignore` may name
    // any column but the key's.
    for name in draft.auditIgnore where draft.entity.key.contains(name.value) {
      log.error("an audit can't ignore the key column \"\(name.value)\"", at: name.location)
    }
    for name in draft.auditIgnore {
      if !columns.contains(name.value), let near = NearestWord.nearest(to: name.value, among: columns) {
        log.warning(
          "\"ignore\" names \"\(name.value)\", which no field fills", at: name.location,
          help: "did you mean \"\(near)\"?")
      }
    }
    for name in draft.auditTolerance {
      checkExists(name, "\"tolerance\"", among: columns)
      if let field = draft.field(name.value), field.isTypeKnown, !field.field.type.isNumeric {
        log.error(
          "a tolerance is for numbers, and \"\(name.value)\" is \(field.field.type.sql)", at: name.location)
      }
    }
    // A feature entity may keep rows by columns that it doesn't declare.
    if draft.entity.owner == .core {
      for name in draft.resetKeep { checkExists(name, "\"keep\"", among: columns) }
    }
    for item in draft.keepValues {
      guard let field = draft.field(item.column), field.isTypeKnown else { continue }
      if let problem = TypedText.problem(with: item.value.value, as: field.field.type) {
        log.error("\"keep\" can match nothing: \(problem)", at: item.value.location)
      }
    }
  }
}

/// Finds names that two things claim.
struct Claims {
  let log: DiagnosticLog
  let what: String
  private var owners: [ExactText: (owner: String, location: SourceLocation)] = [:]

  init(log: DiagnosticLog, what: String) {
    self.log = log
    self.what = what
  }

  mutating func claim(_ name: String, _ owner: String, at location: SourceLocation) {
    guard let first = owners[ExactText(name)] else {
      owners[ExactText(name)] = (owner, location)
      return
    }
    let file =
      first.location.file == location.file
      ? "line \(first.location.line)" : "\(first.location.file):\(first.location.line)"
    log.error(
      "the \(what) \"\(name)\" of \(owner) is already taken by \(first.owner) at \(file)", at: location,
      help: "give one of them another name")
  }
}

extension TargetType {
  /// Whether a tolerance makes sense.
  var isNumeric: Bool {
    switch base {
    case .smallint, .integer, .bigint, .numeric, .real, .doublePrecision: true
    default: false
    }
  }
}
