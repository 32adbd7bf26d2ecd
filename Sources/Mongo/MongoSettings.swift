internal import CMongoC

/// Where a MongoDB is and how to reach it. Printing it shows no secret.
public struct MongoSettings: Sendable, CustomStringConvertible {
  /// The database that collections' names refer to.
  public var database: String
  /// The URL with `***` in place of every password, fit for reports.
  public let redactedURL: String
  /// Which servers of a replica set are read from, in place of what the URL says; its tags and staleness still hold. Nil
  /// leaves it to the URL.
  public var readPreference: MongoReadPreference?
  /// What reads may see, in place of what the URL says. Nil leaves it to the URL.
  public var readConcern: MongoReadConcern?
  /// Whether the URL itself has a read preference.
  public let namesReadPreference: Bool
  /// Whether the URL itself has a read concern.
  public let namesReadConcern: Bool
  let url: String
  private let secrets: [String]

  /// Takes a connection string: `mongodb://…` or `mongodb+srv://…`, with TLS and all other options as the URL says.
  ///
  /// - Parameters:
  ///   - url: The connection string; user and password percent-encoded.
  ///   - database: The database to use if the URL's path names none.
  /// - Throws: `MongoError` of domain `settings` if the URL isn't valid or no database is named.
  public init(url: String, database: String? = nil) throws {
    let parts = try MongoURL(url)
    self.url = url
    redactedURL = parts.redacted
    secrets = parts.secrets
    namesReadPreference = parts.value(of: "readPreference") != nil
    let concern = parts.value(of: "readConcernLevel")
    namesReadConcern = concern != nil
    self.database = ""
    // The driver would leave it to the server to refuse it, at the first read.
    if let concern, MongoReadConcern(rawValue: concern) == nil {
      throw MongoError(
        domain: .settings,
        message:
          "readConcernLevel is one of \(MongoReadConcern.allCases.map(\.rawValue).joined(separator: ", "))",
        action: "use the MongoDB URL \(redactedURL)")
    }
    let uri = try makeURI()
    defer { mongoc_uri_destroy(uri) }
    let named = mongoc_uri_get_database(uri).map { String(cString: $0) } ?? ""
    self.database = named.isEmpty ? database ?? "" : named
    guard !self.database.isEmpty else {
      throw MongoError(
        domain: .settings,
        message: "it names no database; write one after the hosts, as in mongodb://localhost:27017/shop",
        action: "use the MongoDB URL \(redactedURL)")
    }
  }

  /// The redacted URL.
  public var description: String { redactedURL }

  /// Replaces every secret of the URL in a text of the driver or the server.
  func redact(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing($1, with: "***") }
  }

  /// The driver's form of the URL, with defaults for what it leaves open; the caller destroys it.
  func makeURI() throws -> OpaquePointer {
    MongoDriver.start()
    var failure = kedge_failure()
    guard let uri = kedge_uri_new(url, &failure) else {
      var error = MongoError(failure, action: "use the MongoDB URL \(redactedURL)", settings: self)
      error.domain = .settings
      throw error
    }
    if mongoc_uri_get_appname(uri) == nil { mongoc_uri_set_appname(uri, "kedge") }
    // The driver gives up at the first refused connection unless told not to, and then ignores its time limit. An
    // election or a restart shouldn't end a run.
    if !mongoc_uri_has_option(uri, MONGOC_URI_SERVERSELECTIONTRYONCE) {
      mongoc_uri_set_option_as_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, false)
    }
    if !mongoc_uri_has_option(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS) {
      mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 10_000)
    }
    // A server that was stopped in its tracks, or a network that went silent, would else hold a reader for five minutes and
    // more. A cursor's batch is ready in a few seconds; an aggregation that takes longer needs a higher limit in the URL.
    for (option, milliseconds) in [
      (MONGOC_URI_CONNECTTIMEOUTMS, Self.connectTimeout), (MONGOC_URI_SOCKETTIMEOUTMS, Self.socketTimeout),
    ] where !mongoc_uri_has_option(uri, option) {
      mongoc_uri_set_option_as_int32(uri, option, milliseconds)
    }
    setReading(uri)
    return uri
  }

  /// Milliseconds that connecting may take, unless the URL says `connectTimeoutMS`.
  private static let connectTimeout: Int32 = 10_000
  /// Milliseconds that a server may take for an answer, unless the URL says `socketTimeoutMS`.
  private static let socketTimeout: Int32 = 120_000

  private func setReading(_ uri: OpaquePointer) {
    if let readPreference, let preference = readPreference.makeDriverForm(mongoc_uri_get_read_prefs_t(uri)) {
      mongoc_uri_set_read_prefs_t(uri, preference)
      mongoc_read_prefs_destroy(preference)
    }
    if let readConcern, let concern = mongoc_read_concern_new() {
      mongoc_read_concern_set_level(concern, readConcern.rawValue)
      mongoc_uri_set_read_concern(uri, concern)
      mongoc_read_concern_destroy(concern)
    }
  }
}

/// The driver's state that the whole process shares.
enum MongoDriver {
  private static let started: Void = kedge_mongo_start()

  /// Starts the driver, once.
  static func start() { started }
}
