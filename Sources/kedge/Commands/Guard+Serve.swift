internal import CommandLine
internal import GuardService
internal import Mapping
internal import Progress
internal import Scheduling

extension Session {
  /// `kedge guard serve`
  func guardServe() throws -> Int32 {
    let set = try mappingSet()
    let options = try serviceOptions()
    let target = command.flag("offline") ? nil : try existingTarget(of: set)
    let manager = ServiceNotifier(environment: environment)
    let log = log
    let service = GuardService(set, target: target, options: options) { event in
      switch event {
      case .ready(let epoch, let phases):
        log.info(
          "serving the mapping set \"\(set.name)\" on \(options.path), "
            + (phases == "live" ? "phases of now, fence \(epoch)" : "phases of the mapping files"))
        manager.say(.ready)
      case .alive: manager.say(.alive)
      case .lost(let problem):
        log.error("every write is refused from now on, since the phases can't be read: \(problem)")
        manager.say(.status("the phases can't be read"))
      case .found(let epoch):
        log.info("the phases can be read again, fence \(epoch)")
        manager.say(.status("serving"))
      case .changed(let epoch): log.info("a phase was set, fence \(epoch)")
      case .unwritten(let count, let problem):
        log.warn("\(count) observed writes aren't written down yet: \(problem)")
      case .stopping: manager.say(.stopping)
      }
    }
    let outcome: GuardService.Outcome
    do { outcome = try service.run(stop: stop) } catch let problem as SocketProblem where problem.isUsage {
      throw UsageProblem(problem.description)
    }
    if isJSON {
      output([
        "clients": .int(outcome.clients), "answered": .int(outcome.answered),
        "refused": .int(outcome.refused),
        "observed": .int(outcome.observed), "unwritten": .int(outcome.unwritten),
      ])
    } else {
      log.info(
        "answered \(outcome.answered) requests of \(outcome.clients) clients, \(outcome.refused) refused,"
          + " \(outcome.observed) observed"
          + (outcome.unwritten > 0 ? "; \(outcome.unwritten) of these weren't written down" : ""))
    }
    return ExitCode.done
  }

  private func serviceOptions() throws -> GuardService.Options {
    var options = GuardService.Options(path: command.value("socket") ?? "")
    if let text = command.value("mode") {
      guard let mode = UInt32(text, radix: 8), mode <= 0o777, mode & 0o600 == 0o600 else {
        throw UsageProblem("--mode takes a mode such as 0600 or 0660 that lets the owner in, not '\(text)'")
      }
      options.mode = mode
    }
    if let refresh = command.duration("refresh") {
      guard refresh >= .milliseconds(10) else { throw UsageProblem("--refresh takes at least 10ms") }
      options.refresh = refresh
    }
    options.mostClients = command.integer("clients") ?? options.mostClients
    return options
  }
}
