import Codec
import Foundation
import TestSupport
import Testing

/// Peak memory with records as large as they come, held to the bound that docs/engine.md documents.
@Suite(
  "Memory with large records", .serialized,
  .disabled(
    if: !Program.kedge.isRelease,
    "the kedge under test isn't a release build, whose memory would mean nothing"))
struct LargeDataMemoryTests {
  /// The documented bound in MiB: 32, and for each worker 48 and five times the largest record.
  private func bound(workers: Int, record: Int) -> Int { 32 + workers * (48 + 5 * record) }

  private static func mapping(_ source: String, _ fields: String, _ more: String = "") -> String {
    "entity: things\nowner: core\nsource: \(source)\nkey: [id]\nfields: \(fields)\n\(more)\n"
  }

  /// A set of one store, and the arguments that name it.
  private func scene(_ kind: String, source: String, target: String, _ mapping: String) throws -> (
    TemporaryFolder, [String]
  ) {
    let folder = try TemporaryFolder()
    try folder.write(
      "set.yaml", "set: large\nstores:\n  app: { kind: \(kind), environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    try folder.write("things.yaml", mapping)
    return (folder, ["--mappings", folder.path, "--source", source, "--target", target, "--quiet"])
  }

  /// Runs a command to its end, which must have this exit code, and holds its peak to the bound.
  private func expect(_ arguments: [String], code: Int32 = 0, within limit: Int, _ what: Comment) throws {
    let (outcome, peak) = try PeakMemory.run(arguments)
    #expect(outcome.code == code, "\(what): \(outcome.errors)")
    #expect(peak <= limit << 10, "\(what): \(peak) kB, and no more than \(limit) MiB are allowed")
  }

  @Test("documents of 16 MB, as text, binary and jsonb: copied, audited and merged", .timeLimit(.minutes(10)))
  func documents() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let size = 5 << 20
    for id in 1...8 {
      let text = String(repeating: "kedge \(id) ", count: size / 8)
      let bytes = [UInt8](repeating: UInt8(id), count: size)
      let inner = BSONDocument([("t", .string(String(text.prefix(size)))), ("n", .int32(Int32(id)))])
      try mongo.insert(
        "things",
        [
          BSONDocument([
            ("_id", .int32(Int32(id))), ("t", .string(text)), ("b", .binary(subtype: 0, bytes)),
            ("j", .document(inner)),
          ])
        ])
    }
    let (folder, arguments) = try scene(
      "mongo", source: mongo.uri, target: target.url,
      Self.mapping(
        "{ store: app, collection: things }",
        "{ id: { from: _id, type: integer }, t: text, b: bytea, j: jsonb }"))
    defer { withExtendedLifetime(folder) {} }
    let limit = bound(workers: 2, record: 16)
    func expectLanded() throws {
      #expect(
        try target.rows(
          "SELECT id, md5(t) = md5(repeat('kedge ' || id || ' ', \(size / 8))), b = decode(repeat(lpad(to_hex(id), 2, '0'), \(size)), 'hex'), md5(j->>'t') = md5(left(t, \(size))), j->'n' = to_jsonb(id) FROM core.things ORDER BY id"
        ) == (1...8).map { "\($0) | t | t | t | t" })
    }
    try expect(["backfill", "--workers", "2"] + arguments, within: limit, "copying")
    try expectLanded()
    try expect(["audit"] + arguments, within: limit, "the audit")
    try target.execute("UPDATE core.things SET t = 'changed'")
    try expect(["backfill", "--workers", "2"] + arguments, within: limit, "merging")
    try expectLanded()
  }

  @Test("a million elements, as an array, jsonb and child rows", .timeLimit(.minutes(10)))
  func millionElements() throws {
    let (source, target) = (
      try TestSQLite("CREATE TABLE things (id INTEGER PRIMARY KEY, v TEXT)"), try TestPostgres()
    )
    try source.execute(
      """
      INSERT INTO things SELECT 1, '[' || group_concat(i) || ']'
        FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n)
      """)
    let (folder, arguments) = try scene(
      "sqlite", source: "sqlite:\(source.path)", target: target.url,
      Self.mapping(
        "{ store: app, table: things }",
        "{ id: integer, v: { from: v, type: \"integer[]\" }, j: { from: v, type: jsonb } }",
        """
        json-text: [v]
        children:
          elements:
            from: "v[]"
            table: elements
            parent: [thing]
            ordinal: place
            fields: { element: { from: "@", type: integer } }
        """))
    defer { withExtendedLifetime(folder) {} }
    // 26 bytes for each child row, 8 for each element, and 7 in the text.
    let limit = bound(workers: 2, record: 42)
    try expect(["backfill", "--workers", "2"] + arguments, within: limit, "copying")
    #expect(
      try target.value(
        """
        SELECT v = (SELECT array_agg(i) FROM generate_series(1, 1000000) i) AND j = to_jsonb(v) FROM core.things
        """) == "t")
    #expect(
      try target.rows(
        "SELECT count(*), count(*) FILTER (WHERE element - place IN (0, 1)), sum(element) FROM core.elements")
        == ["1000000 | 1000000 | 500000500000"])
    try expect(["audit"] + arguments, within: limit, "the audit")
  }

  @Test("quarantined records of 2 MB: refused, listed and tried again", .timeLimit(.minutes(10)))
  func quarantine() throws {
    let (source, target) = (
      try TestSQLite("CREATE TABLE things (id INTEGER PRIMARY KEY, n, t)"), try TestPostgres()
    )
    try source.execute(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO things SELECT i, 'no number', replace(hex(zeroblob(1000000)), '0', char(64 + i % 26)) FROM n
      """)
    let (folder, arguments) = try scene(
      "sqlite", source: "sqlite:\(source.path)", target: target.url,
      Self.mapping("{ store: app, table: things }", "{ id: integer, n: integer, t: text }"))
    defer { withExtendedLifetime(folder) {} }
    let limit = bound(workers: 2, record: 2)
    try expect(["backfill", "--workers", "2"] + arguments, code: 4, within: limit, "quarantine")
    #expect(
      try target.rows("SELECT count(*), sum(length(record)) > 120000000 FROM kedge.quarantine") == ["60 | t"])
    try expect(["audit"] + arguments, within: limit, "the audit")
    try expect(["quarantine", "list"] + arguments, within: limit, "the list")
    try expect(["quarantine", "replay", "--all"] + arguments, code: 4, within: limit, "the replay")
    #expect(try target.value("SELECT min(attempts) FROM kedge.quarantine") == "2")
    try source.execute("UPDATE things SET n = id")
    try expect(["quarantine", "replay", "--all"] + arguments, within: limit, "the replay after a mend")
    #expect(
      try target.value(
        "SELECT count(*) FROM core.things WHERE n = id AND t = repeat(chr(64 + id % 26), 2000000)") == "60")
  }

  /// A proxy before the server that a URL names, and the URL that goes through it.
  private func through(_ url: String) throws -> (FaultProxy, String) {
    let address = try #require(
      url.firstMatch(of: /(?:127\.0\.0\.1|localhost):([0-9]+)/), "\(url) names no port")
    let proxy = try FaultProxy(to: try #require(Int(address.1)))
    return (proxy, url.replacingCharacters(in: address.range, with: "127.0.0.1:\(proxy.port)"))
  }

  @Test("while the target stalls, the source isn't read on", .timeLimit(.minutes(10)))
  func stall() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let payload = String(repeating: "k", count: 100_000)
    for start in stride(from: 0, to: 2000, by: 100) {
      try mongo.insert(
        "things", (start..<(start + 100)).map { ["_id": .int32(Int32($0)), "t": .string(payload)] })
    }
    let (sourceProxy, source) = try through(mongo.uri)
    let (targetProxy, goal) = try through(target.url)
    let (folder, arguments) = try scene(
      "mongo", source: source, target: goal,
      Self.mapping("{ store: app, collection: things }", "{ id: { from: _id, type: integer }, t: text }"))
    defer { withExtendedLifetime(folder) {} }
    targetProxy.arm(.stall, afterBytes: 20 << 20, .toServer)
    let running = try PeakMemory.start(["backfill", "--workers", "2", "--chunk-size", "200"] + arguments)
    try waitUntil("the target stalls") { targetProxy.hasFired }
    // Each worker reads what it holds already, at most one batch of 16 MB and its successor, and then waits.
    var (last, still) = (-1, 0)
    try waitUntil("the source rests") {
      let read = sourceProxy.bytes(.toClient)
      still = read == last ? still + 1 : 0
      last = read
      return still == 100
    }
    let most = (20 + 2 * 32) << 20
    #expect(last < most, "\(last) bytes were read for 20 MiB sent")
    // However long it lasts. A server that is alive, if slow, isn't given up.
    let seconds = ProcessInfo.processInfo.environment["KEDGE_STALL_SECONDS"].flatMap(Double.init) ?? 1
    let end = Date(timeIntervalSinceNow: seconds)
    try waitUntil("the stall is over", limit: seconds + 60) { Date() >= end }
    // A batch that was on its way may have come since.
    let read = sourceProxy.bytes(.toClient)
    #expect(read < most, "\(read) bytes were read for 20 MiB sent")
    targetProxy.resume()
    let (outcome, peak) = try PeakMemory.finish(running)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(peak <= bound(workers: 2, record: 1) << 10, "\(peak) kB")
    #expect(
      try target.value("SELECT count(*) FROM core.things WHERE t = repeat('k', 100000)") == "2000")
  }
}
