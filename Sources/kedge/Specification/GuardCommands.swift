internal import CommandLine

let guardCommand = CommandSpec(
  "guard",
  summary: "Keep writers from the wrong store.",
  discussion: """
    A guardrail is the check before a write: does this store own the entity in its phase, may this writer write it, and is \
    its fence of today? The same decision is made by the Swift library, by exported modules, on a socket, and by rules inside the \
    databases.
    """,
  examples: [
    ExampleSpec("kedge guard check users insert --in postgres", says: "Ask about one write."),
    ExampleSpec("kedge guard install --dry-run", says: "See what would be put into the databases."),
  ],
  subcommands: [
    guardCheckCommand,
    guardExplainCommand,
    guardExportCommand,
    guardServeCommand,
    guardReportCommand,
    guardInstallCommand,
    guardUninstallCommand,
    guardStatusCommand,
    guardDiffCommand,
  ]
)
