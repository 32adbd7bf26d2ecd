import Foundation
import ResultsPage
import Testing

@Suite("The page of results")
struct ResultsPageTests {
  /// Lines as a section writes them.
  private func figure(_ workload: String, _ name: String, _ values: [Double], unit: String = "s")
    -> ResultLine
  {
    var line = ResultLine(.figure, workload)
    (line.name, line.unit, line.values) = (name, unit, values)
    return line
  }

  private func fact(_ workload: String, _ name: String, _ text: String) -> ResultLine {
    var line = ResultLine(.fact, workload)
    (line.name, line.text) = (name, text)
    return line
  }

  private func page(_ lines: [(String, [ResultLine])], explanations: String = "") -> String {
    var results = Results()
    for (section, lines) in lines {
      for line in lines { results.add(line, to: section) }
    }
    return ResultsPage(results, explanations: explanations).text()
  }

  /// The one line that has all these words.
  private func line(_ page: String, _ words: String...) throws -> String {
    let lines = page.split(separator: "\n").filter { line in words.allSatisfy { line.contains($0) } }
    #expect(lines.count == 1, "\(words): \(lines)")
    return String(try #require(lines.first))
  }

  @Test("what a whole run left becomes the recorded page")
  func recorded() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")
    let explanations =
      "# Why\n\n## startup\n\nIt is linked with much.\n\n## audit\n\nIt looks at everything.\n"
    let text = ResultsPage(try Results(folder: folder.path()), explanations: explanations).text()
    let file = folder.appending(path: "page.md")
    if ProcessInfo.processInfo.environment["KEDGE_RECORD_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    #expect(
      text == String(decoding: try Data(contentsOf: file), as: UTF8.self), "It differs from Recorded/page.md."
    )
  }

