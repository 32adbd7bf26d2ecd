import Guardrails
import Postgres

/// Users live in Postgres: their entity is in phase `core`.
public struct UserRepository {
  let connection: PostgresConnection
  let guardrails: any GuardrailsProvider

  public init(_ connection: PostgresConnection, by guardrails: any GuardrailsProvider) {
    self.connection = connection
    self.guardrails = guardrails
  }

  public func add(id: String, email: String) throws {
    try guardrails.current.authorize(.insert, "users", in: "core", as: "UserRepository")
    try connection.execute("INSERT INTO core.users (id, email) VALUES ($1, $2)", [.text(id), .text(email)])
  }

  public func count() throws -> Int {
    try Int(connection.query("SELECT count(*) FROM core.users").first?[0] ?? "") ?? 0
  }
}
