internal import Database
internal import Guardrails

extension Sendfx {
  /// Where people work together: `core.workspaces`, and their domains in `core.workspace_domains`.
  public struct WorkspaceRepository: Sendable {
    /// A workspace with key and times.
    public typealias Record = Stored<Workspace, String>
    private let table: RecordTable<Entities.Workspaces, Workspace, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "WorkspaceRepository", RecordLayout(table: "core.workspaces", entity: "workspaces"))
    }

    /// The workspace with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// The workspace with this part of URLs.
    public func find(slug: String) async throws -> Record? {
      try await table.find(where: "slug = $1", [slug.lowercased()])
    }

    /// All workspaces, the newest first.
    ///
    /// - Parameter owner: only those of this user; nil for all.
    public func page(ofOwner owner: String? = nil, after cursor: PageCursor? = nil, limit: Int = 50)
      async throws
      -> Page<Record>
    {
      guard let owner else { return try await table.page(after: cursor, limit: limit) }
      return try await table.page(where: "owner_id = $1", [owner], after: cursor, limit: limit)
    }

    /// The workspaces that a user is an active member of, by name.
    public func all(ofMember user: String) async throws -> [Record] {
      try await table.all(
        "WHERE id IN (SELECT workspace_id FROM core.workspace_members WHERE user_id = $1 AND status = 'active')"
          + " ORDER BY name, id", [user])
    }

    /// Makes a workspace.
    ///
    /// - Throws: a `DatabaseError` of kind `uniqueViolation` where the slug is taken.
    public func create(_ workspace: Workspace) async throws -> Record {
      try await table.create(Self.normalized(workspace))
    }

    /// Writes a workspace that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ workspace: Record) async throws -> Record {
      var workspace = workspace
      workspace.content = Self.normalized(workspace.content)
      return try await table.update(workspace)
    }

    /// Makes the workspace, or writes over the one that has the same slug.
    public func upsert(_ workspace: Workspace) async throws -> Record {
      try await table.upsert(Self.normalized(workspace), by: ["slug"])
    }

    /// Deletes a workspace with its members, billing accounts, counters and usage.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    /// Its domains, in order.
    public func domains(of id: String) async throws -> [String] {
      try await table.gate.reading.select(
        "domain FROM core.workspace_domains WHERE workspace_id = $1 AND domain IS NOT NULL ORDER BY position",
        [id]
      ).map { try $0["domain"] }
    }

    /// Writes all of its domains anew, in lower case.
    public func setDomains(_ domains: [String], of id: String) async throws {
      try await table.gate.write(.update) { transaction in
        // The workspace's row is the lock: two who write at once don't mix.
        guard try await transaction.one("SELECT 1 FROM core.workspaces WHERE id = $1 FOR UPDATE", [id]) != nil
        else {
          throw RepositoryError.notFound(entity: "workspaces", key: id)
        }
        try await transaction.run("DELETE FROM core.workspace_domains WHERE workspace_id = $1", [id])
        try await transaction.run(
          "INSERT INTO core.workspace_domains (workspace_id, position, domain)"
            + " SELECT $1, place - 1, lower(btrim(domain)) FROM unnest($2::text[]) WITH ORDINALITY AS d (domain, place)",
          [id, TextArray(domains)])
      }
    }

    private static func normalized(_ workspace: Workspace) -> Workspace {
      var workspace = workspace
      workspace.name = InputText.trimmed(workspace.name)
      workspace.slug = workspace.slug.lowercased()
      workspace.brandColor = workspace.brandColor?.lowercased()
      return workspace
    }
  }
}
