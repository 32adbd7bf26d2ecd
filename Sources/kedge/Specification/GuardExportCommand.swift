internal import CommandLine

let guardExportCommand = CommandSpec(
  "export",
  summary: "Write the decisions as a module of another language.",
  examples: [ExampleSpec("kedge guard export", says: "Write the decisions as a module of another language.")],
  exitCodes: [0, 1, 2]
)
