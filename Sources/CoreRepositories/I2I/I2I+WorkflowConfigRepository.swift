internal import Guardrails

extension I2I {
  /// Ways to process images: table `workflow_configs`.
  public struct WorkflowConfigRepository: Sendable {
    /// A workflow with key and times.
    public typealias Record = Stored<WorkflowConfig, String>
    private let table: RecordTable<Entities.WorkflowConfigs, WorkflowConfig, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "WorkflowConfigRepository",
        RecordLayout(table: "public.workflow_configs", entity: "workflow_configs"))
    }

    /// The workflow with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// Those that jobs may use, by key.
    public func enabled() async throws -> [Record] { try await table.all("WHERE enabled ORDER BY id") }

    /// All of them, by key.
    public func all() async throws -> [Record] { try await table.all("ORDER BY id") }

    /// Adds a workflow, or writes over the one with this key.
    public func upsert(_ id: String, _ workflow: WorkflowConfig) async throws -> Record {
      try await table.upsert(workflow, by: ["id"], id: id)
    }

    /// Writes a workflow that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ workflow: Record) async throws -> Record { try await table.update(workflow) }

    /// Lets jobs use it, or not.
    public func setEnabled(_ isEnabled: Bool, _ id: String) async throws -> Record {
      try await table.set("enabled = $1", [isEnabled], of: id)
    }

    /// Deletes a workflow. Refused by the database while a job has used it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }
}
