internal import CommandLine

private let storeOption = OptionSpec.value(
  "store", "NAME", .text, help: "Only this folder of the place (uploads, …). Can be given again.",
  default: "everything in it", repeats: true)

let filesCommand = CommandSpec(
  "files", summary: "Move the files that rows name, and prove that each is found.",
  discussion: """
    A place of files is local:DIR or s3://bucket/prefix. For S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and \
    AWS_REGION are read; S3_ENDPOINT or AWS_ENDPOINT_URL names another server that speaks its language.
    """,
  examples: [
    ExampleSpec(
      "kedge files copy --from local:./data --to s3://motiv8/live --dry-run",
      says: "See what would be copied.")
  ],
  subcommands: [
    CommandSpec(
      "copy", summary: "Copy files to another place, once, each verified by its SHA-256.",
      discussion: """
        What is at the destination already, the same, isn't sent again; killed anywhere, the same command goes on. Nothing of the \
        source is changed. A file that differs at the destination is left alone and told, and the exit code is 3.

        Where a target is configured, its schema kedge remembers what was verified, so that a further run needn't read it again; \
        --no-memory does without, and reads both sides.
        """,
      options: [
        .value("from", "PLACE", .text, help: "Where the files are.", isRequired: true),
        .value("to", "PLACE", .text, help: "Where they go.", isRequired: true),
        storeOption,
        .flag("dry-run", help: "Say what would be done, and write nothing."),
        .flag("overwrite", help: "Replace files at the destination that differ."),
        .flag("no-memory", help: "Remember nothing in the target."),
        .value("workers", "N", .integer(1...64), help: "How many files are copied at a time.", default: "4"),
      ],
      examples: [
        ExampleSpec(
          "kedge files copy --from local:./data --to s3://motiv8 --store uploads --store generated",
          says: "Move two stores into a bucket."),
        ExampleSpec(
          "kedge files copy --from s3://motiv8 --to local:./data --workers 8", says: "Fetch everything."),
      ], exitCodes: [0, 1, 2, 3, 130]),
    CommandSpec(
      "verify", summary: "Look whether every row that names a file finds it.",
      discussion: """
        Rows whose file isn't there are named by their key, and the exit code is 3. Files that no row names are counted.
        """,
      options: [
        .value(
          "table", "SCHEMA.TABLE", .text, help: "The table whose rows name files; without a schema, public.",
          isRequired: true),
        .value("column", "COLUMN", .text, help: "The column with the file's name.", isRequired: true),
        .value(
          "store-column", "COLUMN", .text,
          help: "The column with the name of the store that the file's name lies below."),
        .value(
          "without-prefix", "TEXT", .text,
          help: "What rows' names begin with and files' names don't: /srv/data/."),
        .value("at", "PLACE", .text, help: "Where the files are.", isRequired: true),
        storeOption,
      ],
      examples: [
        ExampleSpec(
          "kedge files verify --table public.media_files --column path --store-column store --at s3://motiv8",
          says: "Prove that every row finds its file.")
      ], exitCodes: [0, 1, 2, 3, 130]),
  ])
