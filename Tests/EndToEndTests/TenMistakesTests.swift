import Foundation
import TestSupport
import Testing

/// One pass of `kedge check` finds every mistake, and says where each is.
@Suite("Ten mistakes on the command line")
struct TenMistakesTests {
  private static let set = """
    set: shop
    stores:
      app: { kind: mongo, environment: [MONGODB_URI], url: "mongodb://root:hunter2@db.example.com" }
    """
  private static let users = """
    entity: users
    owner: core
    source: { store: ap, collection: users }
    key: [uid]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      email: { type: text, transforms: [triim, lower], requird: true }
      age: { type: integr }
      joined: { type: boolean, transforms: [{ epoch: milliseconds }] }
      city: { from: "address..city", type: text }
    rest: email
    references:
      - { columns: [id], entity: workspaces }
    """
  /// File, line and column of each.
  private static let places = [
    "set.yaml:3:56", "users.yaml:3:18", "users.yaml:4:7", "users.yaml:7:37", "users.yaml:7:52",
    "users.yaml:8:16",
    "users.yaml:9:43", "users.yaml:10:26", "users.yaml:11:7", "users.yaml:13:30",
  ]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("shop/set.yaml", Self.set)
    try folder.write("shop/users.yaml", Self.users)
    return folder
  }

  @Test("ten mistakes are ten errors, each at its place, and exit 2")
  func text() throws {
    let folder = try folder()
    let outcome = try Program.kedge.run(["check", "--mappings", "shop"], in: folder.path)
    #expect(outcome.code == 2)
    let errors = outcome.errors.split(separator: "\n").filter { $0.contains(": error: ") }
    #expect(
      errors.map { String($0.prefix(upTo: $0.range(of: ": error: ")!.lowerBound)) }
        == Self.places.map { "shop/" + $0 })
    #expect(!(outcome.output + outcome.errors).contains("hunter2"))
  }

  @Test("the same for programs")
  func json() throws {
    let folder = try folder()
    let outcome = try Program.kedge.run(["check", "--mappings", "shop", "--json"], in: folder.path)
    #expect(outcome.code == 2)
    let report = try outcome.json()
    #expect(report["ok"] as? Bool == false)
    // There are warnings, too.
    let diagnostics = (report["diagnostics"] as? [[String: Any]] ?? []).filter {
      $0["severity"] as? String == "error"
    }
    #expect(
      diagnostics.map { "\($0["file"] ?? ""):\($0["line"] ?? ""):\($0["column"] ?? "")" }
        == Self.places.map { "shop/" + $0 })
    #expect(diagnostics.allSatisfy { ($0["message"] as? String)?.isEmpty == false })
    #expect(!outcome.output.contains("hunter2"))
  }
}
