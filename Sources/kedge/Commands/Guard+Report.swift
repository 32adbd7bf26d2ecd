internal import Catalog
internal import CommandLine
internal import Foundation
internal import Guardrails
internal import LiveGuardrails
internal import Mapping
internal import Postgres

extension Session {
  /// `kedge guard report`
  func guardReport() throws -> Int32 {
    let since = try reportedSince()
    let files = command.values("from")
    let clears = command.flag("clear")
    guard files.isEmpty || !clears else {
      throw UsageProblem(
        "--clear throws away what the target keeps; a file given with --from is yours to delete")
    }
    guard !clears || command.value("since") == nil else {
      throw UsageProblem("--clear throws away all observations of an entity, so --since doesn't go with it")
    }
    let set = try mappingSet()
    let entities = try wantedEntities(in: set)
    let plan = GuardPlan(set)
    let evidence =
      files.isEmpty
      ? try keptEvidence(
        plan, set, since: since,
        clearing: clears ? (entities.isEmpty ? set.entities.map(\.name) : entities) : nil)
      : ObservationEvidence(try files.flatMap { try batches(in: $0, of: set.name) }, since: since)
    let report = ObservationReport(plan, evidence, entities: entities, since: since)
    if isJSON {
      output(ObservationText(report, now: evidence.now).json(set: set.name, since: since))
    } else {
      output(ObservationText(report, now: evidence.now).text(style: style))
      if clears { output("all of it is thrown away; what is observed from now on counts") }
    }
    return ExitCode.done
  }

  /// `--since`, as a moment.
  private func reportedSince() throws -> UTCTime? {
    guard let text = command.value("since") else { return nil }
    if let time = UTCTime(text) { return time }
    guard let ago = DurationText.parse(text) else {
      throw UsageProblem(
        "--since takes a time ago such as '2h' or '7d', or a moment in UTC such as 2027-01-31T08:00:00Z, not '\(text)'"
      )
    }
    return UTCTime(microseconds: UTCTime.now.microseconds - Int(DurationText.seconds(ago) * 1_000_000))
  }

  /// What the target keeps; nothing where Kedge has no state there, or has one of an earlier version.
  private func keptEvidence(_ plan: GuardPlan, _ set: MappingSet, since: UTCTime?, clearing: [String]?) throws
    -> ObservationEvidence
  {
    guard let settings = try existingTarget(of: set) else { return ObservationEvidence() }
    let catalog = Catalog(try PostgresConnection(settings))
    guard try catalog.exists() else { return ObservationEvidence() }
    if try !catalog.isCurrent() { try catalog.ensure() }
    return try ObservationArchive(catalog.connection).evidence(plan, since: since, clearing: clearing)
  }

  private func batches(in path: String, of set: String) throws -> [ObservationBatch] {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw UsageProblem(
        "the file \"\(path)\" of --from can't be read as text: \(error.localizedDescription)")
    }
    let batches: [ObservationBatch]
    do throws(ObservationLineError) {
      batches = try ObservationLines.batches(in: text)
    } catch {
      throw UsageProblem("\(path): \(error)")
    }
    if let other = batches.first(where: { $0.set != set }) {
      throw UsageProblem(
        "\"\(path)\" is of the mapping set \"\(other.set)\", not \"\(set)\"; name its folder with --mappings")
    }
    return batches
  }
}
