import Audit
import Catalog
import Codec
import Executors
import Foundation
import Mongo
import Postgres
import TestSupport
import Testing

/// A plan says what a repair would do; what is applied is that, or nothing.
@Suite("Repair plans")
struct RepairPlanTests {
  private static let id = RepairScene.id

  @Test("a plan names every action with its values, and changes nothing")
  func contents() throws {
    let scene = try RepairScene()
    try scene.damage()
    let before = try scene.digests()
    let report = try scene.makePlan()
    #expect(report.plannedRepairs == 4)
    #expect(report.hasDrift)
    func digest(_ text: String) throws -> String {
      "sha256:" + (try scene.target.value("SELECT left(encode(sha256('\(text)'), 'hex'), 12)"))
    }
    let expected = [
      "delete extra name: ∅ ← e; email: ∅ ← \(try digest("e@example.com")); people_tags: ∅ ← 1 rows",
      "insert \(Self.id(7)) name: n7 ← ∅; email: \(try digest("p7@example.com")) ← ∅; age: 7 ← ∅; people_tags: 2 rows ← 0 rows",
      "update \(Self.id(3)) email: \(try digest("p3@example.com")) ← \(try digest("x")); age: 3 ← 0",
      "update \(Self.id(5)) people_tags: 2 rows ← 2 rows",
    ]
    expectEqual(try scene.actions().sorted(), expected)
    expectEqual(try scene.digests(), before)
    expectEqual(try scene.log(), [])
    let text = try scene.lines().joined()
    #expect(!text.contains("example.com"))
  }

