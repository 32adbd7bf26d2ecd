internal import CommandLine

let auditCommand = CommandSpec(
  "audit",
  summary: "Compare source and target, and name every record that differs.",
  discussion: """
    Differences are looked at again before they count, so that a change in flight isn't reported as drift.
    """,
  options: [
    entityOption("The entity to compare."),
    .flag("repair", help: "Write the source's records over those that differ or are missing in the target."),
  ] + auditReportOptions + readingOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
    ExampleSpec("kedge audit --repair", says: "Repair the target and compare again."),
    ExampleSpec("kedge audit --html audit.html", says: "Make a page of the report, too."),
    ExampleSpec(
      "kedge audit --fail-on missing,different", says: "Page somebody for these alone; report everything."),
  ],
  exitCodes: [0, 1, 2, 3, 130],
  subcommands: auditSubcommands,
  runsAlone: true
)
