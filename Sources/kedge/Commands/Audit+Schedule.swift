internal import Audit
internal import Backfill
internal import CommandLine
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import Scheduling
internal import Synchronization

/// `kedge audit --every`
extension Session {
  /// Options that are for somebody who looks at what comes of them.
  private static let unattended = ["repair", "plan", "apply", "clean", "new", "new-baseline"]

  func auditOnSchedule(_ outputs: AuditOutputs) throws -> Int32 {
    for name in Self.unattended
    where command.takes(name) && (command.flag(name) || !command.values(name).isEmpty) {
      throw UsageProblem("--every only compares; --\(name) is for an audit that somebody watches")
    }
    let hooks = try driftHooks()
    // What is wrong with the command line or the mapping ends the process now, and not at the first audit of the night.
    let set = try liveSet()
    _ = try wantedEntities(in: set)
    _ = try corePlans(of: set)
    _ = try featurePlans(of: set)
    _ = try sources(of: set)
    var options = AuditOptions()
    try applyComparingOptions(to: &options)
    let target = try target(of: set)
    let known = Mutex(set)
    let service = ServiceNotifier(environment: environment)
    let audits = ScheduledAudits(
      try schedule(set), target: target, stop: stop, log: log, service: service
    ) { tenure, flag in
      // A session of its own: progress of its own, and another wish to stop.
      let session = Session(command: command, environment: environment, stop: flag)
      defer { session.progress.stop() }
      do {
        let (report, context) = try session.compare(outputs, tenure: tenure) { set in
          try session.accept(set, instead: known, target)
        }
        let code = try session.deliver(report, of: context.set, to: outputs)
        _ = session.tell(hooks, report, outputs, context.target)
        return code
      } catch {
        // One that was ended from outside didn't fail.
        let isEnded = stop.isSet || error is any TenureEnded
        if session.isJSON, !isEnded { session.output(["ok": false, "error": .string("\(error)")]) }
        throw error
      }
    }
    switch try audits.run() {
    case .idle: return ExitCode.done
    case .interrupted: throw AuditError.interrupted
    case .done(let code): return code
    }
  }

  private func schedule(_ set: MappingSet) throws -> ScheduledAudits.Options {
    let interval = (command.duration("every") ?? .zero) / .seconds(1)
    guard interval >= 1 else {
      throw UsageProblem(
        "--every takes a time of at least a second, not '\(command.value("every") ?? "")'")
    }
    let timetable = Timetable(interval: interval, jitter: try share("jitter", upTo: 50) ?? 0.1)
    var options = ScheduledAudits.Options(set: set.name, timetable: timetable)
    options.lease = command.integer("lease") ?? options.lease
    options.count = command.integer("count")
    options.backoff.longest = min(options.backoff.longest, interval)
    return options
  }

  /// A percentage as a share of one.
  private func share(_ option: String, upTo limit: Double) throws -> Double? {
    guard let text = command.value(option) else { return nil }
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...limit).contains(percent) else {
      throw UsageProblem("--\(option) takes a percentage from 0% to \(Int(limit))%, not '\(text)'")
    }
    return percent / 100
  }

  /// Mapping files are read anew for each audit. What they say may change, but not whose audits these are.
  private func accept(
    _ set: MappingSet, instead known: borrowing Mutex<MappingSet>, _ target: PostgresSettings
  )
    throws
  {
    let before = known.withLock { known in
      defer { known = set }
      return known
    }
    guard set != before else { return }
    log.info("the mapping set has changed since the last audit; this one goes by what it says now")
    guard set.name == before.name else {
      known.withLock { $0 = before }
      throw UsageProblem(
        "the mapping set is called \"\(set.name)\" now, and this process audits \"\(before.name)\": start it again"
      )
    }
    guard try self.target(of: set) == target else {
      known.withLock { $0 = before }
      throw UsageProblem("the mapping set names another target now: start this process again")
    }
  }

  /// Options about the schedule without a schedule would do nothing.
  func refuseScheduleOptions() throws {
    for name in ["jitter", "count", "lease"] where command.value(name) != nil {
      throw UsageProblem("--\(name) is about audits that run by themselves: give --every, too")
    }
  }
}
