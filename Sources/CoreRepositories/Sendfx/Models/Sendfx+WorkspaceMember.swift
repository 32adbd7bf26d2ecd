internal import Database
public import Foundation

extension Sendfx {
  /// Who may do what in which workspace.
  public struct WorkspaceMember: Sendable, Equatable {
    /// Where.
    public var workspaceID: String
    /// Who.
    public var userID: String
    /// What they may do.
    public var role: MemberRole
    /// Whether they may do it now.
    public var status: MemberStatus?
    /// What they may do beyond their role.
    public var permissions: [String]?
    /// Who asked them in.
    public var invitedBy: String?
    /// When they came.
    public var joinedAt: Date?

    /// From its parts.
    public init(
      workspaceID: String, userID: String, role: MemberRole, status: MemberStatus? = .active,
      permissions: [String]? = nil, invitedBy: String? = nil, joinedAt: Date? = nil
    ) {
      self.workspaceID = workspaceID
      self.userID = userID
      self.role = role
      self.status = status
      self.permissions = permissions
      self.invitedBy = invitedBy
      self.joinedAt = joinedAt
    }
  }
}

extension Sendfx.WorkspaceMember: RecordContent {
  static let columns = [
    "workspace_id", "user_id", "role", "status", "permissions", "invited_by", "joined_at",
  ]

  var values: [DatabaseValue] {
    [
      workspaceID.databaseValue, userID.databaseValue, role.databaseValue, status.databaseValue,
      permissions.map { TextArray($0) }.databaseValue, invitedBy.databaseValue, joinedAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      workspaceID: try row["workspace_id"], userID: try row["user_id"], role: try row["role"],
      status: try row["status"], permissions: try row["permissions", as: TextArray?.self]?.texts,
      invitedBy: try row["invited_by"], joinedAt: try row["joined_at"])
  }
}
