internal import Database

extension Sendfx {
  /// Who may do what in which workspace: `core.workspace_members`.
  public struct WorkspaceMemberRepository: Sendable {
    /// A membership with key and times.
    public typealias Record = Stored<WorkspaceMember, String>
    private let table: RecordTable<Entities.WorkspaceMembers, WorkspaceMember, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "WorkspaceMemberRepository",
        RecordLayout(table: "core.workspace_members", entity: "workspace_members"))
    }

    /// The membership with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// A user's membership in a workspace. Where older data has several, the oldest.
    public func find(user: String, in workspace: String) async throws -> Record? {
      try await table.all(
        "WHERE workspace_id = $1 AND user_id = $2 ORDER BY created_at, id LIMIT 1", [workspace, user]
      ).first
    }

    /// The members of a workspace, the newest first.
    public func page(ofWorkspace workspace: String, after cursor: PageCursor? = nil, limit: Int = 50)
      async throws
      -> Page<Record>
    {
      try await table.page(where: "workspace_id = $1", [workspace], after: cursor, limit: limit)
    }

    /// A user's memberships of one status.
    public func all(ofUser user: String, status: MemberStatus = .active) async throws -> [Record] {
      try await table.all("WHERE user_id = $1 AND status = $2 ORDER BY created_at, id", [user, status])
    }

    /// Adds a member.
    public func create(_ member: WorkspaceMember) async throws -> Record { try await table.create(member) }

    /// Writes a membership that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ member: Record) async throws -> Record { try await table.update(member) }

    /// Adds a member, or writes over the membership that the user has in the workspace already. However many ask at once, one comes of it.
    public func upsert(_ member: WorkspaceMember) async throws -> Record {
      try await table.upsert(
        member, where: "workspace_id = $1 AND user_id = $2", [member.workspaceID, member.userID])
    }

    /// Takes a member out.
    ///
    /// - Returns: whether they were there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }
  }
}
