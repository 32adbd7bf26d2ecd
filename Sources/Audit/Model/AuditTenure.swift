public import Postgres

/// What binds an audit to the lease that it runs under, so that a process that was paused for longer than its lease, and
/// wakes up, writes nothing more.
///
/// Each member is called within the transaction that writes what it guards, and throws a ``TenureEnded`` when the lease is
/// another's by now; the transaction is undone then.
public struct AuditTenure: Sendable {
  /// The audit is this run from now on.
  public var begin: @Sendable (_ run: Int, PostgresConnection) throws -> Void
  /// What a part of the audit found is written down.
  public var check: @Sendable (PostgresConnection) throws -> Void
  /// The audit has come to its result.
  public var finish: @Sendable (PostgresConnection) throws -> Void

  public init(
    begin: @escaping @Sendable (_ run: Int, PostgresConnection) throws -> Void,
    check: @escaping @Sendable (PostgresConnection) throws -> Void,
    finish: @escaping @Sendable (PostgresConnection) throws -> Void
  ) {
    self.begin = begin
    self.check = check
    self.finish = finish
  }
}

/// Another process holds the lease now: this one's audit doesn't count.
public protocol TenureEnded: Error {}
