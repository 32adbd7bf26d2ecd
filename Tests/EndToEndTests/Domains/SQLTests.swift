import Testing

/// What the tables of each set refuse, take along and find by an index, told in pgTAP: the files of `Tests/SQL`.
@Suite("The schemas of the domains, in SQL", .enabled(if: TapTarget.isExpected, TapTarget.missing))
struct SQLTests {
  static let sets = TapTarget.names(in: TapTarget.folder)

  @Test("on migrated and seeded tables every line is ok", arguments: sets)
  func everyLine(set: String) throws {
    let target = try TapTarget(set)
    let files = TapTarget.names(in: "\(TapTarget.folder)/\(set)").filter { $0.hasSuffix(".sql") }
    #expect(!files.isEmpty)
    for file in files { try target.expectAllOk(file) }
  }
}
