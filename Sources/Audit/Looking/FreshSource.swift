internal import Backfill
internal import Mapping
internal import RecordSources

/// Sessions that see a source as it is now. A SQLite session keeps the snapshot that it was opened with, so that each look
/// opens another one; a MongoDB session sees every write, and is kept.
final class FreshSource {
  private let source: any RecordSource
  private let entity: String
  private var kept: (any SourceSession)?

  init(_ plan: EntityPlan, context: BackfillContext) throws {
    source = try context.source(of: plan)
    entity = plan.entity.name
  }

  /// Whether sessions are replaced, and with them what was made for one.
  var isReplaced: Bool { source.kind != .mongo }

  func session() throws -> any SourceSession {
    if let kept, !isReplaced { return kept }
    guard let opened = try source.openSessions(1).take() else {
      throw SourceProblem(entity: entity, message: "the source gave no session")
    }
    kept = opened
    return opened
  }
}
