public import Guardrails
internal import Mapping
internal import Synchronization

/// Guardrails for tests, in place of the real ones: they decide as those do, by the mapping's own plan, and every write is
/// written down with the line that asked for it.
///
/// Hand it to whatever takes a `GuardrailsProvider`. Any number of recorders may be in use at once, each by any number of threads.
public final class GuardRecorder: GuardrailsProvider {
  /// What becomes of a wrong write.
  public enum Manner: Sendable {
    /// It is refused, unless the entity is only observed: as in production.
    case enforce
    /// It is written down and goes ahead, so that one test finds all of them. What nobody has declared is refused all the same.
    case observe
  }

  /// What is declared.
  public let mappings: OwnershipMap
  private let guardrails: Guardrails
  private let log: Log

  /// What has been seen. Apart from the recorder, which the guardrails' witness must not keep alive.
  private final class Log: Sendable {
    let writes = Mutex<[RecordedWrite]>([])
  }

  /// The recorder of the running task, for code that isn't handed one.
  @TaskLocal public static var ofTask: GuardRecorder?

  /// - Parameters:
  ///   - manner: what becomes of a wrong write.
  ///   - filePath: a file of the package in which the sources of writes are looked for.
  public init(_ mappings: OwnershipMap, manner: Manner = .enforce, filePath: String = #filePath) {
    self.mappings = mappings
    var plan = mappings.plan
    if manner == .observe {
      for index in plan.entities.indices where plan.entities[index].mode == .enforce {
        plan.entities[index].mode = .observe
      }
    }
    let log = Log()
    self.log = log
    let declared = mappings.plan
    let folder = TestPlace(fileID: "", filePath: filePath, line: 1, column: 1).packageFolder
    let observations = GuardObservations(witness: { seen in
      log.writes.withLock {
        $0.append(
          RecordedWrite(
            entity: seen.entity, store: seen.store, operation: seen.operation, writer: seen.writer,
            fence: seen.fence, decision: seen.decision,
            explanation: declared.explanation(of: seen.decision.reason, for: seen.request).description,
            place: SourceFiles.place(fileID: seen.fileID, line: seen.line, below: folder)))
      }
    })
    guardrails = Guardrails(plan, observations: observations)
  }

  /// The guardrails that the code under test asks.
  public var current: Guardrails { guardrails }

  /// Every write so far, in its order.
  public var writes: [RecordedWrite] { log.writes.withLock { $0 } }

  /// Asks whether a write may go ahead.
  ///
  /// - Parameters:
  ///   - writer: the repository or role that writes.
  ///   - fence: the epoch that the writer knows.
  /// - Throws: `GuardRefusal` for one that may not.
  public func authorize(
    _ operation: WriteOperation, _ entity: String, in store: String, as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try guardrails.authorize(
      operation, entity, in: store, as: writer, fence: fence, fileID: fileID, line: line)
  }
}
