internal import Codec
internal import Mapping
internal import Postgres

/// An enum that the mapping declares and the DDL creates, or a domain that the schema has to have already.
public struct NamedTypeDefinition: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// With its labels, in their order.
    case enumeration([String])
    /// Over this type, as `format_type` writes it.
    case domain(String)
  }
  public var schema: String
  public var name: String
  public var kind: Kind

  public var display: String { "\(schema).\(name)" }

  /// DDL that creates it, safe to run again; nil for a domain, whose rules the mapping doesn't know.
  public var sql: String? {
    guard let create = plainSQL else { return nil }
    return "DO \(quoteLiteral("BEGIN \(create); EXCEPTION WHEN duplicate_object THEN NULL; END"))"
  }

  /// The same, for a migration: fails where the type is there.
  public var plainSQL: String? {
    guard case .enumeration(let labels) = kind else { return nil }
    return "CREATE TYPE \(quotedName) AS ENUM (\(labels.map(quoteLiteral).joined(separator: ", ")))"
  }

  /// DDL that adds a label which the live enum lacks.
  func adding(_ label: String) -> String {
    "ALTER TYPE \(quotedName) ADD VALUE IF NOT EXISTS \(quoteLiteral(label))"
  }

  /// Quoted for SQL.
  public var quotedName: String { "\(quotedIdentifier(schema)).\(quotedIdentifier(name))" }

  /// Every enum and domain of these tables, each once.
  static func all(in tables: [TableDefinition]) -> [NamedTypeDefinition] {
    var found: [NamedTypeDefinition] = []
    let types = tables.flatMap { $0.columns.map(\.type) + $0.generated.map(\.type) }
    for type in types.map(\.element) {
      guard let name = type.namedType else { continue }
      let kind: Kind
      if case .enumeration(_, let labels) = type {
        kind = .enumeration(labels)
      } else {
        kind = .domain(type.base.formatted)
      }
      let definition = NamedTypeDefinition(schema: name.schema, name: name.name, kind: kind)
      if !found.contains(definition) { found.append(definition) }
    }
    return found
  }

  /// What the live database has instead.
  func differences(from connection: PostgresConnection) throws -> [SchemaDifference] {
    let rows = try connection.query(
      """
      SELECT t.typtype AS kind, format_type(t.typbasetype, t.typtypmod) AS base, e.enumlabel AS label
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid
      WHERE n.nspname = $1 AND t.typname = $2 ORDER BY e.enumsortorder
      """, [.text(schema), .text(name)])
    guard let first = rows.first else { return [.missingType(self)] }
    switch kind {
    case .enumeration(let labels):
      guard try first["kind"] == "e" else { return [.otherKindOfType(self)] }
      let live = try Set(rows.compactMap { try $0["label"] })
      return labels.filter { !live.contains($0) }.map { .missingLabel(self, $0) }
    case .domain(let base):
      guard try first["kind"] == "d" else { return [.otherKindOfType(self)] }
      return try first["base"] == base ? [] : [.otherKindOfType(self)]
    }
  }
}
