public import Guardrails

/// Expects that a block tries a write which the mapping refuses for this reason.
///
/// The recorder refuses it as the real guard does. It doesn't matter whether the block lets the error through.
///
/// - Throws: what else the block throws.
/// - Returns: whether it was refused. If not, the test has failed at the caller's line.
@discardableResult
public func expectRefused(
  _ reason: GuardReason, in mappings: OwnershipMap, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column,
  _ body: (GuardRecorder) throws -> Void
) throws -> Bool {
  let recorder = GuardRecorder(mappings, filePath: filePath)
  do {
    try GuardRecorder.$ofTask.withValue(recorder) { try body(recorder) }
  } catch is GuardRefusal {
    // It was written down, which is what counts.
  }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settleRefusal(reason, recorder, place)
}

/// Expects that a block tries a write which the mapping refuses for this reason.
///
/// The recorder refuses it as the real guard does. It doesn't matter whether the block lets the error through.
///
/// - Throws: what else the block throws.
/// - Returns: whether it was refused. If not, the test has failed at the caller's line.
@discardableResult
public func expectRefused(
  _ reason: GuardReason, in mappings: OwnershipMap, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column,
  _ body: (GuardRecorder) async throws -> Void
) async throws -> Bool {
  let recorder = GuardRecorder(mappings, filePath: filePath)
  do {
    try await GuardRecorder.$ofTask.withValue(recorder) { try await body(recorder) }
  } catch is GuardRefusal {
    // It was written down, which is what counts.
  }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settleRefusal(reason, recorder, place)
}

private func settleRefusal(_ reason: GuardReason, _ recorder: GuardRecorder, _ place: TestPlace) -> Bool {
  let refused = recorder.writes.filter { !$0.decision.isAllowed }
  if refused.contains(where: { $0.decision.reason == reason }) { return true }
  let seen = recorder.writes.map { "\($0.words) at \($0.place): \($0.decision.reason.rawValue)" }
  Reporting.reporter.report(
    "No write was refused as \(reason.rawValue). "
      + (seen.isEmpty
        ? "The block asked for no write at all."
        : "The block's writes were: \(seen.joined(separator: "; "))."),
    at: place)
  return false
}
