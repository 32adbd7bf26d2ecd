internal import CommandLine

let auditCommand = CommandSpec(
  "audit",
  summary: "Compare source and target, and name every record that differs.",
  discussion: """
    Differences are looked at again before they count, so that a change in flight isn't reported as drift.
    """,
  options: [
    entityOption("The entity to compare.")
  ] + auditRepairOptions + auditOwnershipOptions + readingOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
  ] + auditRepairExamples,
  exitCodes: [0, 1, 2, 3, 5, 130]
)
