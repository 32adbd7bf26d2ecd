internal import CLibPQ
internal import Glibc

/// Makes connections, with the server's reason when it can't.
///
/// `PQconnectdb` hands the server's refusal on as text alone. Here the connection is made step by step, with verbose
/// errors from the start: these hold the SQLSTATE, whatever language the server speaks.
enum ConnectionAttempt {
  /// Tries the settings' addresses one after the other, or those given.
  static func open(
    _ settings: PostgresSettings, at given: [Endpoint]? = nil
  ) throws -> (OpaquePointer, Endpoint) {
    let defaults = LibPQParameters.defaults()
    var failure: PostgresError?
    for endpoint in try given ?? Endpoint.all(of: settings) {
      do {
        let parameters = LibPQParameters.parameters(of: settings, at: endpoint, defaults: defaults)
        return (try open(parameters, timeout: settings.connectTimeout), endpoint)
      } catch {
        failure = redacted(error, secrets: secrets(of: settings, defaults: defaults))
        // Another address may lead to a server that is up, but a refusal would be the same everywhere.
        if let state = error.sqlState, state != "57P03" { break }
      }
    }
    throw failure ?? PostgresError(.connection, "the settings name no host.")
  }

  private static func open(
    _ parameters: [String: String], timeout: Int
  ) throws(PostgresError) -> OpaquePointer {
    let deadline = ContinuousClock.now + .seconds(timeout)
    guard let connection = start(parameters) else {
      throw PostgresError(.connection, "libpq has no memory for a connection.")
    }
    var isOpen = false
    defer { if !isOpen { PQfinish(connection) } }
    guard PQstatus(connection) != CONNECTION_BAD else { throw refusal(of: connection) }
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)

    // "Loop thus: If PQconnectPoll(conn) last returned PGRES_POLLING_READING, wait until the socket is ready to read …
    // At first behave as though it last returned PGRES_POLLING_WRITING."
    var state = PGRES_POLLING_WRITING
    while state != PGRES_POLLING_OK {
      guard state != PGRES_POLLING_FAILED else { throw refusal(of: connection) }
      guard wait(for: connection, toRead: state == PGRES_POLLING_READING, until: deadline) else {
        throw PostgresError(
          .connection, "The server at \(place(of: connection)), didn't answer within \(timeout) seconds.",
          hint: "Check host, port and firewall, or allow more time with connect_timeout=… in the URL.")
      }
      state = PQconnectPoll(connection)
    }
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    isOpen = true
    return connection
  }

  private static func start(_ parameters: [String: String]) -> OpaquePointer? {
    let pairs = parameters.sorted { $0.key < $1.key }
    let keywords = pairs.map { strdup($0.key) }
    let values = pairs.map { strdup($0.value) }
    defer { for text in keywords + values { free(text) } }
    return PQconnectStartParams(
      keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
  }

  /// Waits until the socket is ready. Returns false when the time is over.
  private static func wait(
    for connection: OpaquePointer, toRead: Bool, until deadline: ContinuousClock.Instant
  ) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return false }
      var entry = pollfd(fd: PQsocket(connection), events: Int16(toRead ? POLLIN : POLLOUT), revents: 0)
      let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
      let count = poll(&entry, 1, Int32(clamping: milliseconds + 1))
      // Whatever else poll complains of, PQconnectPoll meets too and puts into words.
      if count > 0 || count < 0 && errno != EINTR { return true }
    }
  }

  /// Where a connection leads, for messages.
  static func place(of connection: OpaquePointer?) -> String {
    let host = PQhost(connection).map { String(cString: $0) } ?? ""
    let port = PQport(connection).map { String(cString: $0) } ?? ""
    return "\(host.isEmpty ? "the default socket" : host), port \(port)"
  }

  /// Why the connection couldn't be made.
  private static func refusal(of connection: OpaquePointer) -> PostgresError {
    var error = refusal(text: PQerrorMessage(connection).map { String(cString: $0) } ?? "")
    if PQconnectionNeedsPassword(connection) == 1 {
      error.needsPerson = true
      error.hint = "Put the password into the URL, into PGPASSWORD or into ~/.pgpass."
    }
    return error
  }

  /// Reads the SQLSTATE out of libpq's text: `connection to server at … failed: FATAL:  28P01: password …`.
  static func refusal(text: String) -> PostgresError {
    // The line LOCATION names a place in the server's source.
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
    var error = PostgresError(.connection, PostgresError.trimmed(lines.joined(separator: "\n")))
    for line in lines {
      // Every SQLSTATE has a digit, and no severity does, in whatever language.
      let codes = line.matches(of: /:\s+([0-9A-Z]{5})(?=:\s)/).map(\.output.1)
      guard let code = codes.first(where: { $0.contains(where: \.isNumber) }) else { continue }
      error.sqlState = String(code)
      error.message = error.message.replacing("\(code): ", with: "", maxReplacements: 1)
    }
    return error
  }

  private static func secrets(of settings: PostgresSettings, defaults: [String: String]) -> [String] {
    var secrets = [settings.password, defaults["password"], settings.parameters["sslpassword"]].compactMap {
      $0
    }
    secrets += secrets.map(PostgresSettings.percentEncoded)
    return secrets.filter { !$0.isEmpty }
  }

  /// libpq puts no password into its messages today; nothing says that it never will.
  static func redacted(_ error: PostgresError, secrets: [String]) -> PostgresError {
    var error = error
    for secret in secrets {
      error.message = error.message.replacing(secret, with: "***")
      error.hint = error.hint?.replacing(secret, with: "***")
    }
    return error
  }
}
