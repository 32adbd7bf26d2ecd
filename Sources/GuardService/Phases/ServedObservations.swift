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

  private let counts = Mutex<[Kind: Count]>([:])

  /// Counts a write.
  ///
  /// - Parameter moment: seconds since 1970.
  func add(_ answer: GuardAnswer, at moment: Double) {
    let request = answer.request
    var kind = Kind(
      entity: request.entity, store: request.store, operation: request.operation,
      reason: answer.decision.reason.rawValue, writer: request.writer.map(Self.kept),
      caller: request.caller.map(Self.kept))
    counts.withLock { counts in
      if counts[kind] == nil, counts.count >= Self.most { (kind.writer, kind.caller) = (nil, nil) }
      Self.add(Count(times: 1, first: moment, last: moment), as: kind, to: &counts)
    }
  }

  /// What hasn't been written down yet.
  var waiting: Int { counts.withLock { $0.values.reduce(0) { $0 + $1.times } } }

  /// Writes down what has been counted since the last time. If that fails, it stays counted.
  func flush(set: String, _ connection: PostgresConnection) throws {
    let taken = counts.withLock { counts in
      defer { counts = [:] }
      return counts
    }
    guard !taken.isEmpty else { return }
    do {
      try connection.transaction {
        for (kind, count) in taken {
          _ = try connection.query(
            """
            INSERT INTO kedge.guard_observations
              (set_name, entity, store, operation, reason, writer, caller, seen_by, times, first_seen, last_seen)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'socket', $8, to_timestamp($9::float8), to_timestamp($10::float8))
            """,
            [
              .text(set), .text(kind.entity), .text(kind.store), .text(kind.operation), .text(kind.reason),
              .optional(kind.writer), .optional(kind.caller), .integer(count.times), .text("\(count.first)"),
              .text("\(count.last)"),
            ])
        }
      }
    } catch {
      counts.withLock { counts in
        for (kind, count) in taken { Self.add(count, as: kind, to: &counts) }
      }
      throw error
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
