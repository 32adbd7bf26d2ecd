internal import Codec

/// Reads a column's type: a name that Postgres has, or an enum or a domain as an object.
struct TypeReader {
  let log: DiagnosticLog
  /// The schema of types that name none.
  let schema: String

  func read(_ node: YAMLNode) -> TargetType? {
    guard node.pairs == nil else { return named(node) }
    guard let text = log.text(node, "\"type\"") else { return nil }
    do throws(TypeNameError) {
      return try TypeName.parse(text.value)
    } catch {
      log.error(error.message, at: text.location, help: error.help)
      return nil
    }
  }

  private func named(_ node: YAMLNode) -> TargetType? {
    guard let object = ObjectReader<NamedTypeKey>(node, log: log) else { return nil }
    var schema = schema
    if let text = object[.schema].flatMap({ log.text($0, "\"schema\"") }) {
      log.checkName(text, NameRules.schemaProblem)
      schema = text.value
    }
    let isArray = object[.array].flatMap { log.boolean($0, "\"array\"") } ?? false
    let type: TargetType?
    switch (object[.enum], object[.domain]) {
    case (let node?, nil): type = enumeration(node, object, schema)
    case (nil, let node?): type = domain(node, object, schema)
    default:
      log.error(
        "a type that a schema defines is either an \"enum\" or a \"domain\"", at: node.location,
        help: "as in { enum: status, values: [new, done] } or { domain: email, base: text }")
      return nil
    }
    return type.map { isArray ? .array($0) : $0 }
  }

  private func name(_ node: YAMLNode, _ what: String, _ schema: String) -> NamedType? {
    guard let text = log.text(node, what) else { return nil }
    log.checkName(text, NameRules.problem)
    return NamedType(schema: schema, name: text.value)
  }

  private func enumeration(_ node: YAMLNode, _ object: ObjectReader<NamedTypeKey>, _ schema: String)
    -> TargetType?
  {
    refuse([.base], of: "an enum", object)
    guard let values = object[.values] else {
      log.error("an enum needs \"values\"", at: node.location, help: "as in values: [new, done]")
      return nil
    }
    let labels = log.distinctTexts(values, "\"values\"")
    for label in labels where label.value.utf8.count > 63 || label.value.utf8.contains(0) {
      log.error("an enum's value has at most 63 bytes and no NUL", at: label.location)
    }
    guard let name = name(node, "\"enum\"", schema), !labels.isEmpty else { return nil }
    return .enumeration(name, labels: labels.map(\.value))
  }

  private func domain(_ node: YAMLNode, _ object: ObjectReader<NamedTypeKey>, _ schema: String) -> TargetType?
  {
    refuse([.values], of: "a domain", object)
    guard let baseNode = object[.base] else {
      log.error(
        "a domain needs \"base\", the type that it is over", at: node.location, help: "as in base: text")
      return nil
    }
    guard let name = name(node, "\"domain\"", schema), let base = read(baseNode) else { return nil }
    switch base {
    case .array, .domain, .enumeration:
      log.error(
        "a domain's base is one of Postgres' own types, and no array", at: baseNode.location)
      return nil
    default: return .domain(name, over: base)
    }
  }

  private func refuse(_ keys: [NamedTypeKey], of what: String, _ object: ObjectReader<NamedTypeKey>) {
    for key in keys where object[key] != nil {
      log.error("\(what) has no \"\(key.rawValue)\"", at: object.place(of: key))
    }
  }
}
