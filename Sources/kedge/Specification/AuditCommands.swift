internal import CommandLine

let auditCommand = CommandSpec(
  "audit",
  summary: "Compare source and target, and name every record that differs.",
  discussion: """
    Differences are looked at again before they count, so that a change in flight isn't reported as drift.
    """,
  options: [
    entityOption("The entity to compare.")
  ] + auditReportOptions + auditRepairOptions + auditOwnershipOptions + auditScheduleOptions
    + auditHookOptions
    + readingOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
    ExampleSpec("kedge audit --html audit.html", says: "Make a page of the report, too."),
    ExampleSpec(
      "kedge audit --fail-on missing,different", says: "Page somebody for these alone; report everything."),
    ExampleSpec(
      "kedge audit --every 1h --on-drift 'mail -s drift ops@example.com'",
      says: "Compare each hour, and write a mail when something differs."),
  ] + auditRepairExamples,
  exitCodes: [0, 1, 2, 3, 5, 130],
  subcommands: auditSubcommands,
  runsAlone: true
)
