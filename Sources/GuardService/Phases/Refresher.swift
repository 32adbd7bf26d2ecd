internal import Guardrails
internal import Postgres

/// Asks for the phases and writes observations down, on a thread of its own, which alone uses the connection.
struct Refresher: Sendable {
  let keeper: PlanKeeper
  let observations: ServedObservations
  let set: String
  let target: PostgresSettings
  let interval: Duration
  /// The epoch that it begins with.
  let epoch: Int
  let stop: WakeUp
  let report: @Sendable (GuardService.Event) -> Void

  /// Runs until the service stops, and writes down what is left then.
  func run() {
    var connection: PostgresConnection?
    var epoch = epoch
    var wasLost = false
    var wasUnwritten = false
    while true {
      let isLast = stop.wait(interval)
      do {
        let (live, basis) = try refreshed(connection)
        connection = live
        if wasLost { report(.found(epoch: basis.plan.epoch)) }
        if epoch != basis.plan.epoch, !wasLost { report(.changed(epoch: basis.plan.epoch)) }
        epoch = basis.plan.epoch
        wasLost = false
        // Without Kedge's state there is no table to write them to yet.
        if basis.phases == "live" {
          do {
            try observations.flush(set: set, observed: basis.observed, isLast: isLast, live)
            wasUnwritten = false
          } catch {
            if !wasUnwritten { report(.unwritten(count: observations.waiting, "\(error)")) }
            wasUnwritten = true
          }
        }
      } catch {
        connection?.close()
        connection = nil
        if !wasLost { report(.lost("\(error)")) }
        wasLost = true
      }
      if isLast { break }
    }
    connection?.close()
  }

  /// A connection that was idle may have ended since: then a new one is asked.
  private func refreshed(_ old: PostgresConnection?) throws -> (PostgresConnection, PlanKeeper.Basis) {
    if let old, old.isAlive {
      do { return (old, try keeper.refresh(old)) } catch { old.close() }
    }
    do {
      let new = try PostgresConnection(target)
      return (new, try keeper.refresh(new))
    } catch {
      keeper.lose(error)
      throw error
    }
  }
}
