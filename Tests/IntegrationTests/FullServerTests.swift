import Backfill
import Codec
import Executors
import Foundation
import Postgres
import TestSupport
import Testing

/// A server that takes no more connections when a backfill wants its first one.
@Suite("Full servers")
struct FullServerTests {
  @Test("are asked again for as long as patience lasts", .timeLimit(.minutes(5)))
  func noRoom() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 1], ["_id": 2]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      """)
    let database = target.settings.database ?? ""
    let role = "mover_\(database)"
    try target.execute(
      "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1; GRANT CREATE, TEMPORARY ON DATABASE \(database) TO \(role)"
    )
    defer {
      do { try target.execute("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)") } catch { print(error) }
    }
    var context = try engine.context(StopFlag())
    context.target.user = role
    var options = BackfillOptions()
    options.patience = 1

    let only = try PostgresConnection(context.target)
    let error = #expect(throws: (any Error).self) { try Backfill(context, options: options).run() }
    let said = error.map { "\($0)" } ?? ""
    #expect(said.contains("too many connections") && said.contains("1 seconds (--patience)"), "\(said)")
    #expect(try target.value("SELECT to_regnamespace('kedge') IS NULL") == "t")

    only.close()
    try target.execute("ALTER ROLE \(role) CONNECTION LIMIT -1")
    #expect(try Backfill(context, options: options).run().counts("things") == [2, 2, 0, 0, 0])
    #expect(try target.rows("SELECT id FROM core.things ORDER BY id") == ["1", "2"])
  }
}
