internal import CMongoC
internal import Codec

extension MongoError {
  /// From what the driver reports, and from the server's reply if there was one.
  init(
    _ failure: borrowing kedge_failure, reply: BSONDocument? = nil, action: String, settings: MongoSettings
  ) {
    let text = withUnsafePointer(to: failure) { String(cString: kedge_failure_message($0)) }
    let labels = reply?["errorLabels"]?.elements?.compactMap(\.string) ?? []
    let domain = Self.domain(Int(failure.domain), code: Int(failure.code))
    let message = settings.redact(Self.withoutValues(text, code: Int(failure.code)))
    self.init(
      domain: domain, code: Int(failure.code), message: message, labels: labels, action: action)
  }

  /// From a reply that is `ok` and tells of a write that wasn't done.
  init?(writeErrorsIn reply: BSONDocument, action: String, settings: MongoSettings) {
    let error =
      reply["writeErrors"]?.elements?.first?.document ?? reply["writeConcernError"]?.document
    guard let error else { return nil }
    let code = error["code"]?.integer ?? 0
    let text = error["errmsg"]?.string ?? "the server refused a write"
    self.init(
      domain: .server, code: code, message: settings.redact(Self.withoutValues(text, code: code)),
      labels: reply["errorLabels"]?.elements?.compactMap(\.string) ?? [], action: action)
  }

  /// The server quotes the key that collided, and the whole filter of a query that it couldn't plan. Either may be
  /// somebody's name; what stands before the one and after the other is enough.
  private static func withoutValues(_ text: String, code: Int) -> String {
    if code == 11000 || code == 11001, let range = text.firstRange(of: " dup key:") {
      return String(text[..<range.lowerBound])
    }
    // What it says of where the error came from may stand before it.
    if let query = text.firstRange(of: "error processing query:") {
      let reason = text[query.upperBound...].firstRange(of: "planner returned error")
      let end = reason.map { text[$0.lowerBound...] } ?? "the query couldn't be processed"
      return String(text[..<query.lowerBound] + end)
    }
    return text
  }

  private static func domain(_ domain: Int, code: Int) -> Domain {
    switch domain {
    case Int(MONGOC_ERROR_STREAM.rawValue): .network
    case Int(MONGOC_ERROR_SERVER_SELECTION.rawValue): .serverSelection
    case Int(MONGOC_ERROR_CLIENT.rawValue) where code == Int(MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue):
      .authentication
    case Int(MONGOC_ERROR_SASL.rawValue), Int(MONGOC_ERROR_SCRAM.rawValue): .authentication
    case Int(MONGOC_ERROR_SERVER.rawValue), Int(MONGOC_ERROR_WRITE_CONCERN.rawValue),
      Int(MONGOC_ERROR_QUERY.rawValue):
      code == 18 ? .authentication : .server
    // A write's duplicate key comes in the domain of the collection, with the server's code.
    case Int(MONGOC_ERROR_COLLECTION.rawValue) where code >= 100: .server
    default: .driver
    }
  }
}
