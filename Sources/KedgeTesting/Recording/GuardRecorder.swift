public import Guardrails
internal import Synchronization

/// A guard for tests, in place of the real one: it decides as that one does, by the mapping's own plan, and writes down every
/// write with the line that asked for it.
///
/// Any number of them may be in use at once, each by any number of threads.
public final class GuardRecorder: Sendable {
  /// What becomes of a wrong write.
  public enum Manner: Sendable {
    /// It is refused, unless the entity is only observed: as in production.
    case enforce
    /// It is written down and goes ahead, so that one test finds all of them.
    case observe
  }

  /// What is declared.
  public let mappings: OwnershipMap
  private let manner: Manner
  private let recorded = Mutex<[RecordedWrite]>([])

  /// The recorder of the running task, for code that isn't handed one.
  @TaskLocal public static var current: GuardRecorder?

  public init(_ mappings: OwnershipMap, manner: Manner = .enforce) {
    self.mappings = mappings
    self.manner = manner
  }

  /// Every write so far, in its order.
  public var writes: [RecordedWrite] { recorded.withLock { $0 } }

  /// Asks whether a write may go ahead.
  ///
  /// - Parameters:
  ///   - writer: the repository or role that writes.
  ///   - fence: the epoch that the writer knows.
  /// - Throws: ``RefusedWrite`` for one that may not.
  public func authorize(
    _ operation: WriteOperation, _ entity: String, in store: String, writer: String? = nil, fence: Int? = nil,
    fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) throws(RefusedWrite) {
    let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
    try record(operation, entity, in: store, writer: writer, fence: fence, at: place)
  }

  /// The same, for a place that is known already.
  public func record(
    _ operation: WriteOperation, _ entity: String, in store: String, writer: String?, fence: Int?,
    at place: TestPlace
  ) throws(RefusedWrite) {
    let decision = mappings.plan.decide(
      entity: entity, store: store, operation: operation.rawValue, writer: writer, fence: fence)
    let write = RecordedWrite(
      entity: entity, store: store, operation: operation, writer: writer, fence: fence, decision: decision,
      place: place)
    recorded.withLock { $0.append(write) }
    if decision.isAllowed || manner == .observe { return }
    throw RefusedWrite(write: write, description: explain(write))
  }

  /// Why a write is wrong, what is declared, where, and what to do.
  func explain(_ write: RecordedWrite) -> String {
    let plan = mappings.plan
    let start = "\(write.words) is refused (\(write.decision.reason.rawValue)): "
    guard let index = plan.entity(named: write.entity) else {
      return start + "no entity has this name. Declared are \(mappings.entityNames)."
    }
    let entity = plan.entities[index]
    let declared = mappings.declaration(of: entity)
    guard plan.store(named: write.store) != nil else {
      let stores = plan.stores.map(\.name).joined(separator: ", ")
      return start + "no store has this name. Declared are \(stores)."
    }
    let owner = plan.ownerStore(of: index).map { plan.stores[$0].name }
    let phase = entity.phase.map { " in phase \($0)" } ?? ""
    let standing = "\(entity.name) is owned by \(owner ?? "nobody")\(phase), says \(declared)."
    switch write.decision.reason {
    case .unnamedWriter, .undeclaredWriter:
      return start + "\(declared) names the writers \(entity.writers.joined(separator: ", ")). Write through one of them, "
        + "or declare the new one there."
    case .staleFence, .futureFence, .missingFence:
      return start + "the fence is \(write.fence.map { "\($0)" } ?? "missing"), \(entity.name)'s phase began in epoch "
        + "\(entity.epoch), and the set is in epoch \(plan.epoch). Load the phases again before the write."
    default:
      return start + standing + (owner.map { " Write to \($0)." } ?? " Set its phase.")
    }
  }
}
