internal import Audit

/// What to do about a report: a sentence, and the command if there is one.
struct NextStep: Equatable {
  var says: String
  var command: String?

  /// The steps that fit what was found, in order; empty where nothing is to be done.
  static func steps(for report: AuditReport) -> [NextStep] {
    let tallies = report.entities.map(\.tally)
    func sum(_ count: (AuditTally) -> Int) -> Int { tallies.reduce(0) { $0 + count($1) } }
    let mendable = sum { $0.missing + $0.extra + $0.different }
    let orphans = sum(\.orphans)
    let duplicates = sum(\.duplicates)
    var steps: [NextStep] = []
    if tallies.contains(where: { $0.drift > 0 }) {
      steps.append(
        NextStep(says: "See every difference, one a line", command: "kedge audit show \(report.run) --all"))
      // Who has just repaired, or planned to, is told by that what is left to do.
      if mendable > 0, report.repair == nil, report.plannedRepairs == nil {
        steps.append(
          NextStep(says: "Write down what a repair would change", command: "kedge audit --plan repair.jsonl"))
        steps.append(
          NextStep(says: "Read the plan, then carry it out", command: "kedge audit --apply repair.jsonl"))
      }
      if orphans > 0 {
        steps.append(
          NextStep(
            says: "See what cleaning orphans as the mapping says would change",
            command: "kedge clean"))
        steps.append(NextStep(says: "Clean them", command: "kedge clean --apply"))
      }
      if duplicates > 0 {
        steps.append(NextStep(says: "Decide in the source which of several records with one key stays"))
      }
    }
    if report.ownership.contains(where: \.isDrift) {
      steps.append(NextStep(says: "Ownership: each finding says what to do about it"))
    }
    if sum(\.quarantined) > 0 {
      steps.append(NextStep(says: "See what waits in quarantine, and why", command: "kedge quarantine list"))
    }
    if report.hasDrift && report.entities.contains(where: { $0.bound != nil }) {
      steps.append(NextStep(says: "Look at every record, not only at a sample", command: "kedge audit"))
    }
    if !report.isComplete {
      steps.append(NextStep(says: "Go on where the time budget ended: run the same command again"))
    }
    return steps
  }
}
