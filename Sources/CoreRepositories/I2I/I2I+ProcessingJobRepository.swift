public import Database
public import Foundation
internal import Guardrails

extension I2I {
  /// Images that are made from others: table `processing_jobs`.
  ///
  /// A job goes from pending to processing to completed, failed or canceled, and never back.
  public struct ProcessingJobRepository: Sendable {
    /// A job with key and times.
    public typealias Record = Stored<ProcessingJob, UUID>
    private let table: RecordTable<Entities.ProcessingJobs, ProcessingJob, UUID>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "ProcessingJobRepository",
        RecordLayout(table: "public.processing_jobs", entity: "processing_jobs"))
    }

    /// The job with this key.
    public func find(_ id: UUID) async throws -> Record? { try await table.find(id) }

    /// The job that the service calls so.
    public func find(externalJobID: String) async throws -> Record? {
      try await table.find(where: "external_job_id = $1", [externalJobID])
    }

    /// A user's jobs, the newest first.
    public func page(ofUser user: UUID, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit) {
        UUID(uuidString: $0)
      }
    }

    /// Jobs that wait or run, the oldest first.
    public func open(_ status: JobStatus = .pending, limit: Int = 100) async throws -> [Record] {
      guard status == .pending || status == .processing else { return [] }
      return try await table.all(
        "WHERE status = '\(status.rawValue)' AND status IN ('pending', 'processing')"
          + " ORDER BY created_at, id LIMIT \(min(max(limit, 1), 1000))")
    }

    /// Asks for an image: by a workflow that is enabled, from an image of the same user that is there. What the workflow has as
    /// parameters stands where `parameters` says nothing.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `wrongState`.
    public func create(user: UUID, workflow: String, original: UUID, parameters: JSONText = JSONText("{}"))
      async throws -> Record
    {
      try await table.gate.write(.insert) { transaction in
        let config = try await transaction.one(
          "SELECT enabled FROM workflow_configs WHERE id = $1 FOR SHARE", [workflow])
        guard let config else { throw RepositoryError.notFound(entity: "workflow_configs", key: workflow) }
        guard try config["enabled"] else {
          throw RepositoryError.wrongState(
            entity: "workflow_configs", key: workflow, state: "disabled", action: "used")
        }
        let image = try await transaction.one(
          "SELECT status FROM images WHERE id = $1 AND user_id = $2 FOR SHARE", [original, user])
        guard let image else { throw RepositoryError.notFound(entity: "images", key: "\(original)") }
        let status: ImageStatus = try image["status"]
        guard status == .ready else {
          throw RepositoryError.wrongState(
            entity: "images", key: "\(original)", state: status.rawValue, action: "processed")
        }
        let row = try await transaction.one(
          "INSERT INTO processing_jobs (user_id, workflow_name, parameters, original_image_id)"
            + " SELECT $1, id, default_parameters || $2::jsonb, $3 FROM workflow_configs WHERE id = $4"
            + " RETURNING \(table.columns)", [user, parameters, original, workflow])
        return try table.record(row)
      }
    }

    /// Notes that the service has taken it.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `wrongState`.
    public func start(_ id: UUID, externalJobID: String) async throws -> Record {
      try await move(
        id, "status = 'processing', external_job_id = $1, started_at = clock_timestamp()", [externalJobID],
        from: [.pending], "started")
    }

    /// Notes the result, an image of the same user.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `wrongState`.
    public func complete(_ id: UUID, result: UUID) async throws -> Record {
      try await move(
        id,
        "status = 'completed', result_image_id = (SELECT i.id FROM images AS i WHERE i.id = $1 AND i.user_id ="
          + " processing_jobs.user_id), completed_at = clock_timestamp()", [result], from: [.processing],
        "completed"
      ) { record in
        // An image of somebody else's is as good as none; the job stays as it was.
        guard record.resultImageID != nil else {
          throw RepositoryError.notFound(entity: "images", key: "\(result)")
        }
      }
    }

    /// Notes why there is none.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `wrongState`.
    public func fail(_ id: UUID, error: String) async throws -> Record {
      try await move(
        id, "status = 'failed', error = $1, completed_at = clock_timestamp()", [error], from: [.processing],
        "failed")
    }

    /// Takes it back before its end.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `wrongState`.
    public func cancel(_ id: UUID) async throws -> Record {
      try await move(
        id, "status = 'canceled', completed_at = clock_timestamp()", [], from: [.pending, .processing],
        "canceled")
    }

    /// Deletes a job.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: UUID) async throws -> Bool { try await table.delete(id) }

    private func move(
      _ id: UUID, _ assignments: String, _ values: [(any DatabaseEncodable)?], from: [JobStatus],
      _ action: String,
      _ check: (Record) throws -> Void = { _ in }
    ) async throws -> Record {
      let states = from.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      let sql =
        "UPDATE processing_jobs SET \(assignments) WHERE id = $\(values.count + 1) AND status IN (\(states))"
        + " RETURNING \(table.columns)"
      return try await table.gate.write(.update) { transaction in
        if let row = try await transaction.one(sql, values + [id]) {
          let record = try table.record(row)
          try check(record)
          return record
        }
        let found = try await transaction.one("SELECT status FROM processing_jobs WHERE id = $1", [id])
        guard let found else { throw RepositoryError.notFound(entity: "processing_jobs", key: "\(id)") }
        throw RepositoryError.wrongState(
          entity: "processing_jobs", key: "\(id)", state: try found["status"], action: action)
      }
    }
  }
}
