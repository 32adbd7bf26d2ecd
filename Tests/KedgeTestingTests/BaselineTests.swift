import Foundation
import KedgeTesting
import Testing

@Suite struct BaselineTests {
  private func check(_ names: [String], _ baseline: OwnershipBaseline) throws -> [String] {
    let mappings = try shop()
    return Collecting.failures {
      expectDeclared(collections: names, in: mappings, check: "check()", baseline: baseline)
    }.messages
  }

  @Test func theListMayOnlyShrink() throws {
    try withFolder { folder in
      let file = folder + "/todo.txt"
      func baseline(_ recording: OwnershipBaseline.Recording) -> OwnershipBaseline {
        OwnershipBaseline(file, recording: recording)
      }
      func entries() throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
          .map { String($0.split(separator: "\t")[2]) }
      }
      // Nothing is known yet: all of it fails, and a shrinking record doesn't take it in.
      #expect(try check(["a", "b"], baseline(.off)).count == 2)
      #expect(try check(["a", "b"], baseline(.shrink)).count == 2)
      #expect(!FileManager.default.fileExists(atPath: file))
      // The first day.
      #expect(try check(["a", "b"], baseline(.grow)) == [])
      #expect(try entries() == ["a", "b"])
      #expect(try check(["a", "b"], baseline(.off)) == [])
      // A new one fails, those known don't.
      let new = try check(["a", "b", "c"], baseline(.off))
      #expect(new.count == 1)
      #expect(new[0].contains("table c."))
      // One that has gone must leave the list.
      let stale = try check(["a"], baseline(.off))
      #expect(stale.count == 1)
      #expect(
        stale[0].hasPrefix(
          "Tests/KedgeTestingTests/BaselineTests.swift no longer does what the baseline excuses (undeclared b). Remove the line "
        ))
      #expect(try check(["a", "c"], baseline(.shrink)).count == 1)
      #expect(try entries() == ["a"])
      #expect(try check(["a"], baseline(.off)) == [])
      #expect(try check(["b"], baseline(.off)).count == 2)
    }
  }

  @Test func entriesOfOtherTestsStay() throws {
    try withFolder { folder in
      let baseline = OwnershipBaseline(folder + "/todo.txt", recording: .grow)
      #expect(try check(["a"], baseline) == [])
      let mappings = try shop()
      expectDeclared(collections: [String](), in: mappings, check: "another()", baseline: baseline)
      #expect(try check(["a"], OwnershipBaseline(folder + "/todo.txt", recording: .off)) == [])
    }
  }

  @Test func aLineThatIsNoEntryIsNamed() throws {
    try withFolder { folder in
      try "# fine\nnot fine\n".write(toFile: folder + "/todo.txt", atomically: true, encoding: .utf8)
      let messages = try check(["carts"], OwnershipBaseline(folder + "/todo.txt", recording: .off))
      #expect(messages.count == 1)
      #expect(messages[0].contains("todo.txt:2 isn't a line of four parts"))
    }
  }
}
