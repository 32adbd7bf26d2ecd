/// Why something asked of Postgres failed.
///
/// For example:
/// ```swift
/// do {
///   try connection.execute("INSERT INTO users VALUES (1)")
/// } catch let error as PostgresError where error.sqlState == "23505" {
///   print("There already is a user 1.")
/// }
/// ```
///
/// ``description`` holds no password and no data value; ``expandedDescription`` holds values.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// Who found the fault. More cases may come.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case connection, server, protocolViolation, usage }
    private let kind: Kind

    /// No connection could be made, or the one that was is gone.
    public static let connection = Code(kind: .connection)
    /// The server refused a statement; ``PostgresError/sqlState`` says why.
    public static let server = Code(kind: .server)
    /// The server or libpq answered with something that wasn't expected here.
    public static let `protocol` = Code(kind: .protocolViolation)
    /// The caller asked for something that can't be done: a malformed URL, a value with NUL, a forgotten COPY.
    public static let usage = Code(kind: .usage)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// Who found the fault.
  public var code: Code
  /// The five characters that name the server's error (`23505`), from the manual's appendix A. Absent if it isn't
  /// the server that complained.
  public var sqlState: String?
  /// The server's primary message, or our own. In errors of class 22 (data exceptions) it may quote a data value.
  public var message: String
  /// The server's detail. It holds data values.
  public var detail: String?
  /// The server's advice.
  public var hint: String?
  /// Where the server was: for COPY the table, line and column, with the column's value.
  public var context: String?
  /// The schema of the table that the error is about.
  public var schema: String?
  /// The table that the error is about.
  public var table: String?
  /// The column that the error is about.
  public var column: String?
  /// The constraint that was violated.
  public var constraint: String?
  /// Where in the SQL the error is, in characters from 1.
  public var sqlPosition: Int?
  /// Whether a connection that had been made was lost. What was being committed may or may not have been.
  public var isConnectionLost: Bool
  /// Whether a connection can't be made before a person has changed something.
  var needsPerson = false

  /// An error that isn't the server's: of usage, of protocol, of connection.
  ///
  /// - Parameters:
  ///   - code: who found the fault.
  ///   - message: one or more sentences that say what to do, without passwords and data values.
  public init(_ code: Code, _ message: String, hint: String? = nil, isConnectionLost: Bool = false) {
    self.code = code
    self.message = message
    self.hint = hint
    self.isConnectionLost = isConnectionLost
  }
}
