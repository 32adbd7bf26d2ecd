internal import CommandLine

let ensureCommand = CommandSpec(
  "ensure", summary: "Bring the schema up to what the set's migrations and mapping say.",
  examples: [ExampleSpec("kedge ensure", says: "Do what is needed before an application starts.")],
  exitCodes: [0, 1, 2, 3, 130])
