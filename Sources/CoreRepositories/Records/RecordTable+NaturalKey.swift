internal import Database
internal import Foundation
internal import Guardrails

/// Upserts by keys that no unique index keeps, because older data breaks them.
extension RecordTable {
  /// Updates the oldest row that fits, or creates one. However many ask for one key at once, one row comes of it.
  ///
  /// - Parameters:
  ///   - condition: with placeholders from `$1`, of equal signs alone.
  ///   - key: the values for them.
  ///   - assignment: what to set in a row that is there, with placeholders behind those of the condition; nil for all columns.
  func upsert(
    _ content: Content, where condition: String, _ key: [any DatabaseEncodable],
    setting assignment: (String, [any DatabaseEncodable])? = nil
  ) async throws -> Record {
    var text = Content.columns.enumerated().map { "\($1) = $\(key.count + $0 + 1)" }.joined(separator: ", ")
    var values: [(any DatabaseEncodable)?] = key + content.values
    if let assignment {
      text = assignment.0
      values = key + assignment.1
    }
    if let touch { text += ", " + touch }
    let update =
      "UPDATE \(layout.table) SET \(text) WHERE \(layout.key) = (SELECT \(layout.key) FROM \(layout.table)"
      + " WHERE \(condition) ORDER BY \(layout.createdAt), \(layout.key) LIMIT 1) RETURNING \(columns)"
    let insertion = insertion(content, id: nil, createdAt: nil)
    // A number that is the same in all processes.
    let words = key.map { "\($0.databaseValue)" }.joined(separator: "\u{1F}")
    let lock = "kedge \(layout.table) \(words)"
    return try await gate.write(.upsert) { transaction in
      if let row = try await transaction.one(update, values) { return try record(row) }
      // Only those that find no row wait for each other; the first makes it, and the others find it.
      try await transaction.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock])
      if let row = try await transaction.one(update, values) { return try record(row) }
      return try record(try await transaction.one(insertion.text + " RETURNING \(columns)", insertion.values))
    }
  }
}
