internal import CommandLine
internal import Foundation

/// Reads what ``AuditReport/json`` writes. Keys that are newer than a stored report have their defaults.
extension AuditReport: Codable {
  private enum Key: String, CodingKey {
    case run, set, entities, references, ownership, complete, repair, planned
    case startedAt = "started_at"
    case finishedAt = "finished_at"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: Key.self)
    self.init(
      run: try keys.decode(Int.self, forKey: .run), set: try keys.decode(String.self, forKey: .set),
      startedAt: try keys.decode(CodedTime.self, forKey: .startedAt).date,
      finishedAt: try keys.decode(CodedTime.self, forKey: .finishedAt).date,
      entities: try keys.decode([CodedEntity].self, forKey: .entities).map(\.report))
    references = try keys.decodeIfPresent([CodedReference].self, forKey: .references)?.map(\.finding) ?? []
    ownership = try keys.decodeIfPresent([CodedOwnership].self, forKey: .ownership)?.map(\.finding) ?? []
    isComplete = try keys.decodeIfPresent(Bool.self, forKey: .complete) ?? true
    repair = try keys.decodeIfPresent(RepairReport.self, forKey: .repair)
    plannedRepairs = try keys.decodeIfPresent(Int.self, forKey: .planned)
  }

  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

private struct CodedTime: Decodable {
  let date: Date

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let date = ReportTime.date(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is no time such as 2026-01-31T09:30:00.000Z")
    }
    self.date = date
  }
}

private struct CodedEntity: Decodable {
  let report: AuditReport.EntityReport

  private enum Key: String, CodingKey {
    case entity, compared, matching, missing, extra, different, orphans, duplicates, quarantined, filtered
    case tolerated, repaired, seconds, coverage, bound, note, differences
    case inFlight = "in_flight"
    case toleratedOrphans = "tolerated_orphans"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: Key.self)
    func count(_ key: Key) throws -> Int { try keys.decodeIfPresent(Int.self, forKey: key) ?? 0 }
    let entity = try keys.decode(String.self, forKey: .entity)
    var tally = AuditTally()
    tally.compared = try count(.compared)
    tally.matching = try count(.matching)
    tally.missing = try count(.missing)
    tally.extra = try count(.extra)
    tally.different = try count(.different)
    tally.orphans = try count(.orphans)
    tally.duplicates = try count(.duplicates)
    tally.quarantined = try count(.quarantined)
    tally.filtered = try count(.filtered)
    tally.inFlight = try count(.inFlight)
    tally.tolerated = try count(.tolerated)
    tally.repaired = try count(.repaired)
    tally.toleratedOrphans = try count(.toleratedOrphans)
    let differences = try keys.decodeIfPresent([CodedDifference].self, forKey: .differences) ?? []
    var report = AuditReport.EntityReport(
      entity: entity, tally: tally, seconds: try keys.decodeIfPresent(Double.self, forKey: .seconds) ?? 0,
      differences: differences.map { $0.difference(of: entity) })
    report.bound = try keys.decodeIfPresent(CodedBound.self, forKey: .bound)?.bound
    report.coverage = try keys.decodeIfPresent(Double.self, forKey: .coverage) ?? 1
    report.note = try keys.decodeIfPresent(String.self, forKey: .note)
    self.report = report
  }
}

private struct CodedDifference: Decodable {
  let kind: Verdict
  let key: [String]
  let columns: [String]?
  let evidence: [ColumnEvidence]?
  let rule: String?
  let reference: String?
  let firstSeen: CodedTime
  let lastSeen: CodedTime
  let looks: Int?
  let repaired: Bool?

  private enum CodingKeys: String, CodingKey {
    case kind, key, columns, evidence, rule, reference, looks, repaired
    case firstSeen = "first_seen"
    case lastSeen = "last_seen"
  }

  func difference(of entity: String) -> AuditDifference {
    AuditDifference(
      entity: entity, verdict: kind, key: key,
      columns: evidence ?? (columns ?? []).map { ColumnEvidence(column: $0) }, rule: rule,
      reference: reference, firstSeen: firstSeen.date, lastSeen: lastSeen.date, looks: looks ?? 1,
      isRepaired: repaired ?? false)
  }
}

private struct CodedBound: Decodable {
  let share: Double
  let population: Int
  let sampled: Int
  let drifting: Int
  let confidence: Double
  let upperShare: Double
  let coversExtras: Bool?
  let seed: Int?

  private enum CodingKeys: String, CodingKey {
    case share, population, sampled, drifting, confidence, seed
    case coversExtras = "covers_extras"
    case upperShare = "upper_share"
  }

  var bound: SampleBound {
    SampleBound(
      share: share, population: population, sampled: sampled, drifting: drifting, confidence: confidence,
      upperShare: upperShare, coversExtras: coversExtras ?? true, seed: seed ?? 0)
  }
}

private struct CodedReference: Decodable {
  let reference: String
  let entity: String
  let refersTo: String
  let isAcrossStores: Bool
  let checked: Int
  let orphans: Int
  let enforced: Bool

  private enum CodingKeys: String, CodingKey {
    case reference, entity, checked, orphans, enforced
    case refersTo = "refers_to"
    case isAcrossStores = "across_stores"
  }

  var finding: ReferenceFinding {
    ReferenceFinding(
      name: reference, entity: entity, refersTo: refersTo, isAcrossStores: isAcrossStores, checked: checked,
      orphans: orphans, isEnforced: enforced)
  }
}

private struct CodedOwnership: Decodable {
  let kind: OwnershipFinding.Kind
  let store: String
  let object: String
  let entity: String?
  let message: String
  let drift: Bool

  var finding: OwnershipFinding {
    OwnershipFinding(
      kind: kind, store: store, object: object, entity: entity, message: message, isDrift: drift)
  }
}
