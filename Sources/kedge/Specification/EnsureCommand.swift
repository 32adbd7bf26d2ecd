internal import CommandLine

let ensureCommand = CommandSpec(
  "ensure", summary: "Bring the schema up to what the set's migrations and mapping say.",
  discussion: """
    Applies the migrations that wait, and checks that the mapping's tables are there: what has to be done before an application \
    starts, as often as it starts and in as many instances. Ends with 3 when the migrations don't make what the mapping needs. \
    Connects to no older store.

    The target is --target, else POSTGRES_URL_NON_POOLING, else the usual one.
    """,
  options: [migrationsOption, migrationDryRunOption] + migrationPatienceOptions,
  examples: [
    ExampleSpec("kedge ensure", says: "Do what is needed before an application starts."),
    ExampleSpec("kedge ensure --dry-run", says: "See what would be done."),
  ],
  exitCodes: [0, 1, 2, 3, 130],
  exitMeanings: [3: "The migrations are applied, and don't make what the mapping needs."])
