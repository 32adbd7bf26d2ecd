internal import CommandLine

let seedCommand = CommandSpec(
  "seed", summary: "Put reference data in place, as the seeds of the set declare it.",
  examples: [ExampleSpec("kedge seed --dry-run", says: "Show what would change.")],
  exitCodes: [0, 1, 2])
