internal import CLibPQ

/// Something that the server says beside its answers.
public struct PostgresNotice: Sendable {
  /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`.
  public var severity: String
  /// What the server says. It may hold data values, if a function of the user's writes them.
  public var message: String
  /// The five characters that name the notice's kind.
  public var sqlState: String?
}

/// Holds a connection's handler where libpq can reach it.
final class NoticeBox {
  var handler: (PostgresNotice) -> Void = { _ in }
  /// What the server said of its own end.
  private(set) var lastWords: PostgresNotice?

  /// Receives the connection's notices from now on. The box must live as long as the connection.
  func attach(to connection: OpaquePointer) {
    PQsetNoticeReceiver(
      connection,
      { argument, result in
        guard let argument else { return }
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let notice = PostgresNotice(
          severity: field(kedge_diag_severity) ?? "NOTICE", message: field(kedge_diag_message) ?? "",
          sqlState: field(kedge_diag_sqlstate))
        let box = Unmanaged<NoticeBox>.fromOpaque(argument).takeUnretainedValue()
        if notice.sqlState == "57P01" || notice.sqlState == "57P02" { box.lastWords = notice }
        box.handler(notice)
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}
