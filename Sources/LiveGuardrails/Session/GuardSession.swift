public import Guardrails
public import Postgres

/// How a session of Postgres says who writes and which fence it carries, so that the triggers which `kedge guard install` puts
/// there decide as the library does. Both settings end with the transaction.
///
/// For example, with Kedge's own connection, and with any other driver:
/// ```swift
/// try connection.transaction {
///   try live.session(writer: "UserRepository").announce(on: connection)
///   …
/// }
/// driver.execute(live.session(writer: "UserRepository").statement)
/// ```
public struct GuardSession: Sendable, Equatable {
  /// Who writes; nil where the session's role speaks for itself.
  public let writer: String?
  /// The epoch that the writer knows; nil where it says none.
  public let fence: Int?

  /// - Parameters:
  ///   - writer: who writes; nil where the session's role speaks for itself.
  ///   - fence: the epoch that the writer knows; nil where it says none.
  public init(writer: String?, fence: Int?) {
    self.writer = writer
    self.fence = fence
  }

  /// The statements as text, quoted; empty where there is nothing to say. Run them inside the transaction that writes: outside
  /// of one they have no effect.
  public var statement: String {
    var statements: [String] = []
    if let writer { statements.append("SET LOCAL kedge.writer = \(quoteLiteral(writer))") }
    if let fence { statements.append("SET LOCAL kedge.fence = \(quoteLiteral("\(fence)"))") }
    return statements.joined(separator: "; ")
  }

  /// The same as a query with the parameters `$1` and `$2`, for drivers that send values apart from statements. A setting that
  /// isn't said is empty, which counts as none.
  public static let query = "SELECT set_config('kedge.writer', $1, true), set_config('kedge.fence', $2, true)"

  /// What ``query`` takes.
  public var parameters: [String] { [writer ?? "", fence.map { "\($0)" } ?? ""] }

  /// Says it on a connection, in the transaction that is open there.
  ///
  /// - Throws: `PostgresError`, also where no transaction is open.
  public func announce(on connection: PostgresConnection) throws {
    guard connection.isInTransaction else {
      throw PostgresError(
        .usage,
        "The writer and its fence hold for one transaction, and none is open; announce them inside of it.")
    }
    let statement = statement
    if !statement.isEmpty { try connection.execute(statement) }
  }
}

extension GuardrailsProvider {
  /// What a session says that writes by the phases which are known now.
  public func session(writer: String?) -> GuardSession { GuardSession(writer: writer, fence: current.epoch) }
}

extension UnitOfWork {
  /// What a session says that writes for this unit of work.
  public func session(writer: String?) -> GuardSession { GuardSession(writer: writer, fence: fence) }
}
