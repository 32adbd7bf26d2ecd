internal import CommandLine

let resetCommand = CommandSpec(
  "reset", summary: "Empty what the mapping declares, but for what its keep rules name.",
  examples: [ExampleSpec("kedge reset --dry-run", says: "Show what would go and stay.")],
  exitCodes: [0, 1, 2, 5, 130])
