internal import CommandLine

let guardInstallCommand = CommandSpec(
  "install",
  summary: "Put the rules into the databases.",
  examples: [ExampleSpec("kedge guard install", says: "Put the rules into the databases.")],
  exitCodes: [0, 1, 2]
)

let guardUninstallCommand = CommandSpec(
  "uninstall",
  summary: "Take the rules out of the databases.",
  examples: [ExampleSpec("kedge guard uninstall", says: "Take the rules out of the databases.")],
  exitCodes: [0, 1, 2]
)

let guardStatusCommand = CommandSpec(
  "status",
  summary: "Say whether the rules are in place.",
  examples: [ExampleSpec("kedge guard status", says: "Say whether the rules are in place.")],
  exitCodes: [0, 1, 2]
)

let guardDiffCommand = CommandSpec(
  "diff",
  summary: "Show what install would change.",
  examples: [ExampleSpec("kedge guard diff", says: "Show what install would change.")],
  exitCodes: [0, 1, 2]
)
