internal import Codec
internal import Foundation
internal import Mapping
internal import Postgres

/// What a cleaner changes in a feature store, in `kedge.audit_repairs`: written down before the change, and taken back if
/// it wasn't made. A process that dies in between leaves entries without `after`.
struct CleanLog {
  private let connection: PostgresConnection
  private let run: Int
  private let entity: Entity
  private let isDeletion: Bool

  init(_ connection: PostgresConnection, run: Int, entity: Entity, isDeletion: Bool) {
    self.connection = connection
    self.run = run
    self.entity = entity
    self.isDeletion = isDeletion
  }

  /// - Returns: The entries' numbers, in the records' order.
  func begin(_ records: [(key: String, record: BSONDocument)]) throws -> [Int] {
    try connection.transaction {
      try records.map { key, record in
        try connection.query(
          """
          INSERT INTO kedge.audit_repairs (run, entity, table_name, key, kind, action, before)
          VALUES ($1, $2, $3, $4::text[], 'orphan', $5, $6::jsonb) RETURNING id
          """,
          [
            .integer(run), .text(entity.name), .text("\(entity.store).\(entity.collection)"), .text(key),
            .text(isDeletion ? "delete" : "nullify"), .text(Self.json(record)),
          ]
        ).first?.int("id") ?? 0
      }
    }
  }

  func end(_ outcomes: [(entry: Int, isChanged: Bool, after: BSONDocument?)]) throws {
    try connection.transaction {
      for outcome in outcomes {
        if !outcome.isChanged {
          _ = try connection.execute(
            "DELETE FROM kedge.audit_repairs WHERE id = $1", [.integer(outcome.entry)])
        } else if let after = outcome.after {
          _ = try connection.execute(
            "UPDATE kedge.audit_repairs SET after = $2::jsonb WHERE id = $1",
            [.integer(outcome.entry), .text(Self.json(after))])
        }
      }
    }
  }

  /// Extended JSON; for a record that holds what `jsonb` can't, its BSON in base64.
  static func json(_ document: BSONDocument) -> String {
    var out = ByteBuffer(capacity: document.bytes.count * 2)
    var scratch = ByteBuffer()
    let isWritten = document.withRaw { bytes in
      do throws(Refusal) {
        try CanonicalJSON.append(RawValue(kind: .document, bytes: bytes), scratch: &scratch, to: &out)
        return true
      } catch { return false }
    }
    if isWritten { return String(decoding: out.bytes, as: UTF8.self) }
    return "{\"$bson\": \"\(Data(document.bytes).base64EncodedString())\"}"
  }
}
