internal import Glibc
internal import GuardExport
internal import Guardrails
internal import Postgres
internal import Synchronization

/// Counts the wrong writes that were let pass, and writes them down in the target.
final class ServedObservations: Sendable {
  struct Kind: Hashable {
    var entity: String
    var store: String
    var operation: String
    var reason: String
    var writer: String?
    var caller: String?
  }

  struct Count {
    var times: Int
    var first: Double
    var last: Double
  }

  /// Kinds that are kept apart; beyond them, writers and callers aren't told apart any more, so that none is lost.
  private static let most = 10_000
  /// Unicode scalars of a writer or caller that are kept.
  private static let longest = 200

  /// Seconds after which it is said again that this service watches.
  private static let longestSilence = 30.0

  /// What is being written down. Its name stays the same when it is tried again, so that nothing counts twice.
  private struct Batch {
    var name: String
    var counts: [Kind: Count]
  }

  private struct State {
    var counts: [Kind: Count] = [:]
    var batch: Batch?
    var batches = 0
    var saidAt = 0.0
  }

  private let state = Mutex(State())
  private let started = Moment.now

  /// Counts a write.
  ///
  func add(_ answer: GuardAnswer) {
    let moment = Moment.now
    let request = answer.request
    var kind = Kind(
      entity: request.entity, store: request.store, operation: request.operation,
      reason: answer.decision.reason.rawValue, writer: request.writer.map(Self.kept),
      caller: request.caller.map(Self.kept))
    state.withLock { state in
      if state.counts[kind] == nil, state.counts.count >= Self.most {
        (kind.writer, kind.caller) = (nil, nil)
      }
      Self.add(Count(times: 1, first: moment, last: moment), as: kind, to: &state.counts)
    }
  }

  /// What hasn't been written down yet.
  var waiting: Int {
    state.withLock { state in
      (state.batch?.counts ?? [:]).values.reduce(0) { $0 + $1.times }
        + state.counts.values.reduce(0) { $0 + $1.times }
    }
  }

  /// Writes down what has been counted since the last time, and now and then that these entities were watched. If that
  /// fails, it is tried again the next time.
  ///
  /// - Parameters:
  ///   - observed: the entities in mode `observe`.
  ///   - isLast: whether the service stops.
  func flush(set: String, observed: [String], isLast: Bool, _ connection: PostgresConnection) throws {
    let now = Moment.now
    let (batch, isDue) = state.withLock { state in
      if state.batch == nil, !state.counts.isEmpty {
        state.batches += 1
        let name = "socket-\(getpid())-\(started)-\(state.batches)"
        state.batch = Batch(name: name, counts: state.counts)
        state.counts = [:]
      }
      return (state.batch, state.batch != nil || isLast || now - state.saidAt > Self.longestSilence)
    }
    guard isDue, batch != nil || !observed.isEmpty else { return }
    try connection.transaction {
      if let batch { try write(batch, set, connection) }
      for entity in observed {
        _ = try connection.query(
          """
          INSERT INTO kedge.guard_watches AS w (set_name, entity, seen_by, started_at, heard_at)
          VALUES ($1, $2, 'socket', to_timestamp($3::float8), to_timestamp($4::float8))
          ON CONFLICT (set_name, entity, seen_by, started_at) DO UPDATE SET heard_at = greatest(w.heard_at, EXCLUDED.heard_at)
          """, [.text(set), .text(entity), .text("\(started)"), .text("\(now)")])
      }
    }
    state.withLock { state in
      state.batch = nil
      state.saidAt = now
    }
  }

  private func write(_ batch: Batch, _ set: String, _ connection: PostgresConnection) throws {
    for (number, (kind, count)) in batch.counts.enumerated() {
      _ = try connection.query(
        """
        INSERT INTO kedge.guard_observations
          (set_name, entity, store, operation, reason, writer, caller, seen_by, times, first_seen, last_seen, batch)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'socket', $8, to_timestamp($9::float8), to_timestamp($10::float8), $11)
        ON CONFLICT (batch) DO NOTHING
        """,
        [
          .text(set), .text(kind.entity), .text(kind.store), .text(kind.operation), .text(kind.reason),
          .optional(kind.writer), .optional(kind.caller), .integer(count.times), .text("\(count.first)"),
          .text("\(count.last)"), .text("\(batch.name)-\(number)"),
        ])
    }
  }

  private static func add(_ count: Count, as kind: Kind, to counts: inout [Kind: Count]) {
    guard let known = counts[kind] else {
      counts[kind] = count
      return
    }
    counts[kind] = Count(
      times: known.times + count.times, first: min(known.first, count.first),
      last: max(known.last, count.last))
  }

  /// What Postgres takes as a text, and not too long.
  private static func kept(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(longest).map { $0 == "\u{0}" ? "\u{FFFD}" : $0 }))
  }
}

/// The time of day, in seconds since 1970.
enum Moment {
  static var now: Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
