internal import Foundation
internal import Guardrails
internal import Postgres

/// Keeps observations in `kedge.guard_observations`, and who watched in `kedge.guard_watches`.
///
/// A batch is one transaction, and each of its rows has a key, so that a batch whose commit was lost in the network and is
/// offered again is kept once.
struct ObservationTable: ObservationSink {
  private let link: TargetLink

  init(_ link: TargetLink) { self.link = link }

  private struct Row: Encodable {
    var batch: String
    var entity: String
    var store: String
    var operation: String
    var reason: String
    var writer: String?
    var caller: String
    var times: Int
    var first_seen: String
    var last_seen: String
  }

  func write(_ batch: ObservationBatch) throws {
    let rows = batch.observations.enumerated().map { number, seen in
      Row(
        batch: "\(batch.id)-\(number)", entity: Self.storable(seen.entity), store: Self.storable(seen.store),
        operation: seen.operation.rawValue, reason: seen.reason.rawValue,
        writer: seen.writer.map(Self.storable), caller: Self.storable(seen.caller), times: seen.times,
        first_seen: seen.firstSeen.description, last_seen: seen.lastSeen.description)
    }
    let encoder = JSONEncoder()
    let observations = String(decoding: try encoder.encode(rows), as: UTF8.self)
    let watched = String(decoding: try encoder.encode(batch.observed.map(Self.storable)), as: UTF8.self)
    let (set, seenBy) = (Self.storable(batch.set), Self.storable(batch.seenBy))
    try link.with { connection in
      try connection.transaction {
        _ = try connection.execute(
          """
          INSERT INTO kedge.guard_observations
            (set_name, seen_by, batch, entity, store, operation, reason, writer, caller, times, first_seen, last_seen)
          SELECT $1, $2, r.* FROM jsonb_to_recordset($3::jsonb) r (
            batch text, entity text, store text, operation text, reason text, writer text, caller text, times bigint,
            first_seen timestamptz, last_seen timestamptz)
          ON CONFLICT (batch) DO NOTHING
          """, [.text(set), .text(seenBy), .text(observations)])
        _ = try connection.execute(
          """
          INSERT INTO kedge.guard_watches AS w (set_name, entity, seen_by, started_at, heard_at)
          SELECT $1, entity, $2, $4::timestamptz, $5::timestamptz FROM jsonb_array_elements_text($3::jsonb) entity
          ON CONFLICT (set_name, entity, seen_by, started_at)
            DO UPDATE SET heard_at = greatest(w.heard_at, EXCLUDED.heard_at)
          """,
          [
            .text(set), .text(seenBy), .text(watched), .text(batch.since.description),
            .text(batch.until.description),
          ])
      }
    }
  }

  /// Postgres holds any text but NUL; a name with one must not keep all others from being written.
  private static func storable(_ text: String) -> String {
    text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
  }
}
