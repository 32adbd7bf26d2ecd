public import Audit

/// What hooks are told of one audit.
public struct DriftNotice: Sendable {
  public var run: Int
  /// The mapping set's name.
  public var set: String
  public var hasDrift: Bool
  /// Whether it found what somebody is to be told of: drift, or what was asked for instead.
  public var pages: Bool
  /// Differences that stand.
  public var differences: Int
  /// Whether everything was compared.
  public var isComplete: Bool
  /// What the audit found, by entity and kind of difference; empty without drift. Two audits that found the same have the
  /// same.
  public var state: String
  /// The report, as `kedge audit --json` prints it, on one line.
  public var json: String

  public init(_ report: AuditReport, pages: Bool, json: String) {
    self.pages = pages
    run = report.run
    set = report.set
    hasDrift = report.hasDrift
    isComplete = report.isComplete
    differences =
      report.entities.reduce(0) { $0 + max(0, $1.tally.drift) } + report.ownership.count(where: \.isDrift)
    let entities = report.entities.filter { $0.tally.drift > 0 }.map { entity in
      let tally = entity.tally
      return
        "\(entity.entity): \(tally.missing) missing, \(tally.extra) extra, \(tally.different) different, "
        + "\(tally.orphans) orphans, \(tally.duplicates) duplicates, \(tally.repaired) repaired"
    }
    let ownership = report.ownership.filter(\.isDrift).map { "\($0.kind.rawValue): \($0.store) \($0.object)" }
    state = (entities.sorted() + ownership.sorted()).joined(separator: "\n")
    self.json = json
  }
}

/// When hooks are told of an audit.
public enum HookOccasion: String, Sendable, CaseIterable {
  /// After each audit.
  case always
  /// After each that finds drift, or what was asked for instead.
  case drift
  /// When what an audit found is other than what hooks were last told, drift that is gone included.
  case change

  /// - Parameter told: the ``DriftNotice/state`` that hooks were last told of; empty for no drift, and for none yet.
  func calls(for notice: DriftNotice, told: String) -> Bool {
    switch self {
    case .always: true
    case .drift: notice.pages
    case .change: notice.state != told
    }
  }
}
