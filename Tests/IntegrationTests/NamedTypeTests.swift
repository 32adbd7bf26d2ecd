import Audit
import Backfill
import Catalog
import Codec
import Postgres
import Schema
import TestSupport
import Testing

/// Enums, domains, intervals, addresses, arrays of them, and columns that Postgres fills: DDL, backfill twice, audit.
@Suite("Types that a schema defines, and columns that Postgres fills")
struct NamedTypeTests {
  private static let devices = """
    entity: devices
    owner: core
    source: { store: app, collection: devices }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      status: { type: { enum: status, values: [new, "it's", lost] } }
      past: { type: { enum: status, values: [new, "it's", lost], array: true }, transforms: [lower] }
      mail: { type: { domain: mail, base: text, schema: common } }
      mails: { type: { domain: mail, base: text, schema: common, array: true } }
      host: { type: inet, transforms: [inet] }
      nets: { type: "cidr[]", transforms: [inet] }
      idle: { type: interval, transforms: [{ interval: seconds }] }
      spans: { type: "interval[]", transforms: [interval] }
      tags: { type: "citext[]", transforms: [trim] }
      ids: { type: "uuid[]", transforms: [uuid] }
    children:
      parts:
        fields:
          status: { type: { enum: status, values: [new, "it's", lost] } }
          mails: { type: { domain: mail, base: text, schema: common, array: true } }
    generated:
      number: { type: bigint, as: identity }
      place: { type: text, as: "split_part(mail, '@', 2)" }
    """

  private func device(_ id: Int32, mail: BSONValue = "a@b") -> BSONDocument {
    [
      "_id": .int32(id), "status": "it's", "past": ["NEW", nil, "lost"], "mail": mail, "mails": ["x@y"],
      "host": "10.0.0.1/8", "nets": ["10.0.0.0/8", "::1"], "idle": .double(1.5),
      "spans": ["P1M", "01:00", nil],
      "tags": [" A", "b "], "ids": [.id("507f1f77bcf86cd799439011")],
      "parts": [["status": "new", "mails": ["p@q"]], ["status": nil, "mails": []]],
    ]
  }

  private func start() throws -> (TestMongo, TestPostgres) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    _ = try target.connection.execute("CREATE SCHEMA common")
    _ = try target.connection.execute("CREATE DOMAIN common.mail AS text CHECK (value LIKE '%@%')")
    return (mongo, target)
  }

  @Test("they are created, filled, found unchanged, and audited as alike")
  func roundTrip() throws {
    let (mongo, target) = try start()
    try mongo.insert("devices", [device(1), device(2)])
    let engine = try Engine(mongo: mongo, into: target, Self.devices)
    #expect(try engine.backfill().counts("devices") == [2, 2, 0, 0, 0])
    let rows = try target.rows(
      """
      SELECT id, status, past, mail, mails, host, nets, idle, spans, tags, ids, place, number > 0
      FROM core.devices WHERE id = 1
      """)
    expectEqual(
      rows,
      [
        "1 | it's | {new,NULL,lost} | a@b | {x@y} | 10.0.0.1/8 | {10.0.0.0/8,::1/128} | 00:00:01.5 | {\"1 mon\",01:00:00,NULL} | {A,b} | {507f1f77-bcf8-8000-8000-6cd799439011} | b | t"
      ])
    expectEqual(
      try target.rows(
        "SELECT devices_id, position, status, mails FROM core.devices_parts WHERE devices_id = 2 ORDER BY 2"),
      ["2 | 0 | new | {p@q}", "2 | 1 | ∅ | {}"])
    #expect(try engine.backfill().counts("devices") == [2, 0, 2, 0, 0])
    let audit = try engine.audit()
    #expect(audit.differences == [])
    #expect(audit.tally("devices")?.matching == 2 && audit.tally("devices")?.inFlight == 0)
    #expect(try SchemaPlan(engine.plans(), set: engine.set).differences(from: target.connection) == [])
  }

  @Test("what an enum, a domain or an address doesn't take is quarantined alone")
  func refusals() throws {
    let (mongo, target) = try start()
    var bad = device(3).pairs.filter { $0.0 != "status" }
    bad.append(("status", "gone"))
    var host = device(4).pairs.filter { $0.0 != "host" }
    host.append(("host", "10.0.0.256"))
    try mongo.insert("devices", [device(1), device(2, mail: "none"), BSONDocument(bad), BSONDocument(host)])
    let engine = try Engine(mongo: mongo, into: target, Self.devices)
    #expect(try engine.backfill().counts("devices") == [4, 1, 0, 3, 0])
    expectEqual(
      try engine.refusals(), ["2 database - -", "3 not_in_enum status status", "4 invalid_text host host"])
    #expect(try engine.audit().differences == [])
  }

  @Test("a changed enum value and a changed domain array are found by an audit")
  func drift() throws {
    let (mongo, target) = try start()
    try mongo.insert("devices", [device(1), device(2), device(3)])
    let engine = try Engine(mongo: mongo, into: target, Self.devices)
    try engine.backfill()
    _ = try target.connection.execute("UPDATE core.devices SET status = 'lost', mails = '{z@z}' WHERE id = 2")
    _ = try target.connection.execute("UPDATE core.devices_parts SET mails = '{z@z}' WHERE devices_id = 3")
    expectEqual(
      try engine.audit().differences,
      ["devices different 2 [\"status\", \"mails\"]", "devices different 3 [\"devices_parts\"]"])
  }

  @Test("the live schema's differences name types, labels and generated columns, and say how to go on")
  func differences() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("devices", [device(1)])
    let engine = try Engine(mongo: mongo, into: target, Self.devices)
    let plan = SchemaPlan(try engine.plans(), set: engine.set)
    let before = try plan.differences(from: target.connection).map(\.description)
    #expect(before.contains("type core.status doesn't exist"))
    #expect(before.contains { $0.hasPrefix("domain common.mail doesn't exist") })
    for sql in [
      "CREATE SCHEMA common", "CREATE DOMAIN common.mail AS varchar(9)", "CREATE SCHEMA core",
      "CREATE TYPE core.status AS ENUM ('new', 'it''s')", "CREATE EXTENSION citext",
    ] { _ = try target.connection.execute(sql) }
    for table in plan.tables { _ = try target.connection.execute(table.sql) }
    for sql in [
      "ALTER TABLE core.devices DROP COLUMN host, DROP COLUMN number, DROP COLUMN idle",
      "ALTER TABLE core.devices ADD COLUMN host text, ADD COLUMN idle interval GENERATED ALWAYS AS ('1 day'::interval) STORED",
    ] { _ = try target.connection.execute(sql) }
    let found = try plan.differences(from: target.connection)
    expectEqual(
      found.map(\.description).sorted(),
      [
        "column core.devices.host is text; the mapping says inet",
        "column core.devices.idle is generated by Postgres, so the mapping can't fill it; move it to \"generated\"",
        "column core.devices.number (bigint) doesn't exist", "enum core.status has no value 'lost'",
        "type common.mail is no domain over text; the mapping says that it is",
      ])
    for remedy in found.compactMap({ $0.remedy(in: plan) }) { _ = try target.connection.execute(remedy) }
    #expect(try plan.differences(from: target.connection).count == 3)
  }
}
