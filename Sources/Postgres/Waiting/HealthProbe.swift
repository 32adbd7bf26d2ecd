internal import CLibPQ

/// Asks on a second, short connection whether the server is well and still at work for a silent first one.
enum HealthProbe {
  enum Verdict {
    /// The server process is at work: computing, waiting for a lock or a disk.
    case working
    /// The server process waits for us, as we wait for it: what was sent got lost between. Or is just arriving.
    case waiting(String)
    /// The server, or its process for the first connection, is gone.
    case gone(String)
    /// The server is there, but the question couldn't be put.
    case unclear(String)
  }

  /// Seconds for connecting, and again for the answer.
  private static let limit = 10

  static func ask(about connection: PostgresConnection) -> Verdict {
    var settings = connection.settings
    settings.connectTimeout = min(settings.connectTimeout, limit)
    do {
      let probe = try PostgresConnection(
        settings, at: [connection.endpoint], Silence(limit: limit, asks: false))
      defer { probe.close() }
      // A pooler's process numbers mean nothing to the server: that it answers is all that can be known.
      if connection.isPooled { return .working }
      let rows = try probe.query(
        "SELECT state, wait_event_type, wait_event FROM pg_stat_activity WHERE pid = $1",
        [.integer(connection.backendProcess)])
      guard let row = rows.first else {
        return .gone("its process \(connection.backendProcess) for this connection is gone")
      }
      return verdict(
        state: try row["state"], waitType: try row["wait_event_type"], wait: try row["wait_event"])
    } catch let error as PostgresError where error.sqlState != nil {
      return .unclear("couldn't be asked why (\(error.message))")
    } catch let error as PostgresError {
      return .gone("doesn't answer a new connection either (\(error.message))")
    } catch {
      return .unclear("couldn't be asked why (\(error))")
    }
  }

  private static func verdict(state: String?, waitType: String?, wait: String?) -> Verdict {
    if let state, state.hasPrefix("idle") {
      return .waiting("its process has nothing to do: a statement or its answer was lost on the way")
    }
    // ClientRead, ClientWrite: in the middle of a COPY, or of a large result.
    if waitType == "Client", wait == "ClientRead" || wait == "ClientWrite" {
      return .waiting("its process waits for this side: the network between lets nothing through")
    }
    return .working
  }
}