  @Test("applying does what the plan says, logs it, and a second time there is nothing to do")
  func apply() throws {
    let scene = try RepairScene()
    let right = try scene.digests()
    try scene.damage()
    try scene.makePlan()
    let report = try scene.apply()
    #expect(report.counts == [4, 4, 0, 0, 0, 0])
    expectEqual(try scene.digests(), right)
    expectEqual(try scene.engine.audit().differences, [])
    let log = try scene.log()
    #expect(
      log.sorted() == [
        "delete extra core.people extra", "insert missing core.people \(Self.id(7))",
        "update different core.people \(Self.id(3))", "update different core.people \(Self.id(5))",
      ])
    // Rows before and after, whole, with their child rows.
    expectEqual(
      try scene.target.rows(
        """
        SELECT before->>'age', after->>'age', before->>'email', after->'core.people_tags'->1->>'tag'
        FROM kedge.audit_repairs WHERE key = '{\(Self.id(3))}'
        """), ["0 | 3 | x | t3"])
    expectEqual(
      try scene.target.rows(
        """
        SELECT before->'core.people_tags', after IS NULL FROM kedge.audit_repairs WHERE action = 'delete'
        """), ["[{\"tag\": \"alone\", \"position\": 0, \"people_id\": \"extra\"}] | t"])
    expectEqual(
      try scene.target.value("SELECT before IS NULL FROM kedge.audit_repairs WHERE action = 'insert'"), "t")
    // The audit's own record says that they are repaired.
    expectEqual(
      try scene.target.value("SELECT count(*) FROM kedge.audit_differences WHERE is_repaired AND run = 2"),
      "4")
    let again = try scene.apply()
    #expect(again.counts == [4, 0, 4, 0, 0, 0])
    expectEqual(try scene.log(), log)
    expectEqual(try scene.digests(), right)
  }

  @Test("the report of repairs shows personal values as digests, the log has them whole")
  func history() throws {
    let scene = try RepairScene()
    try scene.damage()
    let report = try scene.engine.audit(repairs: true)
    #expect(report.repair?.counts == [4, 4, 0, 0, 0, 0])
    let history = RepairHistory(scene.target.connection, plans: try scene.engine.plans())
    let entries = try history.repairs(of: report.run, limit: 10)
    #expect(entries.count == 4)
    let update = try #require(entries.first { $0.key == [Self.id(3)] })
    #expect(update.before?.contains("sha256:") == true)
    #expect(update.action == "update")
    for entry in entries {
      #expect(!"\(entry)".contains("example.com"), "\(entry)")
    }
    expectEqual(
      try scene.target.value(
        "SELECT count(*) FROM kedge.audit_repairs WHERE before::text LIKE '%e@example.com%'"), "1")
    expectEqual(try history.repairs(of: report.run, limit: 2).count, 2)
  }

  /// What may have changed since the plan was made.
  enum Change: String, CaseIterable {
    case record, goneRecord, row, goneRow, childRow, newRow, newRecord, extraRow, extraRecord
  }

  @Test("if either side has changed since, nothing at all is done", arguments: Change.allCases)
  func changed(change: Change) throws {
    let scene = try RepairScene()
    try scene.damage()
    try scene.mongo.insert("people", [["_id": "late", "name": "l"]])
    try scene.makePlan()
    let (three, five, seven) = (Self.id(3), Self.id(5), Self.id(7))
    switch change {
    case .record: try scene.mongo.update("people", id: .string(three), ["$set": ["age": 33]])
    case .goneRecord: try scene.mongo.delete("people", id: .string(three))
    case .row: try scene.target.execute("UPDATE core.people SET age = 1 WHERE id = '\(three)'")
    case .goneRow: try scene.target.execute("DELETE FROM core.people WHERE id = '\(three)'")
    case .childRow:
      try scene.target.execute(
        "UPDATE core.people_tags SET tag = 'b' WHERE people_id = '\(five)' AND position = 0")
    case .newRow:
      try scene.target.execute("INSERT INTO core.people (id, name) VALUES ('\(seven)', 'somebody else')")
    case .newRecord: try scene.mongo.update("people", id: "late", ["$set": ["name": "later"]])
    case .extraRow: try scene.target.execute("UPDATE core.people SET name = 'kept' WHERE id = 'extra'")
    case .extraRecord: try scene.mongo.insert("people", [["_id": "extra", "name": "e"]])
    }
    let before = try scene.digests()
    let report = try scene.apply()
    #expect(report.counts == [5, 0, 0, 1, 0, 4])
    #expect(report.undone.count == 1)
    expectEqual(try scene.digests(), before)
    expectEqual(try scene.log(), [])
    // A new plan knows the world as it is.
    try scene.makePlan()
    #expect(try scene.apply().changed == 0)
    expectEqual(try scene.engine.audit().differences, [])
  }

  @Test("lines may be removed; what is altered, repeated, brought from another plan or cut off is refused")
  func editing() throws {
    let scene = try RepairScene()
    try scene.damage()
    try scene.makePlan()
    let before = try scene.digests()
    let lines = try scene.lines()
    #expect(lines.count == 6)
    func expectRefused(_ edited: [String], _ words: String) throws {
      try scene.write(edited)
      do {
        try scene.apply()
        Issue.record("it was applied: \(words)")
      } catch let error as RepairError {
        #expect(error.description.contains(words), "\(error)")
      }
      expectEqual(try scene.digests(), before)
    }
    let update = try #require(lines.firstIndex { $0.contains("\"age\"") && $0.contains("update") })
    var altered = lines
    altered[update] = altered[update].replacing("\"source\":\"3\"", with: "\"source\":\"4\"")
    #expect(altered != lines)
    try expectRefused(altered, "line \(update + 1): the line isn't as it was written")
    try expectRefused(lines.dropLast() + [lines[1], lines[5]], "line 6: the line isn't as it was written")
    try expectRefused(Array(lines.dropLast()), "no last line")
    try expectRefused(Array(lines.dropFirst()), "the line isn't as it was written")
    try expectRefused(["hello"], "line 1: this isn't a line that kedge wrote")
    try expectRefused(
      [lines[0].replacing("\"set\":\"test\"", with: "\"set\":\"tess\"")] + lines.dropFirst(), "line 1")
    try scene.makePlan()
    let others = try scene.lines()
    try expectRefused([lines[0], others[1], lines[5]], "line 2: the line isn't as it was written")

    var shortened = lines
    shortened.remove(at: update)
    try scene.write(shortened)
    let report = try scene.apply()
    #expect(report.counts == [3, 3, 0, 0, 0, 0])
    #expect(report.leftOut == 1)
    expectEqual(try scene.engine.audit().differences, ["people different \(Self.id(3)) [\"email\", \"age\"]"])
  }

  @Test("a plan of another mapping, source or target is refused, whatever it says")
  func otherWorld() throws {
    let scene = try RepairScene()
    try scene.damage()
    try scene.makePlan()
    let before = try scene.digests()
    func expectRefused(_ engine: Engine, _ words: String) throws {
      do {
        try scene.apply(engine)
        Issue.record("it was applied: \(words)")
      } catch let error as RepairError {
        #expect(error.description.contains(words), "\(error)")
      }
      expectEqual(try scene.digests(), before)
    }
    let mapping = RepairScene.people.replacing("age: integer", with: "age: bigint")
    try expectRefused(
      try Engine(mongo: scene.mongo, into: scene.target, mapping),
      "the mapping of \"people\" has been changed")
    try expectRefused(
      try Engine(mongo: try TestMongo(), into: scene.target, RepairScene.people), "the source \"app\" was")
    try expectRefused(
      try Engine(mongo: scene.mongo, into: try TestPostgres(), RepairScene.people),
      "the target is another database")
    let owned = RepairScene.people.replacing("owner: core", with: "owner: core\nphase: core")
    try expectRefused(try Engine(mongo: scene.mongo, into: scene.target, owned), "Postgres owns it")
    #expect(try scene.apply().counts == [4, 4, 0, 0, 0, 0])
  }

  @Test("personal keys and locators stay out of a plan, which finds its rows all the same")
  func personalKeys() throws {
    let mapping = RepairScene.people.replacing(
      "{ from: _id, type: text }", with: "{ from: _id, type: text, personal: true }")
    let scene = try RepairScene([mapping])
    let right = try scene.digests()
    try scene.damage()
    try scene.makePlan()
    let text = try scene.lines().joined()
    #expect(!text.contains(Self.id(3)) && !text.contains("locator"))
    #expect(try scene.apply().counts == [4, 4, 0, 0, 0, 0])
    expectEqual(try scene.digests(), right)
    // Without the audit's record nobody knows which rows are meant.
    try scene.damage()
    try scene.makePlan()
    try scene.target.execute("DELETE FROM kedge.audit_differences")
    #expect(try scene.apply().counts == [4, 0, 0, 4, 0, 0])
  }

  @Test("a repair doesn't run beside a backfill of its set, and Ctrl-C ends it with a word on what is done")
  func busy() throws {
    let scene = try RepairScene()
    try scene.damage()
    try scene.makePlan()
    let other = try PostgresConnection(scene.target.settings)
    try Catalog(other).lockShared(set: "test")
    #expect(throws: CatalogError.self) { try scene.apply() }
    #expect(throws: CatalogError.self) { try scene.engine.audit(repairs: true) }
    other.close()
    let stop = StopFlag()
    stop.set()
    do {
      try scene.apply(stop: stop)
      Issue.record("it went on")
    } catch let error as RepairError {
      #expect(error.description.contains("nothing has been repaired yet"))
    }
    #expect(try scene.apply().counts == [4, 4, 0, 0, 0, 0])
  }
}
