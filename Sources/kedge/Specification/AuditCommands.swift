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
    entityOption("The entity to compare."),
    .flag("repair", help: "Write the source's records over those that differ or are missing in the target."),
  ] + auditComparingOptions + readingOptions,
  examples: [
    ExampleSpec("kedge audit", says: "Compare everything."),
    ExampleSpec("kedge audit --entity users --json", says: "Compare one entity, for a program to read."),
    ExampleSpec(
      "kedge audit --sample 1%", says: "Look at one record in a hundred, and at a bound for the rest."),
    ExampleSpec(
      "kedge audit --budget 10m", says: "Compare for ten minutes, and go on from there the next time."),
    ExampleSpec("kedge audit --repair", says: "Repair the target and compare again."),
  ],
  exitCodes: [0, 1, 2, 3, 130]
)
