internal import AuditReports
internal import CommandLine

/// Which findings page somebody.
private let failOnOption = OptionSpec.value(
  "fail-on", "KINDS",
  help: """
    End with exit code 3 only for these findings: 'drift', 'none', or a list with commas of missing, extra, different, \
    orphan, duplicate, ownership, quarantined, in_flight.
    """, default: "drift", group: "reports")

/// Files that a report is written to, by an audit and by `audit show`.
private let reportFileOptions: [OptionSpec] = [
  .value(
    "html", "FILE", .path, help: "Write one page of HTML that needs nothing else: counts, trend, samples.",
    group: "reports"),
  .value("junit", "FILE", .path, help: "Write test results for continuous integration.", group: "reports"),
  .value(
    "metrics", "FILE", .path,
    help: "Write metrics for Prometheus' textfile collector; in OpenMetrics where the name ends with .om.",
    group: "reports"),
  .value(
    "metrics-format", "FORMAT", .choice(Exposition.Format.allCases.map(\.rawValue)),
    help: "The form of the metrics, whatever the name.", default: "by the name", group: "reports"),
]

let auditReportOptions = [failOnOption] + reportFileOptions

let auditSubcommands: [CommandSpec] = [
  CommandSpec(
    "history",
    summary: "List past audits.",
    options: [
      .value(
        "limit", "N", .integer(1...10_000), help: "List at most so many audits, the latest.", default: "20")
    ],
    examples: [
      ExampleSpec("kedge audit history", says: "See how the last audits ended."),
      ExampleSpec("kedge audit history --limit 100 --json", says: "The same of a hundred, for a program."),
    ],
    exitCodes: [0, 1, 2]
  ),
  CommandSpec(
    "show",
    summary: "Show a past audit's report again.",
    discussion: "The exit code doesn't tell what was found: a past audit pages nobody.",
    options: [
      .flag("all", help: "Print every difference as a line of JSON, instead of the report."),
      entityOption("With --all: differences of this entity alone."),
    ] + auditReportOptions,
    arguments: [
      ArgumentSpec("RUN", .integer(atLeast: 1), help: "The number that 'audit history' shows.")
    ],
    examples: [
      ExampleSpec("kedge audit show 12", says: "Read the report of audit 12."),
      ExampleSpec("kedge audit show 12 --html audit-12.html", says: "Make a page of it."),
      ExampleSpec("kedge audit show 12 --all > differences.jsonl", says: "Get all differences, one a line."),
    ],
    exitCodes: [0, 1, 2]
  ),
]
