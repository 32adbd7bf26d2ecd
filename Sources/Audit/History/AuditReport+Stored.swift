internal import CommandLine

extension AuditReport {
  /// The report as it is kept in `kedge.runs`: without differences, which have a table of their own.
  var stored: String {
    var report = self
    for index in report.entities.indices { report.entities[index].differences = [] }
    return Self.storable(report.json).text(.compact)
  }

  /// jsonb has no place for NUL, and a message could quote one: the picture of a NUL stands for it.
  private static func storable(_ json: JSONValue) -> JSONValue {
    switch json {
    case .string(let text): .string(text.replacing("\0", with: "␀"))
    case .array(let elements): .array(elements.map(storable))
    case .object(let members): .object(members.map { ($0.0, storable($0.1)) })
    default: json
    }
  }
}
