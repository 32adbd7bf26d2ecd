import Testing

@testable import KedgeTesting

@Suite struct ReporterTests {
  @Test(arguments: ["/a/b.swift", "", "/häuser/ß.swift", String(repeating: "x", count: 5000)])
  func pathsAreStatic(_ path: String) {
    let made = StaticPaths.path(path)
    #expect(made.description == path)
    #expect(made.utf8CodeUnitCount == path.utf8.count)
    #expect(made.isASCII == path.utf8.allSatisfy { $0 < 0x80 })
    #expect(made.hasPointerRepresentation)
    #expect(made.utf8Start[path.utf8.count] == 0)
    #expect(StaticPaths.path(path).utf8Start == made.utf8Start)
  }

  @Test func swiftTestingHearsAtTheLine() {
    withKnownIssue {
      AutomaticReporter().report(
        "wrong", at: TestPlace(fileID: "Shop/Users.swift", filePath: "/shop/Users.swift", line: 31, column: 4)
      )
    } matching: { issue in
      issue.sourceLocation?.line == 31 && issue.sourceLocation?.fileID == "Shop/Users.swift"
        && issue.comments.map(\.rawValue) == ["wrong"]
    }
  }
}
