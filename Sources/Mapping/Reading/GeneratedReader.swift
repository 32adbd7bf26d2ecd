internal import Codec

/// Reads `generated`: columns that Postgres fills.
struct GeneratedReader {
  let log: DiagnosticLog
  let schema: String

  func read(_ node: YAMLNode) -> [GeneratedColumn] {
    log.namedPairs(node, "\"generated\"").compactMap { column($0.name, $0.value) }
  }

  private func column(_ name: Located<String>, _ node: YAMLNode) -> GeneratedColumn? {
    log.checkName(name, NameRules.columnProblem)
    guard let object = ObjectReader<GeneratedKey>(node, log: log), let typeNode = object[.type],
      let type = TypeReader(log: log, schema: schema).read(typeNode),
      let made = object[.as].flatMap({ log.text($0, "\"as\"") })
    else { return nil }
    var value = GeneratedColumn.Value.expression(made.value)
    if made.value == "identity" {
      value = .identity
      switch type {
      case .smallint, .integer, .bigint: break
      default:
        log.error(
          "an identity column counts, so its type is smallint, integer or bigint", at: typeNode.location)
      }
    } else if made.value.utf8.contains(0) || made.value.allSatisfy(\.isWhitespace) {
      log.error("\"as\" is identity or an SQL expression", at: made.location)
    }
    return GeneratedColumn(column: name.value, type: type, value: value, location: name.location)
  }
}