  @Test("a target is judged by the median of the pairs' ratios, and a miss is explained")
  func judged() throws {
    let lines = [
      ResultLine(.began, "mongo users"), figure("mongo users", FigureName.kedge, [2, 3, 40]),
      figure("mongo users", FigureName.limit, [2, 2, 10]),
      figure("mongo users", FigureName.pipeline, [2, 4, 40]),
      ResultLine(.ended, "mongo users"),
    ]
    let text = page(
      [("backfill", lines)], explanations: "## backfill\n\nThe server waits.\n\n## audit\n\nNever said.\n")
    #expect(
      try line(text, "against the limit", "mongo users").hasSuffix(
        "| 1.50 (1.00 to 4.00) | at most 1.15 | **missed** |"))
    #expect(
      try line(text, "against the C pipeline", "mongo users").hasSuffix(
        "| 1.00 (0.75 to 1.00) | at most 1.15 | met |"))
    #expect(
      try line(text, "against the limit", "sqlite users").hasSuffix("| – | at most 1.15 | not measured |"))
    #expect(try line(text, "**backfill**:").hasSuffix("The server waits."))
    #expect(!text.contains("Never said."))
  }

  @Test("what failed, and what broke off, is said, and the rest stands")
  func failures() throws {
    var failed = ResultLine(.failed, "mongo users")
    failed.text = "kedge backfill ended with exit code 1"
    let text = page([
      (
        "audit",
        [
          ResultLine(.began, "mongo users"), figure("mongo users", FigureName.kedge, [7]), failed,
          ResultLine(.began, "sqlite users"), figure("sqlite users", FigureName.kedge, [1.25]),
        ]
      )
    ])
    #expect(text.contains("**mongo users failed**: kedge backfill ended with exit code 1\n"))
    #expect(text.contains("**sqlite users broke off**"))
    #expect(try line(text, "| kedge, s |") == "| kedge, s | 7.00 | 1.25 |")
  }

  @Test("a workload that begins again leaves nothing of before")
  func again() throws {
    let text = page([
      (
        "startup",
        [
          ResultLine(.began, "kedge --help"), figure("kedge --help", FigureName.seconds, [9]),
          ResultLine(.began, "kedge --help"), figure("kedge --help", FigureName.seconds, [0.03]),
          figure("kedge --help", FigureName.seconds, [0.02, 0.04, 0.01]), ResultLine(.ended, "kedge --help"),
        ]
      )
    ])
    #expect(try line(text, "milliseconds").hasSuffix("| 20.00 (10.00 to 40.00) | below 30.00 | met |"))
    #expect(!text.contains("9.00"))
  }

  @Test(
    "peers are compared with Kedge, extrapolated where they had a share, and named where they couldn't run")
  func peers() throws {
    func peer(_ name: String, _ seconds: [Double], table: String = "typed", scale: String = "1")
      -> [ResultLine]
    {
      let workload = "sqlite users: \(name)"
      return [
        ResultLine(.began, workload), fact(workload, "name", name), fact(workload, "table", table),
        fact(workload, "scale", scale), figure(workload, FigureName.seconds, seconds),
        ResultLine(.ended, workload),
      ]
    }
    var absent = ResultLine(.failed, "sqlite users: absent")
    absent.text = "it is not installed"
    var wrong = ResultLine(.failed, "sqlite users: wrong")
    wrong.text = "it left other rows: " + String(repeating: "1 ", count: 400) + "\nat last"
    let lines =
      peer("kedge", [2, 2.5, 1.5]) + peer("quick", [1], table: "own") + peer("pgloader", [7])
      + peer("slow", [3], scale: "0.1") + [ResultLine(.began, "sqlite users: absent"), absent]
      + peer("wrong", [0.5]).dropLast() + [wrong]
    let text = page([("peers", lines)])
    #expect(
      try line(text, "into the same typed table", "sqlite users").hasSuffix(
        "| 3.50 (the fastest: pgloader) | at least 1.00 | met |"))
    #expect(try line(text, "faster than pgloader", "sqlite users").hasSuffix("at least 2.00 | met |"))
    #expect(try line(text, "| slow |").hasPrefix("| slow | typed | ≈ 30.00 | 15.00 |"))
    #expect(try line(text, "| absent |").hasSuffix("did not run: it is not installed |"))
    #expect(try line(text, "| wrong |").hasSuffix(" 1 1 1 at last |"))
    #expect(text.count < 10_000)
  }

  @Test("growth is what each further record costs, whatever a start costs")
  func scaling() throws {
    let name = "mongo usage_events"
    var lines = [ResultLine(.began, name)]
    for (size, seconds, raw) in [
      (100_000, 0.9, 0.1), (1_000_000, 1.8, 0.55), (10_000_000, 11.7, 5.95),
    ] {
      lines.append(figure(name, FigureName.scaling(size).raw, [raw]))
      lines.append(figure(name, FigureName.scaling(size).seconds, [seconds]))
      lines.append(figure(name, FigureName.scaling(size).memory, [44], unit: "MiB"))
    }
    let text = page([("scaling", lines + [ResultLine(.ended, name)])])
    #expect(
      try line(text, "each further record", name).hasSuffix(
        "| 1.10 (COPY and key from memory: 1.20) | at most 1.05 | **missed** |"))
    #expect(text.contains("| 10000000 records, COPY and key from memory, s | 5.95 |"))
    #expect(try line(text, "Most memory, MiB | scaling").hasSuffix("| 44.00 | below 64.00 | met |"))
    #expect(text.contains("| each of them, µs | 9.00 |"))
  }

  @Test("an unfinished last line, as a killed process leaves it, takes nothing else with it")
  func unfinished() throws {
    let folder = URL.temporaryDirectory.appending(path: "kedge-results-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = """
      {"event":"began","rows":100,"workload":"mongo users"}
      {"event":"figure","name":"kedge","unit":"s","values":[1.5],"workload":"mongo users"}
      {"event":"figure","name":"lim
      """
    try Data(lines.utf8).write(to: folder.appending(path: "backfill.jsonl"))
    let results = try Results(folder: folder.path())
    #expect(results["backfill", "mongo users"][FigureName.kedge].values == [1.5])
    #expect(results["backfill", "mongo users"].rows == 100)
    #expect(!results["backfill", "mongo users"].isComplete)
  }
}
