internal import Codec
public import Executors
public import Mapping
public import Postgres

/// A worker's connections to the tables of one entity: opened once, and for each range one snapshot that all of them share.
///
/// A snapshot lives as long as its range is read, not as long as all of the work: one that lives for hours keeps the server from
/// cleaning up after every update of all tables meanwhile. Ranges of different snapshots may disagree about a row that
/// is written in between, which is a suspicion like any other, and looked at again.
public final class TargetReader {
  private let plan: EntityPlan
  private let order: KeyOrder
  private let main: PostgresConnection
  private let others: [PostgresConnection]
  /// Ends what the server is at when work is to stop.
  private let registrations: [StopFlag.Registration]

  /// Opens a connection for each table.
  ///
  /// - Throws: `PostgresError`.
  public init(_ plan: EntityPlan, order: KeyOrder, target: PostgresSettings, stop: StopFlag) throws {
    self.plan = plan
    self.order = order
    main = try PostgresConnection(target)
    others = try plan.children.map { _ in try PostgresConnection(target) }
    registrations = ([main] + others).map { connection in
      let cancel = connection.cancelHandle
      return stop.onSet { _ = cancel.cancel() }
    }
  }

  /// Opens the streams of a range. Call ``end()`` when they are closed.
  public func open(_ range: KeyRange) throws -> (TargetStream, [ChildStream]) {
    for connection in [main] + others {
      _ = try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }
    if !others.isEmpty {
      let snapshot = try main.query("SELECT pg_export_snapshot() AS s").first?.text("s") ?? ""
      for connection in others {
        _ = try connection.execute("SET TRANSACTION SNAPSHOT \(quoteLiteral(snapshot))")
      }
    }
    let columns = plan.columns.map(\.portableValue).joined(separator: ", ")
    let names = plan.keyColumns.map(\.name)
    let stream = try TargetStream(
      main,
      sql:
        "SELECT \(columns) FROM \(plan.table.sql)\(order.clause(range, names)) ORDER BY \(order.terms(names))",
      keyIndexes: plan.key)
    return (stream, try zip(plan.children, others).map { try ChildStream($0, range, order, $1) })
  }

  /// Gives the snapshot up.
  public func end() throws {
    for connection in [main] + others where connection.isInTransaction {
      _ = try connection.execute("ROLLBACK")
    }
  }

  deinit { for registration in registrations { registration.remove() } }

  /// Gives the connections up.
  public func close() { for connection in [main] + others { connection.close() } }
}
