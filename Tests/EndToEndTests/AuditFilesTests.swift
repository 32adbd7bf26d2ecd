import Foundation
import FoundationXML
import TestSupport
import Testing

/// One audit by the built program: every file, the exit code, and the same report again from the history.
@Suite("The reports of an audit")
struct AuditFilesTests {
  private static let set = """
    set: shop
    stores: { app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] } }
    """
  private static let people = """
    entity: people
    owner: core
    source: { store: app, table: people }
    key: [email]
    fields:
      email: { type: text, personal: true }
      name: text
    """

  @Test("files, exit codes, history and show tell of the same audit")
  func everything() throws {
    let folder = try TemporaryFolder()
    let (source, target) = (try TestSQLite(), try TestPostgres())
    try source.execute("CREATE TABLE people (email TEXT PRIMARY KEY, name TEXT)")
    for number in 1...30 {
      try source.execute("INSERT INTO people VALUES ('p\(number)@example.com', 'n\(number)')")
    }
    try folder.write("set/set.yaml", Self.set)
    try folder.write("set/people.yaml", Self.people)
    func kedge(_ words: String...) throws -> Program.Outcome {
      let stores = [
        "--mappings", folder.path + "/set", "--source", "sqlite:\(source.path)", "--target", target.url,
      ]
      return try Program.kedge.run(words + stores, in: folder.path)
    }
    #expect(try kedge("audit", "history").output.contains("there was no audit"))
    #expect(try kedge("backfill").code == 0)

    // What can't be written is said before anything is compared.
    let refused = try kedge("audit", "--html", "none/a.html")
    #expect(refused.code == 2)
    #expect(refused.errors.contains("--html none/a.html can't be written: there is no folder \"none\""))
    #expect(try kedge("audit", "--html", "a", "--junit", "a").code == 2)
    #expect(try kedge("audit", "--fail-on", "nothing").code == 2)
    #expect(try kedge("audit", "--metrics-format", "openmetrics").code == 2)
    #expect(try target.value("SELECT count(*) FROM kedge.runs WHERE kind = 'audit'") == "0")

    #expect(try kedge("audit", "--quiet").code == 0)
    try target.execute("DELETE FROM core.people WHERE email = 'p7@example.com'")
    try target.execute("UPDATE core.people SET name = '<script>' WHERE email = 'p8@example.com'")
    try target.execute("INSERT INTO core.people VALUES ('x@example.com', 'x')")
    let audit = try kedge(
      "audit", "--json", "--html", "audit.html", "--junit", "audit.xml", "--metrics", "kedge.om")
    #expect(audit.code == 3)
    let report = try audit.json()
    let run = try #require(report["run"] as? Int)
    #expect(report["drift"] as? Bool == true && report["pages"] as? Bool == true)
    let people = try #require((report["entities"] as? [[String: Any]])?.first)
    #expect(["compared", "missing", "extra", "different"].map { people[$0] as? Int } == [30, 1, 1, 1])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["audit.html", "audit.xml", "kedge.om", "set"])
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
    }
    for name in ["audit.html", "audit.xml"] {
      #expect(XMLParser(data: Data(try text(name).utf8)).parse(), "\(name)")
    }
    #expect(try text("audit.html").contains("Drift: 3 differences"))
    #expect(try text("audit.xml").contains("tests=\"6\" failures=\"1\""))
    #expect(
      try text("kedge.om").contains(
        "kedge_audit_records{set=\"shop\",entity=\"people\",verdict=\"missing\"} 1\n"))
    // A personal key is a digest wherever it goes.
    for output in [
      audit.output, try text("audit.html"), try text("audit.xml"),
      try kedge("audit", "show", "\(run)").output,
    ] {
      #expect(!output.contains("p7@example.com"))
      #expect(output.contains("sha256:"))
    }

    // The same report again, from the history.
    let again = try kedge("audit", "show", "\(run)", "--json", "--html", "again.html")
    #expect(again.code == 0)
    #expect(again.output == audit.output)
    #expect(try text("again.html") == text("audit.html"))
    let lines = try kedge("audit", "show", "\(run)", "--all").output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.hasPrefix("{\"entity\":\"people\",\"kind\":\"") })
    #expect(
      try kedge("audit", "show", "\(run)", "--all", "--entity", "people").output.split(separator: "\n").count
        == 3)
    #expect(try kedge("audit", "show", "\(run + 1000)").code == 2)

    // The fact stays, and nobody is paged.
    let quiet = try kedge("audit", "--fail-on", "orphan,ownership", "--json")
    #expect(quiet.code == 0)
    #expect(try quiet.json()["drift"] as? Bool == true && quiet.json()["pages"] as? Bool == false)
    #expect(try kedge("audit", "--fail-on", "extra").code == 3)

    let history = try kedge("audit", "history", "--json").json()
    let audits = try #require(history["audits"] as? [[String: Any]])
    #expect(audits.map { $0["drift"] as? Bool } == [true, true, true, false])
    #expect((audits.last?["run"] as? Int).map { $0 < run } == true)
    #expect(try kedge("audit", "history", "--limit", "2").output.split(separator: "\n").count == 4)
    let table = try kedge("audit", "history").output
    #expect(table.contains("1 missing, 1 extra, 1 different"))
    #expect(table.contains("no drift"))
  }
}
