internal import Database

/// What a table holds beside its key and its times, column by column.
protocol RecordContent: Sendable {
  /// The columns, in order.
  static var columns: [String] { get }
  /// The values, in the columns' order.
  var values: [DatabaseValue] { get }
  init(row: Row) throws
}

/// How a table is laid out.
struct RecordLayout: Sendable {
  /// The table, as SQL writes it.
  var table: String
  var key = "id"
  var createdAt = "created_at"
  /// Nil where rows don't say when they were changed.
  var updatedAt: String? = "updated_at"
  /// How messages name the entity.
  var entity: String
  /// How the table stands in SQLite; nil for a set that never lived there.
  var old: OldForm?
}
