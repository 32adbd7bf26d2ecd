internal import Catalog
internal import CommandLine
internal import Mapping
internal import Postgres

/// Steering a run from another terminal.
extension Session {
  /// `kedge pause` and `kedge resume`
  func pause(_ isPaused: Bool) throws -> Int32 {
    let asked = command.arguments.first.flatMap { Int($0) }
    let (catalog, run) = try steered(asked, needsMembers: isPaused)
    let wasPaused = run.isPaused
    try catalog.set(isPaused: isPaused, run: run.id)
    let members = try catalog.liveMembers(Run(id: run.id, isResumed: false))
    if isJSON {
      output([
        "ok": true, "run": .int(run.id), "paused": .bool(isPaused), "changed": .bool(wasPaused != isPaused),
        "members": .int(members), "rate": .optional(run.rate),
      ])
    } else if wasPaused == isPaused {
      output(isPaused ? "run \(run.id) is paused already" : "run \(run.id) isn't paused")
    } else if isPaused {
      output("run \(run.id) pauses: \(Self.processes(members)) within a second; go on with: kedge resume")
    } else if members == 0 {
      output("run \(run.id) is no longer paused, but no process works on it; go on with: kedge backfill")
    } else {
      output("run \(run.id) goes on: \(Self.processes(members)) within a second")
    }
    return ExitCode.done
  }

  /// `kedge rate`
  func rate() throws -> Int32 {
    let text = command.arguments.first ?? ""
    let rate = text == "off" ? nil : Int(text)
    guard text == "off" || (rate ?? 0) > 0 else {
      throw UsageProblem(
        "a rate is a whole number of records per second of at least 1, or 'off', not '\(text)'")
    }
    let (catalog, run) = try steered(
      command.arguments.dropFirst().first.flatMap { Int($0) }, needsMembers: true)
    try catalog.set(rate: rate, run: run.id)
    let members = try catalog.liveMembers(Run(id: run.id, isResumed: false))
    if isJSON {
      output([
        "ok": true, "run": .int(run.id), "rate": .optional(rate), "paused": .bool(run.isPaused),
        "members": .int(members),
      ])
    } else {
      let limit = rate.map { "at most \($0) records per second" } ?? "as fast as it goes"
      output("run \(run.id) reads \(limit): \(Self.processes(members)) within a second")
    }
    return ExitCode.done
  }

  private static func processes(_ count: Int) -> String {
    count == 1 ? "its process hears of it" : "its \(count) processes hear of it"
  }

  private func steered(_ asked: Int?, needsMembers: Bool) throws -> (Catalog, RunSummary) {
    let set = try mappingSet()
    guard let settings = try existingTarget(of: set) else {
      throw CatalogError.nothingRuns(set: set.name, latest: nil)
    }
    let catalog = Catalog(try PostgresConnection(settings))
    guard try catalog.exists() else { throw CatalogError.nothingRuns(set: set.name, latest: nil) }
    try catalog.ensure()
    return (catalog, try catalog.steerable(set: set.name, asked: asked, needsMembers: needsMembers))
  }
}
