internal import Codec
public import Mapping

/// The DDL that a mapping implies, in the order in which it is run.
public struct SchemaPlan: Sendable {
  /// One statement, safe to run again.
  public struct Statement: Sendable, Equatable {
    public var sql: String
    /// The foreign key that this statement adds or validates, if it does.
    public var constraint: ForeignKey?
  }
  /// Schemas, extensions, tables with keys and unique constraints: what must be there before rows arrive.
  public var beforeLoad: [Statement]
  /// Indexes for references: quicker once the rows are there.
  public var afterLoad: [Statement]
  /// Foreign keys, added and validated after the rows.
  public var foreignKeys: [ForeignKey]
  public var tables: [TableDefinition]
  /// Enums and domains that the tables use.
  public var types: [NamedTypeDefinition]
  /// Of the references.
  public var indexes: [IndexDefinition]

  /// - Parameter plans: core entities in load order.
  public init(_ plans: [EntityPlan], set: MappingSet) {
    tables = plans.flatMap { TableDefinition.tables(of: $0) }
    foreignKeys = plans.flatMap { ForeignKey.keys(of: $0, in: set) }
    var before: [Statement] = []
    types = NamedTypeDefinition.all(in: tables)
    let createdTypes = types.filter { $0.sql != nil }
    for schema in Set(tables.map(\.table.schema) + createdTypes.map(\.schema)).sorted() {
      before.append(Statement(sql: "CREATE SCHEMA IF NOT EXISTS \(quotedIdentifier(schema))"))
    }
    if tables.contains(where: { $0.columns.contains { $0.type.usesCitext } }) {
      before.append(Statement(sql: "CREATE EXTENSION IF NOT EXISTS citext"))
    }
    before += createdTypes.compactMap(\.sql).map { Statement(sql: $0) }
    before += tables.map { Statement(sql: $0.sql) }
    beforeLoad = before
    indexes = plans.flatMap { plan in
      let tables = TableDefinition.tables(of: plan)
      let references = [plan.entity.references] + plan.children.map(\.source.references)
      return zip(tables, references).flatMap { table, references in
        // An index of whole arrays finds no element.
        references.filter { $0.enforcement != .none && !$0.isArray }.compactMap(table.index)
      }
    }
    afterLoad = indexes.map { Statement(sql: $0.sql) }
  }

  /// Everything as one script that a person can read and run.
  public var script: String {
    let foreign = foreignKeys.flatMap { [$0.addSQL, $0.validateSQL] }
    return (beforeLoad.map(\.sql) + afterLoad.map(\.sql) + foreign).map { $0 + ";\n" }.joined(separator: "\n")
  }
}

extension TargetType {
  fileprivate var usesCitext: Bool {
    switch base {
    case .citext: true
    case .array(let element): element.usesCitext
    default: false
    }
  }
}

/// A condition on a row `t`: none of `columns` is null, and no row of `table` has those values in `targets`.
public func orphanSQL(columns: [String], table: TableName, targets: [String]) -> String {
  let present = columns.map { "t.\(quotedIdentifier($0)) IS NOT NULL" }.joined(separator: " AND ")
  let pairs = zip(columns, targets).map { "o.\(quotedIdentifier($1)) = t.\(quotedIdentifier($0))" }
  return "\(present) AND NOT EXISTS (SELECT FROM \(table.sql) o WHERE \(pairs.joined(separator: " AND ")))"
}

/// `"a", "b"`.
public func columnList(_ names: [String], prefix: String = "") -> String {
  names.map { prefix + quotedIdentifier($0) }.joined(separator: ", ")
}

/// A name of at most 63 bytes, as Postgres keeps; a longer one ends in a digest, so that two never meet.
func shortenedName(_ parts: [String], suffix: String) -> String {
  let whole = (parts + [suffix]).joined(separator: "_")
  if whole.utf8.count <= 63 { return whole }
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in whole.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  var head = Substring(parts.joined(separator: "_"))
  let tail = "_" + String(hash, radix: 36) + "_" + suffix
  while head.utf8.count + tail.utf8.count > 63 { head = head.dropLast() }
  return head + tail
}

/// The name that Postgres itself gives a unique constraint of one column.
public func uniqueName(_ table: TableName, _ column: String) -> String {
  postgresName(table.name, column, "key")
}

/// The name that Postgres itself makes of a table, columns and a kind: both halves are cut, the longer first.
public func postgresName(_ table: String, _ columns: String, _ kind: String) -> String {
  var (first, second) = (Substring(table), Substring(columns))
  while first.utf8.count + second.utf8.count + kind.utf8.count + 2 > 63 {
    if first.utf8.count > second.utf8.count { first = first.dropLast() } else { second = second.dropLast() }
  }
  return "\(first)_\(second)_\(kind)"
}
