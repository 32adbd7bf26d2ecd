/// Something that goes against what a mapping set declares.
public struct OwnershipViolation: Sendable, Hashable {
  /// Which rule: `owner`, `unowned`, `claimed_twice`, `undeclared`, `write`, `refusal`, `crossing` or `baseline`.
  public var rule: String
  /// What it is about, without a line number: an entity, a collection, a writer. It tells violations of one file apart.
  public var subject: String
  /// Sentences that say what is wrong and what to do.
  public var message: String
  public var place: TestPlace

  public init(rule: String, subject: String, message: String, place: TestPlace) {
    self.rule = rule
    self.subject = subject
    self.message = message
    self.place = place
  }
}

/// Tells a test what it has violated, but for what its baseline knows already.
///
/// - Parameters:
///   - check: the name under which the baseline keeps the violations.
///   - place: where the expectation stands.
/// - Returns: whether the expectation is met.
@discardableResult
func settle(
  _ violations: [OwnershipViolation], check: String, baseline: OwnershipBaseline?, at place: TestPlace
) -> Bool {
  let failures = baseline?.failures(of: violations, check: check, at: place) ?? violations
  let reporter = Reporting.reporter
  for failure in failures { reporter.report(failure.message, at: failure.place) }
  return failures.isEmpty
}
