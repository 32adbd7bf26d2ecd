internal import SQLite

extension Disturbance {
  /// Changes one user, deletes one log entry and adds another in an omnihub file: a row each that nothing else refers
  /// to, from the middle of its table.
  ///
  /// - Throws: `SQLiteError`; `SampleError` where the file doesn't hold the sample.
  public static func disturb(_ path: String, seed: UInt64) throws -> [Disturbance] {
    var random = SplitMix64(seed: seed, collection: "disturbance", index: 0)
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    let user = try middle("users", path, database)
    try database.query(
      "UPDATE users SET display_name = ? WHERE id = ?", [.text("Mallory \(random.hex(4))"), .number(user)])
    let log = try middle("logs", path, database)
    try database.query("DELETE FROM logs WHERE id = ?", [.number(log)])
    let added = try database.query(
      "INSERT INTO logs (level, message, created_at) VALUES ('info', ?, '2025-06-01 12:00:00.000') RETURNING id",
      [.text("Added behind the engine's back: \(random.hex(8))")])
    return [
      Disturbance(.changed, "users", String(user), field: "display_name"),
      Disturbance(.deleted, "logs", String(log)),
      Disturbance(.added, "logs", String(added.first?.first?.integer ?? 0)),
    ]
  }

  /// The id of the row in the middle.
  private static func middle(_ table: String, _ path: String, _ database: SQLiteConnection) throws -> Int {
    let found = try database.query(
      "SELECT id FROM \(table) ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM \(table))")
    guard let identifier = found.first?.first?.integer else {
      throw SampleError("The file \(path) doesn't hold the sample: run kedge-samples omnihub first.")
    }
    return identifier
  }
}
