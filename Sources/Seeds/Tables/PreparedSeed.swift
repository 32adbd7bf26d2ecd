internal import Mapping

/// A file of seeds with the table that it goes to.
struct PreparedSeed {
  /// A column of the table that the file's rows name.
  struct Named {
    var column: SeedColumn
    /// Whether every row names it.
    var isAlways: Bool
    /// Whether it is one of the key's.
    var isKey: Bool
    /// Its column in the staging table.
    var staged: String
    /// Says in the staging table whether the row names it; nil where all do.
    var flag: String?
    /// For a query: what makes the value out of the query's own column.
    var source: String?
  }

  var file: SeedFile
  /// The entity that declares the table, if one does.
  var entity: Entity?
  var table: SeedTable
  var named: [Named]
  /// The unique index that the key goes by.
  var uniqueness: SeedTable.Uniqueness

  /// The key's columns, in order.
  var key: [Named]
  /// All others.
  var others: [Named] { named.filter { !$0.isKey } }
  /// Whether a value is personal, or any.
  var hasPersonalKey: Bool { key.contains { $0.column.isPersonal } }
}
