internal import CLibPQ

extension PostgresError {
  /// The error that a result holds.
  ///
  /// - Parameters:
  ///   - result: a result whose status is an error; stays the caller's.
  ///   - connection: asked whether it is still alive.
  init(result: OpaquePointer?, connection: OpaquePointer?) {
    func field(_ code: Int32) -> String? {
      PQresultErrorField(result, code).map { String(cString: $0) }
    }
    let state = field(kedge_diag_sqlstate)
    let lost = PQstatus(connection) == CONNECTION_BAD || Self.endsConnection(state)
    let fallback = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
    let message = field(kedge_diag_message) ?? Self.trimmed(fallback)
    self.init(
      lost ? .connection : state == nil ? .protocol : .server,
      message.isEmpty ? "the server gave no reason" : message, hint: field(kedge_diag_hint),
      isConnectionLost: lost)
    sqlState = state
    detail = field(kedge_diag_detail)
    context = field(kedge_diag_context)
    schema = field(kedge_diag_schema)
    table = field(kedge_diag_table)
    column = field(kedge_diag_column)
    constraint = field(kedge_diag_constraint)
    sqlPosition = field(kedge_diag_position).flatMap { Int($0) }
    func isOn(_ parameter: String) -> Bool {
      PQparameterStatus(connection, parameter).map { String(cString: $0) } == "on"
    }
    // The server reports both by itself since version 14.
    let ours = hintFromConnection(
      isStandby: isOn("in_hot_standby"), isReadOnlyByDefault: isOn("default_transaction_read_only"),
      role: PQuser(connection).map { String(cString: $0) } ?? "")
    if let ours { hint = ours }
  }

  /// The error that libpq reports for a connection when there is no result to ask.
  init(connection: OpaquePointer?) {
    let message = PQerrorMessage(connection).map { Self.trimmed(String(cString: $0)) } ?? ""
    let lost = PQstatus(connection) == CONNECTION_BAD
    self.init(
      lost ? .connection : .protocol, message.isEmpty ? "libpq gave no reason" : message,
      isConnectionLost: lost)
  }

  /// Whether the server ends the connection after an error of this state (crash, shutdown, lost client).
  private static func endsConnection(_ state: String?) -> Bool {
    guard let state else { return false }
    return ["25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05"].contains(state)
      || state.hasPrefix("08") && state != "08P01"
  }

  /// libpq's lines as sentences on one line.
  static func trimmed(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).reduce(into: "") { sentences, line in
      if let last = sentences.last { sentences += ".?!".contains(last) ? " " : ". " }
      sentences += line.drop(while: { $0 == "\t" || $0 == " " })
    }
  }
}
