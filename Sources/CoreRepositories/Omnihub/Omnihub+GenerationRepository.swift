internal import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// What users had generated: table `generations`. New ones come from ``CreditRepository``, which reserves what they cost.
  public struct GenerationRepository: Sendable {
    /// A generation with key and times.
    public typealias Record = Stored<Generation, UUID>
    private let gate: CoreGate<Entities.Generations>

    /// The repository in a context.
    public init(_ core: CoreContext) { gate = CoreGate(core, as: "generations") }

    private var columns: String { GenerationForm.columns(gate.backend) }

    /// The generation with this key.
    public func find(_ id: UUID) async throws -> Record? {
      try await gate.reading.selectOne(
        "\(columns) FROM generations WHERE \(GenerationForm.isKey(gate.backend, 1))", [id]
      ).map(GenerationForm.record)
    }

    /// A user's gallery, the newest first.
    ///
    /// - Parameter status: only those that have come so far; nil for all.
    public func page(
      ofUser user: Int, status: GenerationStatus? = nil, after cursor: PageCursor? = nil, limit: Int = 50
    ) async throws -> Page<Record> {
      let limit = min(max(limit, 1), 1000)
      let isPostgres = gate.backend == .postgres
      var condition = "user_id = $1"
      var values: [(any DatabaseEncodable)?] = [user]
      if let status {
        values.append(status)
        condition +=
          isPostgres
          ? " AND status = $2" : " AND CASE status WHEN 'done' THEN 'completed' ELSE status END = $2"
      }
      let key = isPostgres ? "id" : "lower(id)"
      if let cursor {
        guard let id = UUID(uuidString: cursor.key) else { throw RepositoryError.invalidCursor }
        condition +=
          " AND (created_at, \(key)) < ($\(values.count + 1)\(isPostgres ? "::timestamptz" : ""), $\(values.count + 2))"
        values += [GenerationForm.created(cursor.time, gate.backend), id]
      }
      let rows = try await gate.reading.select(
        "\(columns) FROM generations WHERE \(condition) ORDER BY created_at DESC, \(isPostgres ? "generations.id" : "lower(generations.id)") DESC LIMIT \(limit + 1)",
        values
      ).map(GenerationForm.record)
      return Page(
        items: Array(rows.prefix(limit)),
        next: rows.count > limit
          ? PageCursor(rows[limit - 1].createdAt, rows[limit - 1].id.uuidString.lowercased()) : nil)
    }

    /// Takes a finished generation out of the gallery.
    ///
    /// - Returns: whether it was there and over.
    @discardableResult
    public func delete(_ id: UUID) async throws -> Bool {
      try await gate.write(.delete) { transaction in
        try await transaction.run(
          "DELETE FROM generations WHERE \(GenerationForm.isKey(gate.backend, 1)) AND status NOT IN ('pending', 'running')",
          [id]) > 0
      }
    }
  }
}
