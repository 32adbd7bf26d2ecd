internal import CommandLine

let auditCommand = CommandSpec(
  "audit",
  summary: "Compare source and target, and name every record that differs.",
  discussion: """
    A difference is looked at again, on both sides, until it is gone or has stood unchanged for the margin, so that a \
    change in flight isn't reported as drift.

    Ctrl-C, or the end of the time budget, loses nothing: the same command goes on from the last finished chunk.
    """,
  options: [
    entityOption("The entity to compare.")
  ] + auditComparingOptions + auditReportOptions + auditRepairOptions + auditOwnershipOptions
    + auditScheduleOptions + auditHookOptions + readingOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
    ExampleSpec(
      "kedge audit --sample 1%", says: "Look at one record in a hundred, and at a bound for the rest."),
    ExampleSpec(
      "kedge audit --budget 10m", says: "Compare for ten minutes, and go on from there the next time."),
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
