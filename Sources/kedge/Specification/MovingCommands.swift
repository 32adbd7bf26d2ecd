internal import CommandLine

/// `--entity` as every command has it that can be held to some entities.
func entityOption(_ help: String) -> OptionSpec {
  .value("entity", short: "e", "NAME", help: help, default: "all", repeats: true)
}

let backfillCommand = CommandSpec(
  "backfill",
  summary: "Move entities from their source into the target.",
  discussion: """
    Resumes by itself: chunks that are finished aren't read again, and records that are already there are left alone. \
    Records that can't land exactly go to quarantine with their reason.

    Started several times, on one machine or on many, the processes share the work of one run.

    Ctrl-C stops at once; what is committed stays, and the same command goes on from there.
    """,
  options: [
    entityOption("The entity to move."),
    .flag("dry-run", short: "n", help: "Read and encode everything, and write nothing."),
    .value("limit", "N", .integer(atLeast: 1), help: "Stop after so many records of each entity."),
    .flag("no-create", help: "Don't create missing tables; fail instead."),
    .value(
      "join", "RUN", .integer(atLeast: 1), help: "Help with this run, and with no other.",
      default: "the run that isn't finished, or a new one", group: "runs"),
    .flag("new", help: "Give up a run that isn't finished, and begin a new one.", group: "runs"),
    .value(
      "patience", "SECONDS", .integer(atLeast: 1),
      help: "How long to try again when a server is away or a lock is held.", default: "300", group: "runs"),
    .value(
      "lease", "SECONDS", .integer(3...3600),
      help: "How long a process may be silent before others take over its chunks.", default: "30",
      group: "runs"),
    .value(
      "workers", short: "w", "N", .integer(1...64), help: "How many chunks are copied at a time.",
      default: "one for each processor core", group: "speed"),
    .value(
      "chunk-size", "N", .integer(1...10_000_000),
      help: "About how many records are copied and committed together.",
      default: "20000", group: "speed"),
    .value(
      "postpone-keys", "N",
      help:
        "Build the primary key and plain indexes of an empty table after its rows, from so many records on. 'off' for never.",
      default: "100000", group: "speed"),
  ] + loadOptions + readingOptions,
  examples: [
    ExampleSpec("kedge backfill --dry-run", says: "Find out what would be quarantined."),
    ExampleSpec("kedge backfill", says: "Move everything, or go on where the last run stopped."),
    ExampleSpec(
      "kedge backfill --entity users --entity workspaces --workers 8",
      says: "Move two entities with eight workers."),
    ExampleSpec("kedge backfill --join 12", says: "Help with run 12 from another machine."),
    ExampleSpec(
      "kedge backfill --rate 5000 --source-cursors 2 --read-preference secondaryPreferred",
      says: "Go easy on a source that is in use."),
    ExampleSpec("kedge backfill --between 01:00-05:00", says: "Work at night, and stand still by day."),
  ],
  exitCodes: [0, 1, 2, 4, 5, 130]
)

let quarantineCommand = CommandSpec(
  "quarantine",
  summary: "See the records that couldn't land, and try them again.",
  discussion: "Each quarantined record keeps its reason and its whole source value until it lands.",
  examples: [
    ExampleSpec("kedge quarantine list", says: "List what couldn't land, and why."),
    ExampleSpec("kedge quarantine replay --all", says: "Try everything again after a fix."),
  ],
  subcommands: [
    CommandSpec(
      "list",
      summary: "Count quarantined records by reason, and list them.",
      options: [
        entityOption("The entity whose records are listed."),
        .flag("groups", help: "Show the counts by reason alone."),
        .value("limit", "N", .integer(atLeast: 1), help: "List at most so many.", default: "100"),
      ],
      examples: [
        ExampleSpec("kedge quarantine list --groups", says: "See how many wait, and why."),
        ExampleSpec("kedge quarantine list", says: "List the first hundred, too."),
        ExampleSpec("kedge quarantine list --entity users --limit 20", says: "List twenty of one entity."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "show",
      summary: "Show one quarantined record: its reason, its place and its source value.",
      discussion: "Fields that the mapping marks as personal are shown as digests.",
      arguments: [ArgumentSpec("ID", .integer(atLeast: 1), help: "The number that 'quarantine list' shows.")],
      examples: [
        ExampleSpec("kedge quarantine show 42", says: "Show the record with the number 42."),
        ExampleSpec("kedge quarantine show 42 --json", says: "The same for a program to read."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "replay",
      summary: "Read quarantined records from their source again and try to land them.",
      discussion: "Say which: numbers, entities, or --all. Records that still can't land stay in quarantine.",
      options: [
        .value("entity", short: "e", "NAME", help: "Try every record of this entity.", repeats: true),
        .flag("all", help: "Try every record."),
      ] + readingOptions,
      arguments: [
        ArgumentSpec(
          "ID", .integer(atLeast: 1), help: "The numbers that 'quarantine list' shows.", isRequired: false,
          repeats: true)
      ],
      examples: [
        ExampleSpec("kedge quarantine replay 42 43", says: "Try two records again."),
        ExampleSpec(
          "kedge quarantine replay --entity users", says: "Try one entity again after a mapping fix."),
        ExampleSpec("kedge quarantine replay --all", says: "Try everything again."),
      ],
      exitCodes: [0, 1, 2, 4, 130]),
  ]
)
