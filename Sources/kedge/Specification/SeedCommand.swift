internal import CommandLine

let seedCommand = CommandSpec(
  "seed",
  summary: "Put reference data in place, as the seeds of the set declare it.",
  discussion: """
    Files are applied in the order of their names, each in a transaction of its own: NAME.yaml lists rows, NAME.sql has one query that \
    yields them. A row is known by its natural key: it is inserted where it isn't there, and updated where the file says something new.

    What a person changed or deleted since stays as it is, and is reported; so is a row that was there before and is other than the file \
    says. Only tables that PostgreSQL owns are seeded: those of entities in phase core, and those that no entity declares.
    """,
  options: [
    .flag("dry-run", help: "Do everything in one transaction, say what was done, and undo it."),
    .flag("diff", help: "Show each row that would change or is kept, with its values; writes nothing."),
    .flag("force", help: "Put rows as the files say, also those that a person changed or deleted."),
    .flag(
      "prune", help: "Remove rows that left their file, if nobody changed them and nothing refers to them."),
    .value(
      "seeds", "DIR", .path, help: "The folder of the seeds.", default: "seeds/ and the mapping set's name"),
    .value(
      "patience", "SECONDS", .integer(0...86_400),
      help: "How long to wait for another process that seeds the set.",
      default: "60"),
  ],
  examples: [
    ExampleSpec("kedge seed --dry-run", says: "Show what would change."),
    ExampleSpec("kedge seed --diff", says: "Show it row by row, with values."),
    ExampleSpec("kedge seed", says: "Put the rows in place."),
  ],
  exitCodes: [0, 1, 2, 5, 130])
