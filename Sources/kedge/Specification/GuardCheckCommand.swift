internal import CommandLine

let guardCheckCommand = CommandSpec(
  "check",
  summary: "Say whether a write is allowed.",
  examples: [ExampleSpec("kedge guard check", says: "Say whether a write is allowed.")],
  exitCodes: [0, 1, 2]
)

let guardExplainCommand = CommandSpec(
  "explain",
  summary: "Say who may write an entity, and where.",
  examples: [ExampleSpec("kedge guard explain", says: "Say who may write an entity, and where.")],
  exitCodes: [0, 1, 2]
)
