/// Writes a mapping set as the YAML files that read back to it, without what goes without saying.
public enum MappingWriter {
  /// `set.yaml` and one file for each entity, in this order.
  public static func files(for set: MappingSet, comments: MappingComments = MappingComments())
    -> [(name: String, text: String)]
  {
    var files = [(name: "set.yaml", text: setFile(set, comments.set))]
    var taken: Set<String> = ["set"]
    for entity in set.entities {
      let text = EntityWriter(
        entity: entity, set: set, comments: comments.entity[entity.name] ?? [],
        fieldComments: comments.field[entity.name] ?? [:]
      ).text
      files.append((fileName(entity.name, &taken) + ".yaml", text))
    }
    return files
  }

  private static func setFile(_ set: MappingSet, _ comments: [String]) -> String {
    var output = YAMLOutput()
    output.comment(comments, indent: 0)
    output.line("set: \(YAMLScalar.text(set.name))")
    if set.schema != "core" { output.line("schema: \(YAMLScalar.text(set.schema))") }
    if set.undeclared != .report {
      output.object("audit", [("undeclared", set.undeclared.rawValue)], indent: 0)
    }
    writeGuardrails(set, &output)
    if set.stores.isEmpty {
      output.line("stores: {}")
      return output.text
    }
    output.line("stores:")
    for store in set.stores {
      var pairs = [("kind", store.kind.rawValue)]
      if !store.environment.isEmpty { pairs.append(("environment", YAMLOutput.list(store.environment))) }
      if let url = store.url { pairs.append(("url", YAMLScalar.text(url))) }
      if let database = store.database { pairs.append(("database", YAMLScalar.text(database))) }
      if let preference = store.readPreference {
        pairs.append(("read-preference", YAMLScalar.text(preference.rawValue)))
      }
      if store.isProtected { pairs.append(("protected", "true")) }
      if let concern = store.readConcern { pairs.append(("read-concern", YAMLScalar.text(concern.rawValue))) }
      output.object(YAMLScalar.key(store.name), pairs, indent: 2)
    }
    return output.text
  }

  private static func writeGuardrails(_ set: MappingSet, _ output: inout YAMLOutput) {
    let rules = set.guardRules
    var pairs: [(String, String)] = []
    if rules.mode != .enforce { pairs.append(("mode", rules.mode.rawValue)) }
    if !rules.roles.isEmpty {
      let roles = rules.roles.map { (YAMLScalar.key($0.name), YAMLOutput.list($0.writers)) }
      pairs.append(("roles", YAMLOutput.flow(roles)))
    }
    if !pairs.isEmpty { output.object("guard", pairs, indent: 0) }
    if set.crossings.isEmpty { return }
    output.line("crossings:")
    for crossing in set.crossings {
      output.object(
        YAMLScalar.key(crossing.name),
        [
          ("entities", YAMLOutput.list(crossing.entities)), ("reason", YAMLScalar.text(crossing.reason)),
          ("link", YAMLScalar.text(crossing.link)), ("expires", "\(crossing.expires)"),
        ], indent: 2)
    }
  }

  /// A name that every file system takes, no two alike, also where letters' case doesn't count.
  private static func fileName(_ entity: String, _ taken: inout Set<String>) -> String {
    let safe = entity.unicodeScalars.prefix(80).map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
        ? String(scalar) : "-"
    }.joined()
    let base = safe.isEmpty ? "entity" : safe
    var name = base
    var number = 2
    while !taken.insert(name.lowercased()).inserted {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }
}
