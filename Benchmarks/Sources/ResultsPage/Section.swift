/// A part of the page: a table of what a section measured.
struct Section {
  let name: String
  let title: String
  let words: String
  /// Of the table, in order; those that nobody measured are left out.
  let figures: [String]
  /// Two figures, and what their ratio is called.
  var ratios: [(name: String, one: String, other: String)] = []

  static let all: [Section] = [
    Section(
      name: "backfill", title: "Backfill into an empty typed table",
      words: """
        The limit is the largest of three: the raw read of the source by a program of C that visits every field; `COPY … BINARY` from memory of the very \
        bytes that make the rows, into the same table with the same key and the same durability, with the key there first or made \
        afterwards, whichever is quicker; and the processor time of both, server and client, spread over all cores. The C pipeline is \
        hand-written for these two tables, without any check that the data doesn't need, and makes the key after the events and before the users, as is quicker. \
        The contents are compared after each load. "Again" is the same backfill onto the rows that it has just made.
        """,
      figures: [
        FigureName.read, FigureName.copy, FigureName.copyKeyAfter, FigureName.processorLimit,
        FigureName.limit,
        FigureName.pipelineOne, FigureName.pipeline, FigureName.kedge, FigureName.ownProcessor,
        FigureName.postgresProcessor, FigureName.mongoProcessor, FigureName.memory, FigureName.bothSides,
        FigureName.again, FigureName.againProcessor, FigureName.againMemory,
      ],
      ratios: [
        ("kedge to the limit", FigureName.kedge, FigureName.limit),
        ("kedge to the C pipeline", FigureName.kedge, FigureName.pipeline),
        ("kedge again to the raw read", FigureName.again, FigureName.bothSides),
      ]),
    Section(
      name: "upsert", title: "Upsert into a full table",
      words: """
        Rows of the target are changed, and made right again: by `kedge backfill`, and raw, by `COPY … BINARY` of all rows from memory into a \
        temporary table and one `INSERT … ON CONFLICT DO UPDATE` that leaves equal rows alone. The table is vacuumed before each, and the rows are compared after each.
        """,
      figures: [
        FigureName.rawTenth, FigureName.kedgeTenth, FigureName.rawAll, FigureName.kedgeAll, FigureName.memory,
      ],
      ratios: [
        ("a tenth changed, kedge to raw", FigureName.kedgeTenth, FigureName.rawTenth),
        ("all changed, kedge to raw", FigureName.kedgeAll, FigureName.rawAll),
      ]),
    Section(
      name: "audit", title: "Audit of every record",
      words: """
        Against the raw read of both sides at once, each as quickly as its library hands it out. Afterwards one value is damaged, and the audit has \
        to find it, and nothing else.
        """,
      figures: [
        FigureName.bothSides, FigureName.sourceSide, FigureName.targetSide, FigureName.orderedRead,
        FigureName.kedge, FigureName.ownProcessor, FigureName.memory,
      ],
      ratios: [
        ("kedge to the raw read", FigureName.kedge, FigureName.bothSides),
        ("kedge to the ordered raw read", FigureName.kedge, FigureName.orderedRead),
      ]),
    Section(
      name: "scaling", title: "Scaling",
      words: """
        `usage_events`, backfilled into an empty table, at a tenth of the size, at the size, and at ten times the size. What a start costs shows in the smallest, so \
        the target is about what each further record costs. COPY and key from memory are what PostgreSQL alone takes for the same rows.
        """, figures: []),
    Section(
      name: "guard", title: "A guardrail's check",
      words: "Nanoseconds and allocations of one check, from batches of a thousand; no server.",
      figures: [FigureName.median, FigureName.percentile99, FigureName.allocations]),
    Section(
      name: "guard-triggers", title: "The guardrails' triggers in PostgreSQL",
      words: "The same writes into two tables that differ in nothing but the trigger.",
      figures: [FigureName.without, FigureName.with],
      ratios: [("ratio", FigureName.with, FigureName.without)]),
    Section(
      name: "startup", title: "Start-up",
      words: "`kedge --help`, in seconds, from the start of the process to its end.",
      figures: [FigureName.seconds, FigureName.processor]),
  ]

  /// As Markdown; nil where the section wasn't run.
  func page(_ results: Results) -> String? {
    let workloads = results.section(name)
    guard !workloads.isEmpty else { return nil }
    // Guardrails have many workloads and few figures: their table lies on its side.
    let names =
      figures.isEmpty ? workloads.flatMap { Self.sizes($0.results) }.removingRepeated() : figures
    var rows: [[String]] = []
    for figure in names where workloads.contains(where: { $0.results.figures[figure] != nil }) {
      let unit = workloads.compactMap { $0.results.units[figure] }.first ?? ""
      rows.append([unit.isEmpty ? figure : "\(figure), \(unit)"] + workloads.map { $0.results[figure].text })
      if figures.isEmpty, let size = Self.size(figure) {
        rows.append(
          ["each of them, µs"] + workloads.map { $0.results[figure].times(1_000_000 / Double(size)).text })
      }
    }
    for ratio in ratios {
      rows.append(
        ["**\(ratio.name)**"]
          + workloads.map { $0.results[ratio.one].ratios(to: $0.results[ratio.other]).text })
    }
    let heads = workloads.map { workload in
      workload.name + (workload.results.rows.map { ", \(Thousands.text($0))" } ?? "")
    }
    var table = [[""] + heads] + rows
    if workloads.count > 5 { table = Self.turned(table) }
    var page =
      "## \(title)\n\n\(words)\n\n\(Self.command(name, workloads.first?.results))\n\n"
      + MarkdownTable.text(table, isOfNumbers: true)
    for workload in workloads {
      if let failure = workload.results.failure {
        page += "\n**\(workload.name) failed**: \(failure)\n"
      } else if !workload.results.isComplete {
        page += "\n**\(workload.name) broke off**, without a word of why.\n"
      }
    }
    return page
  }

  /// How to measure it again, and when it was.
  static func command(_ name: String, _ results: WorkloadResults?) -> String {
    "`scripts/benchmark \(name)`" + (results?.at.map { ", measured at \($0)." } ?? "")
  }

  /// The names of a scaling's figures, in the order of sizes.
  private static func sizes(_ results: WorkloadResults) -> [String] {
    let sizes = results.figures.keys.compactMap(size).sorted()
    return sizes.map(FigureName.scaling).flatMap { [$0.seconds, $0.memory, $0.raw] }
  }

  /// How many records a scaling's figure is of.
  private static func size(_ figure: String) -> Int? {
    figure.hasSuffix(" records") ? Int(figure.dropLast(" records".count)) : nil
  }

  private static func turned(_ table: [[String]]) -> [[String]] {
    (table.first ?? []).indices.map { column in table.map { $0[column] } }
  }
}

extension Array where Element: Hashable {
  fileprivate func removingRepeated() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
