internal import Codec

/// Writes a type: a name, or an object where a schema defines it.
enum TypeWriter {
  static func written(_ type: TargetType, setSchema: String) -> String {
    var pairs: [(String, String)]
    let named: NamedType
    switch type.element {
    case .enumeration(let name, let labels):
      named = name
      pairs = [("enum", YAMLScalar.text(name.name)), ("values", YAMLOutput.list(labels))]
    case .domain(let name, let base):
      named = name
      pairs = [("domain", YAMLScalar.text(name.name)), ("base", YAMLScalar.text(base.sql))]
    default: return YAMLScalar.text(type.sql)
    }
    if named.schema != setSchema { pairs.append(("schema", YAMLScalar.text(named.schema))) }
    if case .array = type { pairs.append(("array", "true")) }
    return YAMLOutput.flow(pairs)
  }
}
