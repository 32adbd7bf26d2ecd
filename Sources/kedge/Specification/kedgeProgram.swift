internal import CommandLine

/// The whole command line of Kedge: what is parsed, shown as help, and completed.
let kedgeProgram = ProgramSpec(
  name: "kedge",
  version: "0.1.0",
  summary: "Move core data from MongoDB or SQLite into PostgreSQL, and prove that it arrived.",
  discussion: """
    A mapping set, a folder of YAML files, says which entity lives where and how each field lands. 'infer' writes one \
    from the data, 'backfill' moves the data, 'audit' compares both sides.

    Flags win over the environment, the environment wins over the mapping set. With no target configured, a private \
    local PostgreSQL under .kedge/ serves; it is started when it is needed.
    """,
  globalOptions: globalOptions,
  commands: [
    scanCommand, inferCommand, checkCommand, schemaCommand, migrateCommand, seedCommand, ensureCommand,
    backfillCommand, filesCommand,
    quarantineCommand, auditCommand,
    cleanCommand, guardCommand, phaseCommand, resetCommand, usageCommand,
    statusCommand, pauseCommand, resumeCommand, rateCommand, doctorCommand, devCommand, completionCommand,
  ],
  exitCodes: [
    ExitCodeSpec(0, "Done."),
    ExitCodeSpec(1, "Failed."),
    ExitCodeSpec(2, "Wrong usage, or an invalid mapping."),
    ExitCodeSpec(3, "Drift was found."),
    ExitCodeSpec(4, "Records were quarantined."),
    ExitCodeSpec(5, "Refused by a guardrail."),
    ExitCodeSpec(130, "Interrupted. The same command resumes the work."),
  ],
  environment: environment,
  examples: [
    ExampleSpec(
      "kedge infer --source mongodb://localhost/app --out mappings",
      says: "Write a mapping set from the data."),
    ExampleSpec("kedge backfill --dry-run", says: "Say what would land, without writing."),
    ExampleSpec("kedge backfill", says: "Move everything that isn't there yet."),
    ExampleSpec("kedge audit", says: "Compare every record on both sides."),
  ]
)

private let globalOptions: [OptionSpec] = [
  .value("mappings", short: "m", "DIR", .path, help: "The folder of the mapping set.", default: "mappings"),
  .value(
    "target", "URL", .url, help: "The PostgreSQL database to write to: 'postgres://user@host/database'."),
  .value("source", "URL", .url, help: "The store to read from: 'mongodb://host/database' or 'sqlite:path'."),
  .flag("json", help: "Print one JSON document on standard output, and everything else on standard error."),
  .flag("quiet", short: "q", help: "Say nothing but results, warnings and errors."),
  .flag("verbose", short: "v", help: "Say what helps to find a fault, too."),
  .flag("no-color", help: "Use no colours, not even on a terminal."),
]

private let environment: [EnvironmentSpec] = [
  EnvironmentSpec("DATABASE_URL", "The target's URL."),
  EnvironmentSpec("POSTGRES_URL", "The target's URL, when DATABASE_URL isn't set."),
  EnvironmentSpec("POSTGRES_URL_NON_POOLING", "The target's URL for 'migrate', past a pooler."),
  EnvironmentSpec("DB_HOST, DB_PORT", "The target's host and port, when no URL is set."),
  EnvironmentSpec("DB_NAME", "The target's database, when no URL is set."),
  EnvironmentSpec("DB_USERNAME, DB_PASSWORD", "The target's user and password, when no URL is set."),
  EnvironmentSpec("DATABASE_SSL", "Whether the connection to the target is encrypted."),
  EnvironmentSpec("MONGODB_URI", "The URL of the MongoDB source."),
  EnvironmentSpec("SQLITE_PATH", "The file of the SQLite source."),
  EnvironmentSpec("KEDGE_WEBHOOK_URL", "Where 'audit' posts what it found, as with --webhook."),
  EnvironmentSpec("KEDGE_WEBHOOK_SECRET", "The key that signs what is posted there."),
  EnvironmentSpec("SSL_CERT_FILE", "The certificate authorities to trust there, instead of the system's."),
  EnvironmentSpec("NO_COLOR", "When it isn't empty, no colours are used."),
]
