internal import CommandLine

private let patienceOption: OptionSpec = .value(
  "patience", "SECONDS", .integer(atLeast: 1),
  help:
    "Ask so long for a table that others hold, half a second at a time, and for another installer's end.",
  default: "60")

private let dryRunOption: OptionSpec = .flag("dry-run", help: "Print the statements, and change nothing.")

private let storeOption: OptionSpec = .value(
  "store", "NAME", help: "Only this store's rules.", default: "all stores", repeats: true)

let guardInstallCommand = CommandSpec(
  "install",
  summary: "Put the rules into the databases.",
  discussion: """
    PostgreSQL gets a trigger on each table that an entity lives in, and, where set.yaml declares roles under guard.roles, the \
    rights that those need and no others. The triggers read the live phases, so they need no new install when a phase changes. What \
    was there before is written down in schema kedge, for 'uninstall'.

    Safe to repeat, also after it was interrupted: it looks at what is there, and does what is missing. Each table is done in a \
    transaction of its own that waits for its lock for half a second at a time, so the application never stands still for long.
    """,
  options: [
    dryRunOption, storeOption, entityOption("Only the rules of this entity."), patienceOption,
  ],
  examples: [
    ExampleSpec("kedge guard install --dry-run", says: "See the statements first."),
    ExampleSpec("kedge guard install --patience 300", says: "Wait longer for busy tables."),
  ],
  exitCodes: [0, 1, 2, 130]
)

let guardUninstallCommand = CommandSpec(
  "uninstall",
  summary: "Take the rules out of the databases.",
  discussion: """
    Leaves every store as it was before 'install', rights included. What others have changed since stays. The observations, the \
    phases and their epoch stay in schema kedge.
    """,
  options: [dryRunOption, storeOption, patienceOption],
  examples: [
    ExampleSpec("kedge guard uninstall --dry-run", says: "See the statements first."),
    ExampleSpec("kedge guard uninstall", says: "Take all rules away."),
  ],
  exitCodes: [0, 1, 2, 130]
)

let guardStatusCommand = CommandSpec(
  "status",
  summary: "Say whether the rules are in place.",
  discussion: """
    Looks at every rule and says which was removed, altered, or is wanted since; and what a store can't enforce as it is set up now. \
    Changes nothing. Exit code 3 where something isn't in place.
    """,
  options: [storeOption, entityOption("Only the rules of this entity.")],
  examples: [
    ExampleSpec("kedge guard status", says: "Look at all stores."),
    ExampleSpec("kedge guard status --store postgres --json", says: "One store, for a program."),
  ],
  exitCodes: [0, 1, 2, 3]
)

let guardDiffCommand = CommandSpec(
  "diff",
  summary: "Show what install would change.",
  discussion:
    "Prints the statements that 'install' would run now. Exit code 3 where there are any.",
  options: [storeOption, entityOption("Only the rules of this entity.")],
  examples: [
    ExampleSpec("kedge guard diff", says: "Show what isn't as the mapping wants it."),
    ExampleSpec("kedge guard diff --entity users", says: "Look at one entity."),
  ],
  exitCodes: [0, 1, 2, 3]
)
