internal import CommandLine

let usageCommand = CommandSpec(
  "usage", summary: "Sum up what a workspace used.",
  examples: [ExampleSpec("kedge usage --workspace 64b0c0ffee0000000000000a", says: "Sum up one workspace.")],
  exitCodes: [0, 1, 2])
