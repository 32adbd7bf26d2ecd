internal import CommandLine

let phaseCommand = CommandSpec(
  "phase",
  summary: "Show or set which side owns an entity.",
  discussion: """
    A core entity goes from 'legacy' over 'shadow' and 'core' to 'retired'. In legacy and shadow its old store is the owner, in \
    core and retired PostgreSQL is. The mapping says where it begins; a phase that was set is kept in the target and wins. \
    Each change begins a new epoch: the number that writers carry as their fence.
    """,
  examples: [
    ExampleSpec("kedge phase show", says: "Show all entities."),
    ExampleSpec("kedge phase set users shadow", says: "Begin to keep users in both stores."),
  ],
  subcommands: [
    CommandSpec(
      "show",
      summary: "Show the phase of each entity, and who owns it.",
      options: [.flag("history", help: "Show the changes of phases, the latest first, too.")],
      arguments: [
        ArgumentSpec("ENTITY", help: "The entities to show. Default: all.", isRequired: false, repeats: true)
      ],
      examples: [
        ExampleSpec("kedge phase show", says: "Show all entities."),
        ExampleSpec(
          "kedge phase show users --history --json", says: "Show one and its changes, for a program."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "set",
      summary: "Set the phase of an entity, and begin a new epoch.",
      discussion: """
        One step at a time, forwards or back. It waits for guarded transactions that are open, and is refused while a backfill, \
        replay or repair of the set is at work. Where rules are installed in the old store, they follow: it is closed before \
        PostgreSQL becomes the owner, and opened after it no longer is, so that never both take writes.

        This moves ownership alone. It neither copies nor compares data: see 'backfill' and 'audit'.
        """,
      options: [
        .value("reason", "TEXT", help: "Why: kept with the change."),
        .value(
          "patience", "SECONDS", .integer(1...86_400),
          help: "How long to wait for open transactions, and for a lock on a table or file.", default: "10"),
        .flag("keep-rules", help: "Leave the rules inside the old store as they are."),
        .flag("dry-run", help: "Say what would be done."),
      ],
      arguments: [
        ArgumentSpec("ENTITY", help: "A core entity of the mapping set."),
        ArgumentSpec("PHASE", .choice(["legacy", "shadow", "core", "retired"]), help: "Its new phase."),
      ],
      examples: [
        ExampleSpec("kedge phase set users core --dry-run", says: "See what would change."),
        ExampleSpec(
          "kedge phase set users core --reason 'audit 41 found no drift'", says: "Make PostgreSQL the owner."),
      ],
      exitCodes: [0, 1, 2, 5]),
  ]
)
