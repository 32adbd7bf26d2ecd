internal import Foundation
internal import Postgres

/// One object that Kedge has put into a store, or is about to.
struct StoreRecord: Equatable {
  var entity: String
  var kind: String
  var object: String
  /// As it must be.
  var definition: String
  /// What it took the place of.
  var before: [String: String] = [:]
}

/// What Kedge has put into one store, as the target's schema `kedge` remembers it.
///
/// A record is written before the object is made, and removed after the object is gone: an interruption at any instant
/// leaves a record of everything that is there.
struct StoreRecords {
  let connection: PostgresConnection
  let set: String
  let store: String

  /// All of them; none where the schema isn't there.
  func all() throws -> [StoreRecord] {
    let found = try connection.query("SELECT to_regclass('kedge.guard_objects') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return [] }
    return try connection.query(
      """
      SELECT entity, kind, object, definition, before::text AS before FROM kedge.guard_objects
      WHERE set_name = $1 AND store = $2 ORDER BY entity, kind, object
      """, [.text(set), .text(store)]
    ).map { row in
      let before = try row["before"].map {
        try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
      }
      return StoreRecord(
        entity: try row.text("entity"), kind: try row.text("kind"), object: try row.text("object"),
        definition: try row.text("definition"), before: before ?? [:])
    }
  }

  /// Adds it, or changes the one of its kind and name.
  func write(_ record: StoreRecord) throws {
    let before =
      record.before.isEmpty ? nil : String(decoding: try JSONEncoder().encode(record.before), as: UTF8.self)
    try connection.execute(
      """
      INSERT INTO kedge.guard_objects (set_name, store, entity, kind, object, definition, before)
      VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
      ON CONFLICT (set_name, store, kind, object) DO UPDATE
        SET entity = EXCLUDED.entity, definition = EXCLUDED.definition, before = EXCLUDED.before
      """,
      [
        .text(set), .text(store), .text(record.entity), .text(record.kind), .text(record.object),
        .text(record.definition), .optional(before),
      ])
  }

  func remove(_ record: StoreRecord) throws {
    try connection.execute(
      "DELETE FROM kedge.guard_objects WHERE set_name = $1 AND store = $2 AND kind = $3 AND object = $4",
      [.text(set), .text(store), .text(record.kind), .text(record.object)])
  }

  /// Does something that nobody else does to this store's rules at the same time.
  ///
  /// - Throws: ``StoreGuardError`` if somebody is at it; what `body` throws.
  func alone<T>(_ body: () throws -> T) throws -> T {
    let key: [PostgresParameter] = [.text("kedge guard \(set) \(store)")]
    // One that was killed holds it until the server has noticed.
    let deadline = ContinuousClock.now + .seconds(5)
    while try connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken", key).first?[
      "taken"]
      != "t"
    {
      guard ContinuousClock.now < deadline else {
        throw StoreGuardError(
          store: store, message: "another kedge is changing them right now; wait for its end, and run again")
      }
      usleep(20_000)
    }
    let result = Result { try body() }
    do {
      _ = try connection.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)
    } catch {
      // The connection is lost, and the lock with it. What went wrong first says more.
      _ = try result.get()
      throw error
    }
    return try result.get()
  }
}
