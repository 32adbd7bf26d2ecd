internal import CommandLine

let guardReportCommand = CommandSpec(
  "report",
  summary: "Show what was observed.",
  examples: [ExampleSpec("kedge guard report", says: "Show what was observed.")],
  exitCodes: [0, 1, 2]
)
