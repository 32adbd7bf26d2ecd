internal import Database
internal import Foundation
internal import Guardrails

extension Motiv8 {
  /// Who is logged in: table `sessions`. What has expired by the context's clock is never found, deleted or not.
  public struct SessionRepository: Sendable {
    /// A session with its token and the time when it began.
    public typealias Record = Stored<Session, String>
    /// One statement over the index `sessions_by_end`.
    static let expiredDeletion = "DELETE FROM sessions WHERE expires_at <= $1"
    private let table: RecordTable<Entities.Sessions, Session, String>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "SessionRepository", Motiv8.sessions)
      clock = core.clock
    }

    /// The session of this token, if it holds now.
    public func find(_ token: String) async throws -> Record? {
      try await table.find(where: "token = $1 AND sessions.expires_at > $2", [token, end(clock.now)])
    }

    /// A user's sessions that hold now, the newest first. There are few, and no pages: a cursor would show a token.
    public func all(ofUser user: Int) async throws -> [Record] {
      try await table.all(
        "WHERE user_id = $1 AND sessions.expires_at > $2 ORDER BY sessions.created_at DESC, token",
        [user, end(clock.now)])
    }

    /// Begins a session, under a new token that nobody can guess.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for a session that is over already, or an address that is none.
    public func create(_ session: Session) async throws -> Record {
      let now = clock.now
      guard session.expiresAt > now else {
        throw RepositoryError.invalid(
          entity: "sessions", column: "expires_at", rule: "it has to be later than now")
      }
      var session = session
      session.ip = try session.ip.flatMap { ip in
        if InputText.trimmed(ip).isEmpty { return nil }
        guard let address = InternetAddress.normalized(ip) else {
          throw RepositoryError.invalid(
            entity: "sessions", column: "ip", rule: "it has to be an IPv4 or IPv6 address")
        }
        return address
      }
      return try await table.create(session, id: Self.newToken(), createdAt: now)
    }

    /// Ends a session.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func delete(_ token: String) async throws -> Bool { try await table.delete(token) }

    /// Deletes what has expired, with one statement.
    ///
    /// - Returns: how many.
    @discardableResult
    public func deleteExpired() async throws -> Int {
      try await table.gate.write(.delete) { transaction in
        try await transaction.run(Self.expiredDeletion, [end(clock.now)])
      }
    }

    private func end(_ time: Date) -> DatabaseValue { table.value("expires_at", time) }

    /// 43 characters, as Python's `token_urlsafe` makes them from 32 bytes.
    private static func newToken() -> String {
      var random = SystemRandomNumberGenerator()
      let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
    }
  }
}
