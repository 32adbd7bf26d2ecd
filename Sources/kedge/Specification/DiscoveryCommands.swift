internal import CommandLine

/// `--source` as the commands explain it that only read a source.
private let sourceOption = OptionSpec.value(
  "source", "URL", .url,
  help: "The store to look at: 'mongodb://host/database' or 'sqlite:path'. It is only read.",
  default: "from the mapping set or the environment")

let scanCommand = CommandSpec(
  "scan",
  summary: "Count what is really in a source, before anything moves.",
  discussion: """
    Reads every record and tells for each field which types it has, how often it is missing, null or empty, its longest \
    value and its extremes. With a mapping set, it also tells what the mapping would do with each.
    """,
  options: [sourceOption] + readingOptions,
  examples: [
    ExampleSpec("kedge scan --source mongodb://localhost/app", says: "Look at a MongoDB database."),
    ExampleSpec(
      "kedge scan --source sqlite:app.db --mappings mappings",
      says: "Hold a SQLite file against a mapping set."),
    ExampleSpec("kedge scan --json > scan.json", says: "Keep the figures for later."),
  ],
  exitCodes: [0, 1, 2, 130]
)

let inferCommand = CommandSpec(
  "infer",
  summary: "Write a mapping set from what a source holds.",
  discussion: """
    The mapping set backfills as it is. Comments mark the places where a person should decide.
    """,
  options: [
    .value(
      "out", short: "o", "DIR", .path, help: "The folder to write the mapping set to.", isRequired: true),
    sourceOption,
    .value(
      "arrays", "HOW", .choice(["jsonb", "native", "tables"]),
      help:
        "How embedded arrays land: as jsonb, as native arrays where one type holds their elements, or in child tables.",
      default: "jsonb"
    ),
    .value("schema", "NAME", help: "The PostgreSQL schema of the target tables.", default: "core"),
    .flag("force", help: "Write over files that are already in the folder."),
  ] + readingOptions,
  examples: [
    ExampleSpec(
      "kedge infer --source mongodb://localhost/app --out mappings", says: "Begin with a MongoDB database."),
    ExampleSpec(
      "kedge infer --source sqlite:app.db --out mappings --arrays jsonb --schema core",
      says: "Keep arrays as jsonb, in the schema 'core'."),
    ExampleSpec("kedge infer --out mappings --force", says: "Write the mapping set anew."),
  ],
  exitCodes: [0, 1, 2, 130]
)

let checkCommand = CommandSpec(
  "check",
  summary: "Validate a mapping set.",
  discussion: """
    Each fault is told as 'file:line:column: error: …' with the line and a suggestion.
    """,
  options: [
    .flag("live", help: "Compare the mapping set with the source and the target, too.")
  ],
  examples: [
    ExampleSpec("kedge check", says: "Validate the files under 'mappings'."),
    ExampleSpec("kedge check --live", says: "Also find fields and tables that the stores don't have."),
    ExampleSpec(
      "kedge check --mappings staging --json", says: "Validate another set, for a program to read."),
  ],
  exitCodes: [0, 1, 2]
)

let schemaCommand = CommandSpec(
  "schema",
  summary: "Print the tables that a mapping set implies.",
  discussion: """
    Prints SQL that creates the target tables. With --json, prints which field went to which column.

    --diff compares the mapping with what the set's migrations make, where there are some, and with the live target. The \
    migrations are replayed in a new database beside the target, for which the role needs CREATEDB; it is dropped again. Ends \
    with 3 when anything that the mapping needs isn't there or contradicts it. What is there beyond that is listed, and is fine.
    """,
  options: [
    .flag("diff", help: "Print what differs from the migrations and from the live target instead."),
    .value(
      "against", "WHAT", .choice(["migrations", "live"]),
      help: "With --diff: compare with one of them alone.",
      default: "both, where there are migrations"),
    .value(
      "migrations", "DIR", .path, help: "With --diff: the folder of the migrations.",
      default: "migrations/ and the mapping set's name"),
    .value(
      "prelude", "FILE", .path,
      help: "With --diff: SQL to run before the migrations: what they find in place and don't make."),
  ],
  examples: [
    ExampleSpec("kedge schema > schema.sql", says: "Keep the SQL in a file."),
    ExampleSpec("kedge schema --diff", says: "Compare with the migrations, and the tables that are there."),
    ExampleSpec("kedge schema --json", says: "Tell which field went where."),
  ],
  exitCodes: [0, 1, 2, 3],
  exitMeanings: [3: "Something that the mapping needs isn't there, or contradicts it."]
)
