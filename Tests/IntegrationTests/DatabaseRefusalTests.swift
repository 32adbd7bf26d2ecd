import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Rows that only Postgres refuses: one of them costs a few tries, and takes none of its neighbours with it.
@Suite("Refusals by the database")
struct DatabaseRefusalTests {
  private static let items = """
    entity: items
    owner: core
    source: { store: app, collection: items }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      name: text
      amount: integer
    children:
      parts: { fields: { size: integer } }
    """

  /// An empty target with its tables, and a counter of tries that no rollback takes back.
  private func prepared(_ engine: Engine, _ target: TestPostgres, _ rules: String...) throws {
    try engine.backfill()
    try target.execute("DROP SCHEMA kedge CASCADE")
    try target.execute("CREATE SEQUENCE tries")
    try target.execute(
      "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''tries''); RETURN NULL; END'"
    )
    try target.execute(
      "CREATE TRIGGER note BEFORE INSERT ON core.items FOR EACH STATEMENT EXECUTE FUNCTION note()")
    for rule in rules { try target.execute(rule) }
  }

  @Test("one refused row among n is found with O(log n) statements", arguments: [1000, 16000])
  func tries(count: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(mongo: mongo, into: target, Self.items)
    try mongo.insert("items", [["_id": -1, "amount": 1]])
    try mongo.delete("items", id: -1)
    try prepared(engine, target, "ALTER TABLE core.items ADD CONSTRAINT positive CHECK (amount >= 0)")
    for start in stride(from: 0, to: count, by: 1000) {
      try mongo.insert(
        "items",
        (start..<(start + 1000)).map {
          ["_id": BSONValue($0), "amount": BSONValue($0 == count * 2 / 3 ? -1 : 1)]
        })
    }
    expectEqual(try engine.backfill { $0.chunkSize = count }.counts("items"), [count, count - 1, 0, 1, 0])
    let tries = try #require(Int(try target.value("SELECT last_value FROM tries")))
    let steps = (0...).first { 1 << $0 >= count } ?? 0
    // The copy, the first merge, and two halves at each step.
    #expect(tries <= 2 + 2 * steps)
    let entry = try #require(try engine.quarantine().first)
    #expect((entry.reason, entry.sqlState, entry.constraint) == ("database", "23514", "positive"))
  }

  @Test("every kind of refusal is isolated, with its SQLSTATE and constraint")
  func kinds() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(mongo: mongo, into: target, Self.items)
    try mongo.insert("items", [["_id": 0]])
    try mongo.delete("items", id: 0)
    try prepared(
      engine, target,
      "ALTER TABLE core.items ADD CONSTRAINT one_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED",
      "ALTER TABLE core.items_parts ADD CONSTRAINT small CHECK (size < 10)",
      """
      CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.amount = 13 THEN RAISE EXCEPTION 'unlucky'; END IF;
        IF NEW.amount = 14 THEN RAISE EXCEPTION 'no more' USING ERRCODE = 'KD001'; END IF;
        IF NEW.amount = 15 THEN NEW.amount := 1 / (NEW.amount - 15); END IF;
        RETURN NEW; END $$
      """,
      "CREATE TRIGGER judge BEFORE INSERT OR UPDATE ON core.items FOR EACH ROW EXECUTE FUNCTION judge()")
    let bad: [Int: BSONDocument] = [
      5: ["_id": 5, "name": "n1"], 13: ["_id": 13, "amount": 13], 14: ["_id": 14, "amount": 14],
      15: ["_id": 15, "amount": 15], 20: ["_id": 20, "parts": [["size": 1], ["size": 99]]],
    ]
    try mongo.insert(
      "items",
      (0..<40).map { bad[$0] ?? ["_id": BSONValue($0), "name": .string("n\($0)"), "parts": [["size": 1]]] })
    expectEqual(try engine.backfill { $0.chunkSize = 100 }.counts("items"), [40, 35, 0, 5, 0])
    expectEqual(
      try engine.quarantine().map { "\($0.sqlState ?? "-") \($0.constraint ?? "-")" }.sorted(),
      ["22012 -", "23505 one_name", "23514 small", "KD001 -", "P0001 -"])
    expectEqual(try target.value("SELECT count(*) FROM core.items_parts"), "35")
    expectEqual(try engine.audit().tally("items")?.drift, 0)
    expectEqual(try engine.audit().tally("items")?.quarantined, 5)
    // What the rules allow later lands later, and leaves the quarantine by itself.
    try target.execute("DROP TRIGGER judge ON core.items")
    expectEqual(try engine.backfill().counts("items"), [40, 3, 35, 2, 0])
    expectEqual(try engine.quarantine().count, 2)
  }
}
