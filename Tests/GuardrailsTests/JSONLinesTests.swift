import Foundation
import Guardrails
import Mapping
import Testing

@Suite("Files of observations")
struct JSONLinesTests {
  /// A file that is removed with the last reference to it.
  private final class TemporaryFile {
    let path = NSTemporaryDirectory() + "kedge_guard_\(UUID().uuidString).jsonl"
    deinit { unlink(path) }
    func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
  }

  @Test("hold all that was observed, and are read back as it was")
  func roundTrip() throws {
    let file = TemporaryFile()
    let guardrails = Guardrails(try DecisionTests.plan("core", mode: .observe))
    let flusher = ObservationFlusher(
      guardrails, to: try JSONLinesSink(path: file.path), seenBy: "the \"test\"")
    try guardrails.authorize(
      .insert, "users", in: "app", as: "A\n\"quoted\" writer é", fileID: "Shop/A.swift", line: 7)
    try guardrails.authorize(.delete, "users", in: "app", fileID: "Shop/A.swift", line: 8)
    let counted = guardrails.observations.counted
    try flusher.flush()
    try flusher.flush()
    let batches = try ObservationLines.batches(in: try file.text())
    #expect(batches.map(\.observations) == [counted, []])
    #expect(counted.count == 2)
    #expect(
      batches.allSatisfy {
        $0.set == "shop" && $0.seenBy == "the \"test\"" && $0.observed == ["flows", "users"]
      })
    #expect(try file.text().split(separator: "\n").count == 4)
  }

  @Test("count a batch once that stands there twice, and one that was cut off as far as it goes")
  func twice() throws {
    let file = TemporaryFile()
    let guardrails = Guardrails(try DecisionTests.plan("core", mode: .observe))
    let flusher = ObservationFlusher(guardrails, to: try JSONLinesSink(path: file.path))
    try guardrails.authorize(.insert, "users", in: "app")
    try guardrails.authorize(.delete, "users", in: "app")
    try flusher.flush()
    let text = try file.text()
    let lines = text.split(separator: "\n").map(String.init)
    let partThenWhole = lines[0...1].joined(separator: "\n") + "\n" + text
    #expect(try ObservationLines.batches(in: partThenWhole) == ObservationLines.batches(in: text))
    let cut = String(text.dropLast(20))
    #expect(try ObservationLines.batches(in: cut).flatMap(\.observations).count == 1)
  }

  @Test("that aren't any are refused by their line")
  func foreign() throws {
    #expect(throws: ObservationLineError.self) { try ObservationLines.batches(in: "{}\n{}\n") }
    let error = try #require(throws: (any Error).self) { try JSONLinesSink(path: "/nonexistent/folder/file") }
    #expect("\(error)".contains("/nonexistent/folder/file"))
  }

  @Test(
    "times are read as they are written",
    arguments: [
      ("1970-01-01T00:00:00.000000Z", 0), ("2027-01-31T08:15:00.250000Z", 1_801_383_300_250_000),
      ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999), ("1969-12-31T23:59:59.000000Z", -1_000_000),
    ])
  func times(text: String, microseconds: Int) {
    #expect(UTCTime(text)?.microseconds == microseconds)
    #expect(UTCTime(microseconds: microseconds).description == text)
    #expect(UTCTime(text)?.day?.description == String(text.prefix(10)))
  }

  @Test(
    "other texts aren't times",
    arguments: [
      "", "2027-01-31", "2027-01-31T08:15:00", "2027-02-31T08:15:00Z", "2027-01-31T24:00:00Z",
      "2027-01-31T08:15:00.Z", "2027-01-31 08:15:00Z",
    ])
  func notTimes(text: String) { #expect(UTCTime(text) == nil) }
}
