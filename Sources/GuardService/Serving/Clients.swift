internal import CommandLine
internal import Executors
internal import Glibc
internal import GuardExport
internal import Guardrails
internal import Mapping
internal import Synchronization

/// The clients that are connected, each with a thread of its own.
final class Clients: Sendable {
  private struct State {
    var open: Set<Int32> = []
    var isFinishing = false
    var outcome = GuardService.Outcome()
  }

  private let keeper: PlanKeeper
  private let observations: ServedObservations
  private let options: GuardService.Options
  private let state = Mutex(State())
  /// All have gone, and no more come.
  private let gone: WakeUp

  /// Seconds to wait for a client that doesn't read its answers.
  private static let patience = 5

  init(keeper: PlanKeeper, observations: ServedObservations, options: GuardService.Options) throws {
    self.keeper = keeper
    self.observations = observations
    self.options = options
    gone = try WakeUp()
  }

  var outcome: GuardService.Outcome { state.withLock { $0.outcome } }

  /// Talks to a client until it goes, or turns it away where there are too many.
  func welcome(_ descriptor: Int32) {
    let isWelcome = state.withLock { state in
      guard state.open.count < options.mostClients else { return false }
      state.open.insert(descriptor)
      state.outcome.clients += 1
      return true
    }
    guard isWelcome else {
      turnAway(
        descriptor, "\(options.mostClients) clients are connected, and that is the limit: try again later")
      return
    }
    do {
      try DedicatedThread(name: "guard-client") { [self] in
        talk(to: descriptor)
        leave(descriptor)
      }.detach()
    } catch {
      _ = LineConnection(descriptor, longest: 0, patience: 0).send(busy("\(error)"))
      leave(descriptor)
    }
  }

  private func turnAway(_ descriptor: Int32, _ why: String) {
    _ = LineConnection(descriptor, longest: 0, patience: 1).send(busy(why))
    close(descriptor)
  }

  private func busy(_ why: String) -> String {
    JSONValue.object([
      ("id", .null), ("allowed", .bool(false)), ("reason", "too_many_clients"), ("message", .string(why)),
    ]).text(.compact)
  }

  private func leave(_ descriptor: Int32) {
    // Closed under the lock: `finish` must not reach a descriptor that means something else by then.
    let isLast = state.withLock { state in
      state.open.remove(descriptor)
      close(descriptor)
      return state.isFinishing && state.open.isEmpty
    }
    if isLast { gone.set() }
  }

  /// Answers what has been sent, and lets everybody go.
  func finish() {
    let isEmpty = state.withLock { state in
      state.isFinishing = true
      // What lies in the socket can still be read; after that it is at its end.
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RD)) }
      return state.open.isEmpty
    }
    if !isEmpty { _ = gone.wait(.seconds(Self.patience * 2)) }
  }

  private func talk(to descriptor: Int32) {
    var desk = GuardDesk(mostUnits: 1_000)
    var lines = LineConnection(descriptor, longest: options.longestLine, patience: Self.patience)
    while true {
      switch lines.next() {
      case .end: return
      case .tooLong:
        let problem = "a line has more than \(options.longestLine) bytes; the connection ends here"
        _ = lines.send(MalformedRequest(id: .null, description: problem).answer.text(.compact))
        return
      case .line(let line):
        if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
        guard lines.send(reply(to: line, &desk).text(.compact)) else { return }
      }
    }
  }

  private func reply(to line: [UInt8], _ desk: inout GuardDesk) -> JSONValue {
    do throws(MalformedRequest) {
      let question = try GuardQuestion(line: line)
      let basis: PlanKeeper.Basis
      do throws(PlanKeeper.PhasesUnavailable) { basis = try keeper.current() } catch {
        return unavailable(question, error)
      }
      let reply = try desk.reply(question, plan: basis.plan, phases: basis.phases, today: .inUTC())
      if let answer = reply.answer { count(answer) }
      return reply.line
    } catch {
      state.withLock { $0.outcome.refused += 1 }
      return error.answer
    }
  }

  private func count(_ answer: GuardAnswer) {
    if answer.decision.isObserved { observations.add(answer) }
    state.withLock { state in
      state.outcome.answered += 1
      if answer.decision.isObserved { state.outcome.observed += 1 }
      if !answer.decision.isAllowed { state.outcome.refused += 1 }
    }
  }

  /// Nobody knows who owns what now: no write goes ahead.
  private func unavailable(_ question: GuardQuestion, _ error: PlanKeeper.PhasesUnavailable) -> JSONValue {
    state.withLock { state in
      state.outcome.answered += 1
      state.outcome.refused += 1
    }
    return .object([
      ("id", question.id), ("allowed", .bool(false)),
      ("reason", .string(PlanKeeper.PhasesUnavailable.reason)), ("message", .string(error.description)),
    ])
  }
}
