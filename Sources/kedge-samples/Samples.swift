internal import CommandLine
internal import Glibc
internal import Mongo
internal import Postgres
internal import Progress
internal import SampleData

@main struct Samples {
  static func main() {
    let arguments = Array(Swift.CommandLine.arguments.dropFirst())
    switch SamplesProgram.specification.parse(arguments, width: 80, color: false) {
    case .help(let text), .version(let text):
      print(text, terminator: "")
    case .usageError(let text):
      writeError(text)
      exit(2)
    case .run(let command):
      do {
        try run(command)
      } catch let error as UsageError {
        writeError("error: \(error)\n")
        exit(2)
      } catch {
        writeError("error: \(error)\n")
        exit(1)
      }
    }
  }

  private static func run(_ command: ParsedCommand) throws {
    switch command.path.first {
    case "sendfx": try sendfx(command)
    case "omnihub": try omnihub(command)
    case "i2i": try i2i(command)
    case "spirits": try spirits(command)
    case "motiv8": try motiv8(command)
    case "rows": try rows(command)
    case "disturb": try disturb(command)
    case "counts": try counts(command)
    case "drop-database": try dropDatabase(command)
    default: try replicaInit(command)
    }
  }

  private static func sendfx(_ command: ParsedCommand) throws {
    let sample = try SendfxSample(
      documents: command.integer("documents") ?? 100_000, seed: seed(command),
      broken: command.integer("broken") ?? 0, dirt: command.integer("dirt") ?? 0)
    if command.flag("truth") { return tell(sample.truth()) }
    guard let url = command.value("url") else { throw UsageError("This needs --url URL, or --truth.") }
    try writer(command).write(sample, to: mongo(url))
  }

  private static func omnihub(_ command: ParsedCommand) throws {
    let sample = try OmnihubSample(
      rows: command.integer("rows") ?? 20_000, seed: seed(command), broken: command.integer("broken") ?? 0,
      dirt: command.integer("dirt") ?? 0)
    if command.flag("truth") { return tell(sample.truth()) }
    try writer(command).write(sample, to: store(command).path())
  }

  private static func motiv8(_ command: ParsedCommand) throws {
    let sample = try Motiv8Sample(
      rows: command.integer("rows") ?? 20_000, seed: seed(command), broken: command.integer("broken") ?? 0,
      dirt: command.integer("dirt") ?? 0)
    if command.flag("truth") { return tell(sample.truth()) }
    try writer(command).write(sample, to: store(command).path())
    if let folder = command.value("files") {
      writeError("files: \(try sample.writeFiles(to: folder))\n")
    }
  }

  private static func i2i(_ command: ParsedCommand) throws {
    let sample = try I2ISample(rows: command.integer("rows") ?? 20_000, seed: seed(command))
    if command.flag("truth") { return tell(sample.truth()) }
    guard let url = command.value("url") else { throw UsageError("This needs --url URL, or --truth.") }
    try writer(command).write(sample, to: PostgresConnection(PostgresSettings(url: url)))
  }

  private static func spirits(_ command: ParsedCommand) throws {
    let sample = try SpiritsSample(
      documents: command.integer("documents") ?? 20_000, seed: seed(command),
      broken: command.integer("broken") ?? 0)
    if command.flag("truth") { return tell(sample.truth()) }
    guard let url = command.value("url") else { throw UsageError("This needs --url URL, or --truth.") }
    try writer(command).write(sample, to: mongo(url, database: "spirits"))
  }

  private static func rows(_ command: ParsedCommand) throws {
    let kind = command.value("kind").flatMap(MeasuredKind.init) ?? .rows
    let rows = try kind.records(command.integer("count") ?? 1_000_000, seed: seed(command))
    switch try store(command) {
    case .mongo(let url):
      try writer(command).write(rows, to: command.value("name") ?? rows.name, of: mongo(url))
    case .sqlite(let path):
      try writer(command).write(rows, to: path)
    }
  }

  private static func disturb(_ command: ParsedCommand) throws {
    let changes =
      switch try store(command) {
      case .mongo(let url): try Disturbance.disturb(mongo(url), seed: seed(command))
      case .sqlite(let path): try Disturbance.disturb(path, seed: seed(command))
      }
    if command.flag("json") {
      let entries = changes.map { change -> JSONValue in
        [
          "change": .string(change.change.rawValue), "place": .string(change.place),
          "key": .string(change.key), "field": .optional(change.field),
        ]
      }
      print((["changes": .array(entries)] as JSONValue).text(.pretty))
    } else {
      for change in changes {
        let field = change.field.map { ", field \($0)" } ?? ""
        print("\(change.change.rawValue): \(change.place) \(change.key)\(field)")
      }
    }
  }

  private static func replicaInit(_ command: ParsedCommand) throws {
    let settings = try MongoSettings(url: command.arguments[0], database: "admin")
    try ReplicaSet.initiate(MongoConnection(settings))
  }

  private static func counts(_ command: ParsedCommand) throws {
    let mongo = try mongo(command.value("url"))
    for name in try mongo.collections().map(\.name).sorted() {
      print(name, try mongo.estimatedCount(name))
    }
  }

  private static func dropDatabase(_ command: ParsedCommand) throws {
    let mongo = try mongo(command.value("url"))
    guard mongo.settings.database.hasPrefix("kedge_") else {
      throw UsageError(
        "Only a database whose name begins with kedge_ is dropped, and this is \(mongo.settings.database).")
    }
    try mongo.dropDatabase()
  }

  // MARK: Options

  private static func tell(_ truth: [SampleCount]) {
    for line in truth { print(line) }
  }

  private enum Place {
    case mongo(String)
    case sqlite(String)

    func path() throws -> String {
      guard case .sqlite(let path) = self else { throw UsageError("This needs --path FILE.") }
      return path
    }
  }

  private static func store(_ command: ParsedCommand) throws -> Place {
    let declared = command.takes("url") ? command.value("url") : nil
    switch (declared, command.value("path")) {
    case (let url?, nil): return .mongo(url)
    case (nil, let path?): return .sqlite(path)
    default: throw UsageError("Name one store: --url URL for a MongoDB, or --path FILE for SQLite.")
    }
  }

  private static func mongo(_ url: String?, database: String = "sendfx") throws -> MongoConnection {
    try MongoConnection(MongoSettings(url: url ?? "", database: database))
  }

  private static func seed(_ command: ParsedCommand) -> UInt64 { UInt64(command.integer("seed") ?? 1) }

  private static func writer(_ command: ParsedCommand) -> SampleWriter {
    SampleWriter(replacing: command.flag("drop")) { writeError("\($0): \($1)\n") }
  }

  private static func writeError(_ text: String) { Terminal.write(text, to: 2) }
}

/// Options that don't fit together.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
