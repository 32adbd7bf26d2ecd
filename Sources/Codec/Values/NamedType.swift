/// The name of a type that a schema defines: an enum or a domain.
public struct NamedType: Sendable, Hashable {
  public var schema: String
  public var name: String

  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// Quoted for SQL.
  public var sql: String { Self.quoted(schema) + "." + Self.quoted(name) }
  /// As a person writes it.
  public var display: String { "\(schema).\(name)" }

  // By scalars: an accent after a quote would hide it inside one Character.
  private static func quoted(_ name: String) -> String {
    "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}
