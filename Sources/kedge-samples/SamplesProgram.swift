internal import CommandLine
internal import SampleData

/// What `kedge-samples` understands.
enum SamplesProgram {
  static let specification = ProgramSpec(
    name: "kedge-samples", version: "1",
    summary: "Makes realistic data to try Kedge on, the same for the same seed.",
    globalOptions: [],
    commands: [sendfx, omnihub, i2i, spirits, motiv8, rows, disturb, counts, dropDatabase, replicaInit],
    exitCodes: [
      ExitCodeSpec(0, "Done."), ExitCodeSpec(1, "Failed; the message says why."),
      ExitCodeSpec(2, "Wrong usage."),
    ],
    examples: [
      ExampleSpec(
        "kedge-samples sendfx --url mongodb://localhost:27017/sendfx --documents 100000 --drop",
        says: "Fill a MongoDB with an application's data.")
    ])

  private static let sendfx = CommandSpec(
    "sendfx", summary: "The collections of an application on MongoDB, for mappings/sendfx.",
    options: [
      url(required: false),
      .value(
        "documents", "N", .integer(20...16_000_000), help: "Core documents, over eight collections.",
        default: "100000"),
      seed, broken, dirt, drop, truth,
    ])

  private static let omnihub = CommandSpec(
    "omnihub", summary: "The tables of an application on SQLite, for mappings/omnihub.",
    options: [
      path(required: false),
      .value("rows", "N", .integer(20...1_000_000_000), help: "Rows, over four tables.", default: "20000"),
      seed, broken, dirt, drop, truth,
    ])

  private static let motiv8 = CommandSpec(
    "motiv8",
    summary: "The tables and files of an application on SQLite and local folders, for mappings/motiv8.",
    options: [
      path(required: false),
      .value("rows", "N", .integer(50...1_000_000_000), help: "Rows, over seven tables.", default: "20000"),
      .value("files", "DIR", .path, help: "Write the files that rows name, too, each store a folder in DIR."),
      seed, broken, dirt, drop, truth,
    ])

  private static let i2i = CommandSpec(
    "i2i", summary: "Rows for the tables that migrations/i2i makes and seeds/i2i has begun to fill.",
    options: [
      .value("url", "URL", .url, help: "The PostgreSQL database: 'postgres://user@host/database'."),
      .value("rows", "N", .integer(20...1_000_000_000), help: "Rows, over three tables.", default: "20000"),
      seed, drop, truth,
    ])

  private static let spirits = CommandSpec(
    "spirits",
    summary:
      "The collections of an application on MongoDB that moves feature by feature, for mappings/spirits.",
    options: [
      url(required: false),
      .value(
        "documents", "N", .integer(40...16_000_000), help: "Documents that land, over seven collections.",
        default: "20000"),
      seed, broken, drop, truth,
    ])

  private static let rows = CommandSpec(
    "rows", summary: "One collection or table of plain records, for measuring.",
    options: [
      url(required: false), path(required: false),
      .value("count", "N", .integer(atLeast: 1), help: "How many.", default: "1000000"),
      .value(
        "kind", "KIND", .choice(MeasuredKind.allCases.map(\.rawValue)),
        help: "What they look like: plain rows, wide documents of accounts, or small events.", default: "rows"
      ),
      .value("name", "NAME", help: "The collection, for MongoDB.", default: "the kind's name"),
      seed, drop,
    ])

  private static let disturb = CommandSpec(
    "disturb", summary: "Changes one record, deletes one and adds one, and says which.",
    discussion: "For trying an audit: it changes the sample source behind the engine's back.",
    options: [
      url(required: false), path(required: false), seed,
      .flag("json", help: "Print the changes as one JSON document."),
    ])

  private static let counts = CommandSpec(
    "counts", summary: "Prints how many documents each collection of a database has.",
    options: [url(required: true)])

  private static let dropDatabase = CommandSpec(
    "drop-database", summary: "Drops a MongoDB database of samples, whose name has to begin with kedge_.",
    options: [url(required: true)])

  private static let replicaInit = CommandSpec(
    "replica-init", summary: "Makes a new mongod a replica set of one, and waits until it takes writes.",
    arguments: [ArgumentSpec("URL", .url, help: "With directConnection=true; started with --replSet rs0.")])

  private static let seed = OptionSpec.value(
    "seed", "N", .integer(atLeast: 0), help: "Other seeds give other data.", default: "1")
  private static let broken = OptionSpec.value(
    "broken", "N", .integer(0...100_000), help: "More records, that can't land.", default: "0")
  private static let dirt = OptionSpec.value(
    "dirt", "N", .integer(0...100_000),
    help: "Pieces of dirt: twins, orphans, and what the migrations' rules refuse.", default: "0")
  private static let truth = OptionSpec.flag(
    "truth", help: "Write nothing; say what would be written, a line for each count.")
  private static let drop = OptionSpec.flag("drop", help: "Replace what is there under the same names.")

  private static func url(required: Bool) -> OptionSpec {
    .value("url", "URL", .url, help: "The MongoDB, with a database in it.", isRequired: required)
  }

  private static func path(required: Bool) -> OptionSpec {
    .value("path", "FILE", .path, help: "The SQLite file, made where there is none.", isRequired: required)
  }
}
