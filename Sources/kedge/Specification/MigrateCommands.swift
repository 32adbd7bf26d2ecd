internal import CommandLine

let migrationsOption = OptionSpec.value(
  "migrations", "DIR", .path, help: "The folder of the migrations; its name is the name of their set.",
  default: "migrations/ and the mapping set's name")
private let toOption = OptionSpec.value(
  "to", "N", .integer(atLeast: 0), help: "The number of the last migration that is to be there afterwards.")
let migrationDryRunOption = OptionSpec.flag("dry-run", help: "Say what would be done, and write nothing.")
let migrationPatienceOptions: [OptionSpec] = [
  .value(
    "patience", "SECONDS", .integer(0...86_400),
    help: "How long to try again where a lock is taken, and to wait for another runner.", default: "60"),
  .value(
    "lock-timeout", "MILLISECONDS", .integer(1...3_600_000),
    help:
      "How long a statement may wait for a lock, with everybody else waiting behind it, before it steps back.",
    default: "2000"),
]

let migrateCommand = CommandSpec(
  "migrate",
  summary: "Bring the target's own objects forward with versioned SQL.",
  discussion: """
    A migration is a file NNNN_name.sql with a part '-- kedge: up' and a part '-- kedge: down', or two files NNNN_name.up.sql and \
    NNNN_name.down.sql. Each is applied once, in the order of the numbers, one runner at a time, in a transaction of its own unless \
    it says '-- kedge: no-transaction'.

    The target is --target, else POSTGRES_URL_NON_POOLING, else the usual one.
    """,
  examples: [
    ExampleSpec("kedge migrate status", says: "Show what is applied and what waits."),
    ExampleSpec("kedge migrate up", says: "Apply what waits."),
  ],
  subcommands: [
    CommandSpec(
      "up", summary: "Apply what isn't applied, in order.",
      discussion: """
        A migration that fails is rolled back wholly, and those before it stay. One without a transaction says how far it came; the \
        next 'up' goes on there.
        """,
      options: [
        migrationsOption, toOption, migrationDryRunOption,
        .flag("out-of-order", help: "Apply a migration behind one with a higher number, too."),
      ] + migrationPatienceOptions,
      examples: [
        ExampleSpec("kedge migrate up --dry-run", says: "See what would be applied."),
        ExampleSpec("kedge migrate up --to 12", says: "Apply everything up to number 12."),
      ], exitCodes: [0, 1, 2, 130]),
    CommandSpec(
      "down", summary: "Undo the latest migration, or all behind --to.",
      options: [migrationsOption, toOption, migrationDryRunOption] + migrationPatienceOptions,
      examples: [
        ExampleSpec("kedge migrate down", says: "Undo the latest migration."),
        ExampleSpec("kedge migrate down --to 0 --dry-run", says: "See how everything would be undone."),
      ], exitCodes: [0, 1, 2, 130]),
    CommandSpec(
      "status", summary: "Show which migrations are applied, pending, edited or missing.",
      discussion: "Ends with 3 when anything is pending, edited, missing, out of order or unfinished.",
      options: [migrationsOption],
      examples: [ExampleSpec("kedge migrate status --json", says: "Show it for a program.")],
      exitCodes: [0, 1, 2, 3],
      exitMeanings: [3: "Something is pending, edited, missing, out of order or unfinished."]),
    CommandSpec(
      "verify", summary: "Replay all applied migrations in a new database, and compare it with the live one.",
      discussion: """
        Needs the right to create databases; the new one is dropped again. Ends with 3 when anything differs. Schemas in which the \
        migrations make nothing aren't looked at.
        """,
      options: [
        migrationsOption,
        .value(
          "prelude", "FILE", .path,
          help: "SQL to run first: what the migrations find in place, such as the output of 'kedge schema'."),
      ],
      examples: [ExampleSpec("kedge migrate verify", says: "Find what was changed by hand.")],
      exitCodes: [0, 1, 2, 3], exitMeanings: [3: "The live database differs from what its migrations make."]),
    CommandSpec(
      "baseline",
      summary: "Declare that a database holds all migrations up to a number, without running them.",
      options: [migrationsOption, migrationDryRunOption] + migrationPatienceOptions,
      arguments: [ArgumentSpec("NUMBER", .integer(atLeast: 1), help: "The last migration that is there.")],
      examples: [
        ExampleSpec("kedge migrate baseline 7", says: "Begin with a database that has the first seven.")
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "new", summary: "Write a migration with the next number: an empty one, or what the mapping needs.",
      discussion: """
        --from-mapping replays the migrations in a new database, as 'verify' does, and writes what is missing there: everything \
        where there is no migration yet, later the difference. A table that is in use is changed in steps that lock it for moments \
        only, so that there may be several files. What a person has to decide is written as a comment, and ends it with 3.
        """,
      options: [
        migrationsOption, migrationDryRunOption,
        .flag(
          "from-mapping",
          help: "Write what the mapping needs and the migrations don't make, with the way back."),
        .value(
          "prelude", "FILE", .path,
          help: "With --from-mapping: SQL to run first: what the migrations find in place and don't make."),
      ],
      arguments: [ArgumentSpec("NAME", help: "What it does, in a few words.")],
      examples: [
        ExampleSpec("kedge migrate new 'index users by email'", says: "Begin a migration."),
        ExampleSpec("kedge migrate new tables --from-mapping", says: "Write what the mapping needs."),
      ],
      exitCodes: [0, 1, 2, 3], exitMeanings: [3: "It is written, and a person has to decide something in it."]
    ),
    CommandSpec(
      "repair", summary: "Say what stands in the way, and how to mend it; with an option, mend it.",
      discussion: "Without an option it changes nothing, and ends with 3 when there is something to mend.",
      options: [
        migrationsOption, migrationDryRunOption,
        .value(
          "accept", "N", .integer(atLeast: 1), help: "Take the edited file as it is for what was applied."),
        .value("mark-applied", "N", .integer(atLeast: 1), help: "Declare that a migration is wholly there."),
        .value(
          "mark-pending", "N", .integer(atLeast: 1), help: "Declare that nothing of a migration is there."),
        .flag("drop-invalid", help: "Drop the invalid indexes that unfinished migrations left."),
      ] + migrationPatienceOptions,
      examples: [
        ExampleSpec("kedge migrate repair", says: "See what stands in the way."),
        ExampleSpec("kedge migrate repair --accept 12", says: "Keep an edit of migration 12."),
      ], exitCodes: [0, 1, 2, 3], exitMeanings: [3: "There is something to mend."]),
    CommandSpec(
      "lint", summary: "Warn of what locks, rewrites or destroys. Asks no database.",
      discussion: """
        A comment '-- kedge: allow RULE: reason' above a statement lets it pass. Ends with 3 when there is a warning.
        """,
      options: [
        migrationsOption,
        .value(
          "from", "N", .integer(atLeast: 1), help: "Look at migrations from this number on.", default: "1"),
      ],
      examples: [ExampleSpec("kedge migrate lint --from 12", says: "Look at the newest migrations.")],
      exitCodes: [0, 2, 3], exitMeanings: [3: "There is a warning."]),
  ]
)
