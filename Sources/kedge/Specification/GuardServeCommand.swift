internal import CommandLine

let guardServeCommand = CommandSpec(
  "serve",
  summary: "Answer on a Unix socket.",
  examples: [ExampleSpec("kedge guard serve", says: "Answer on a Unix socket.")],
  exitCodes: [0, 1, 2]
)
