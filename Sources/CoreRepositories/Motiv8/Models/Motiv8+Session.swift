internal import Database
public import Foundation

extension Motiv8 {
  /// That somebody is logged in. Its key is the token that they show.
  public struct Session: Sendable, Equatable {
    /// Who it is.
    public var userID: Int
    /// The address that they came from, IPv4 or IPv6.
    public var ip: String?
    /// What their program calls itself.
    public var userAgent: String?
    /// The first instant at which it holds no more.
    public var expiresAt: Date

    /// From its parts.
    public init(userID: Int, ip: String? = nil, userAgent: String? = nil, expiresAt: Date) {
      self.userID = userID
      self.ip = ip
      self.userAgent = userAgent
      self.expiresAt = expiresAt
    }
  }
}

extension Motiv8.Session: RecordContent {
  static let columns = ["user_id", "ip", "user_agent", "expires_at"]

  var values: [DatabaseValue] {
    [userID.databaseValue, ip.databaseValue, userAgent.databaseValue, expiresAt.databaseValue]
  }

  init(row: Row) throws {
    let ip: String? = try row["ip"]
    self.init(
      userID: try row["user_id"], ip: ip.map { InternetAddress.normalized($0) ?? $0 },
      userAgent: try row["user_agent"], expiresAt: try row["expires_at"])
  }
}
