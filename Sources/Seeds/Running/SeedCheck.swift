internal import Catalog
internal import Executors
internal import Mapping
internal import Postgres

/// Finds everything that is wrong with a folder of seeds before anything is written: in the files, in what they name, and in values that
/// don't fit their columns.
struct SeedCheck {
  let connection: PostgresConnection
  let folder: SeedFolder
  let set: MappingSet?
  let stop: StopFlag

  /// - Throws: ``SeedErrors``, ``SeedRefusal``, `PostgresError`.
  func run() throws {
    let log = folder.log()
    let live = try set.map { try $0.applying(try Catalog(connection).livePhases(of: $0.name)) }
    let ownership = SeedOwnership(set: live)
    let preparation = SeedPreparation(connection: connection, ownership: ownership, log: log)
    var refusals: [String] = []
    // What it makes are temporary tables, which end with it.
    try connection.transaction {
      var staged: [(seed: PreparedSeed, table: String)] = []
      for (number, file) in folder.files.enumerated() {
        guard !stop.isSet else { throw SeedError.interrupted }
        guard let subject = preparation.subject(of: file) else { continue }
        if let entity = subject.entity, let refusal = ownership.refusal(of: file, entity) {
          refusals.append(refusal)
          continue
        }
        guard let seed = try preparation.prepare(file, subject) else { continue }
        // What a query yields may come from rows that files before it have yet to put in place.
        guard case .rows = file.content else { continue }
        let table = "kedge_seed_\(number)"
        guard try SeedStaging(connection: connection, seed: seed, table: table, log: log).fill() else {
          continue
        }
        for other in staged where other.seed.table.name == seed.table.name {
          try SeedOverlap.compare(seed, table, with: other.seed, other.table, in: connection, log)
        }
        staged.append((seed, table))
      }
    }
    let problems = folder.problems + log.diagnostics
    guard problems.isEmpty else { throw SeedErrors(diagnostics: problems) }
    guard refusals.isEmpty else { throw SeedRefusal(reasons: refusals) }
  }
}

extension SeedFolder {
  /// A log that can show the files' lines.
  func log() -> DiagnosticLog {
    let log = DiagnosticLog()
    for source in sources { log.register(source) }
    return log
  }
}
