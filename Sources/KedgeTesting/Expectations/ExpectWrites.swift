public import Mapping

// Each expectation is there twice: for blocks that wait (`async`), and for those that don't.

/// Expects that a block writes only data of this owner, and nothing that the mapping refuses.
///
/// The block writes through the recorder that it is handed, or through ``GuardRecorder/ofTask``. No write is refused
/// meanwhile, so that one run finds all of them; each wrong one fails the test at its own line.
@discardableResult
public func expectWritesOnly(
  _ owner: Entity.Owner, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) throws -> Void
) rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try GuardRecorder.$ofTask.withValue(recorder) { try body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.outside(owner, recorder), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes only data of this owner, and nothing that the mapping refuses.
///
/// The block writes through the recorder that it is handed, or through ``GuardRecorder/ofTask``. No write is refused
/// meanwhile, so that one run finds all of them; each wrong one fails the test at its own line.
@discardableResult
public func expectWritesOnly(
  _ owner: Entity.Owner, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) async throws -> Void
) async rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try await GuardRecorder.$ofTask.withValue(recorder) { try await body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.outside(owner, recorder), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes only to this store, and nothing that the mapping refuses.
///
/// - Parameter store: the store's name, or its kind's word where the set has one store of that kind.
@discardableResult
public func expectWritesOnly(
  to store: String, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) throws -> Void
) rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try GuardRecorder.$ofTask.withValue(recorder) { try body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.outside(store: store, recorder), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes only to this store, and nothing that the mapping refuses.
///
/// - Parameter store: the store's name, or its kind's word where the set has one store of that kind.
@discardableResult
public func expectWritesOnly(
  to store: String, in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) async throws -> Void
) async rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try await GuardRecorder.$ofTask.withValue(recorder) { try await body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.outside(store: store, recorder), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes to one store alone: no crossing of the boundary.
@discardableResult
public func expectNoCrossing(
  in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) throws -> Void
) rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try GuardRecorder.$ofTask.withValue(recorder) { try body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.crossings(recorder), check: check, baseline: baseline, at: place)
}

/// Expects that a block writes to one store alone: no crossing of the boundary.
@discardableResult
public func expectNoCrossing(
  in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) async throws -> Void
) async rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try await GuardRecorder.$ofTask.withValue(recorder) { try await body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.crossings(recorder), check: check, baseline: baseline, at: place)
}

/// Expects that the mapping refuses none of a block's writes; each that it refuses fails the test at its own line.
@discardableResult
public func expectNothingRefused(
  in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) throws -> Void
) rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try GuardRecorder.$ofTask.withValue(recorder) { try body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.refused(recorder), check: check, baseline: baseline, at: place)
}

/// Expects that the mapping refuses none of a block's writes; each that it refuses fails the test at its own line.
@discardableResult
public func expectNothingRefused(
  in mappings: OwnershipMap, check: String = #function,
  baseline: OwnershipBaseline? = nil, fileID: String = #fileID, filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column, _ body: (GuardRecorder) async throws -> Void
) async rethrows -> Bool {
  let recorder = GuardRecorder(mappings, manner: .observe, filePath: filePath)
  try await GuardRecorder.$ofTask.withValue(recorder) { try await body(recorder) }
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  return settle(JudgeWrites.refused(recorder), check: check, baseline: baseline, at: place)
}
