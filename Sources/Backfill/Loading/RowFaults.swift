public import Postgres

extension PostgresError {
  /// Whether the rows are at fault, not the server, the schema or the connection.
  public var isAboutOneRow: Bool {
    guard let sqlState else { return false }
    let state = String(sqlState.prefix(2))
    // Data exceptions, constraint violations, cardinality, raised by a trigger or a function, too large for an index;
    // and codes that Postgres doesn't have itself, which only a trigger or a function can raise.
    return ["09", "21", "22", "23", "27", "2F", "38", "39", "44", "54", "P0"].contains(state)
      || !Self.serverClasses.contains(state)
  }

  /// Classes of SQLSTATE that are about the server, the session or the schema.
  private static let serverClasses: Set<String> = [
    "00", "01", "02", "03", "08", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "24", "25", "26", "28",
    "2B", "2D",
    "34", "3B", "3D", "3F", "40", "42", "53", "55", "57", "58", "72", "F0", "HV", "XX",
    // What a guardrail refuses, it refuses of a whole table.
    "KG",
  ]
}
