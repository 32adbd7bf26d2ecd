internal import Glibc
internal import Synchronization

/// How often each stop point was reached, and what is to happen there. One for the process.
enum StopState {
  private struct State {
    var steps: [StopPlan.Step] = []
    var reached: [StopPoint: Int] = [:]
    var total = 0
    /// Whether a step has blocked a thread: it says so only once.
    var announced: Set<Int> = []
  }

  private enum Deed {
    case signal(Int32)
    case wait(isFirst: Bool)
  }

  private static let state = Mutex(State())
  private static let file = Mutex<String?>(nil)

  static func begin(_ plan: StopPlan) {
    state.withLock { $0 = State(steps: plan.steps) }
    file.withLock { $0 = plan.file }
    if plan.steps.contains(where: { $0.action == .count }) { atexit { StopState.tell() } }
  }

  static func reach(_ point: StopPoint) {
    let deeds = state.withLock { state in
      state.reached[point, default: 0] += 1
      state.total += 1
      var deeds: [Deed] = []
      for (index, step) in state.steps.enumerated() where step.point == nil || step.point == point {
        let count = step.point == nil ? state.total : state.reached[point, default: 0]
        switch step.action {
        case .kill where count == step.number: deeds.append(.signal(SIGKILL))
        case .interrupt where count == step.number: deeds.append(.signal(SIGINT))
        case .terminate where count == step.number: deeds.append(.signal(SIGTERM))
        case .block where count >= step.number:
          deeds.append(.wait(isFirst: state.announced.insert(index).inserted))
        default: break
        }
      }
      return deeds
    }
    for deed in deeds {
      switch deed {
      case .signal(let number):
        kill(getpid(), number)
        // The signal comes at once, but to whichever thread: this one must not go on.
        while number == SIGKILL { pause() }
      case .wait(let isFirst):
        if isFirst { write("kedge: stop point \(point.rawValue)\n") }
        wait()
      }
    }
  }

  /// Waits while the file is there.
  private static func wait() {
    let path = file.withLock { $0 }
    while path.map({ access($0, F_OK) == 0 }) ?? true { usleep(2000) }
  }

  /// What `count` asks for: one line for each point that was reached.
  private static func tell() {
    let (steps, reached) = state.withLock { ($0.steps, $0.reached) }
    let wanted = steps.filter { $0.action == .count }
    for point in StopPoint.allCases where wanted.contains(where: { $0.point == nil || $0.point == point }) {
      write("kedge: stop point \(point.rawValue) reached \(reached[point] ?? 0) times\n")
    }
  }

  private static func write(_ line: String) {
    var line = line
    line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
