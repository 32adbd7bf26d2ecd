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
  ] + readingOptions + auditScheduleOptions + auditHookOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
    ExampleSpec("kedge audit --repair", says: "Repair the target and compare again."),
    ExampleSpec(
      "kedge audit --every 1h --on-drift 'mail -s drift ops@example.com'",
      says: "Compare each hour, and write a mail when something differs."),
  ],
  exitCodes: [0, 1, 2, 3, 130]
)
