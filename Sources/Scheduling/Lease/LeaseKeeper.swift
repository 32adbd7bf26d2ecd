internal import Executors
internal import Foundation
internal import Postgres

/// Renews a lease on a connection and a thread of its own, and finds out when it is lost.
///
/// `@unchecked Sendable`: the stored properties that change are touched only while `condition` is locked.
final class LeaseKeeper: @unchecked Sendable {
  let lease: HeldLease
  /// Set when another process has the lease.
  let lost = StopFlag()
  private let settings: PostgresSettings
  private let seconds: Int
  private let interval: Double
  private let pulse: @Sendable () -> Void
  private let condition = NSCondition()
  private var isEnding = false
  private var thread: DedicatedThread?

  /// - Parameters:
  ///   - seconds: how long the lease holds without being renewed.
  ///   - interval: seconds between two renewals.
  ///   - pulse: called with each turn, whether the server answered or not.
  init(
    _ lease: HeldLease, settings: PostgresSettings, seconds: Int, interval: Double,
    pulse: @escaping @Sendable () -> Void
  ) throws {
    self.lease = lease
    self.settings = settings
    self.seconds = seconds
    self.interval = interval
    self.pulse = pulse
    thread = try DedicatedThread(name: "kedge-lease") { [self] in keep() }
  }

  /// Gives the lease back. The thread has ended when this returns.
  func end() {
    condition.lock()
    isEnding = true
    condition.broadcast()
    let thread = self.thread
    self.thread = nil
    condition.unlock()
    thread?.join()
  }

  private func keep() {
    var connection: PostgresConnection?
    while true {
      do {
        let open = try connection ?? PostgresConnection(settings)
        connection = open
        if try !AuditLeases(open).renew(lease, seconds: seconds) { lost.set() }
      } catch {
        // The audit meets it too, and says so; the lease runs on without us meanwhile, and the fence guards it.
        connection?.close()
        connection = nil
      }
      pulse()
      condition.lock()
      if !isEnding, !lost.isSet { _ = condition.wait(until: Date(timeIntervalSinceNow: interval)) }
      let ends = isEnding || lost.isSet
      condition.unlock()
      if ends { break }
    }
    guard !lost.isSet else { return }
    do { try AuditLeases(connection ?? PostgresConnection(settings)).release(lease) } catch {
      // Then it runs out by itself.
      connection?.close()
    }
  }
}
