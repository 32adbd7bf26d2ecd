internal import Catalog

/// Decides from measurements of the target how many workers may go on: fewer in steps while something is over its limit,
/// more again in steps once everything is below half of it.
///
/// Knows no clock and no server: it is told both.
struct LoadGovernor {
  /// Seconds between two steps, so that each has time to show.
  static let stepSeconds: Double = 3
  /// A checkpoint that came before its time counts if so much of what triggers one was written; others request them too.
  static let checkpointShare = 0.4

  private let limits: LoadLimits
  private let workers: Int
  private var working: Int
  private var lastStep = -Double.infinity
  private var reason = ""
  private var latencies: [Double] = []
  /// When the target had written how much: tells since when a replica lacks something.
  private var marks: [(time: Double, written: Int)] = []
  private var checkpoints: (count: Int, written: Int)?
  private var checkpointTimes: [Double] = []

  init(_ limits: LoadLimits, workers: Int) {
    self.limits = limits
    self.workers = workers
    working = workers
  }

  /// Takes in a measurement.
  ///
  /// - Parameters:
  ///   - latency: seconds that a small write took.
  ///   - load: what the target says of itself; nil where it says nothing.
  ///   - now: seconds on any clock that only goes forward.
  /// - Returns: nil while all workers may go on.
  mutating func judge(latency: Double, load: TargetLoad?, at now: Double) -> LoadHold? {
    var pressures = [pressure(ofLatency: latency)]
    if let load { pressures += [pressure(ofLag: load, at: now), pressure(ofCheckpoints: load, at: now)] }
    let worst = pressures.compactMap { $0 }.max { $0.ratio < $1.ratio }
    let ratio = worst?.ratio ?? 0
    if let worst, ratio > 1 || (working < workers && ratio >= 0.5) { reason = worst.text }
    if now - lastStep >= Self.stepSeconds {
      let before = working
      if ratio > 1 { working /= 2 } else if ratio < 0.5 { working = min(workers, max(1, working * 2)) }
      if working != before { lastStep = now }
    }
    return working == workers ? nil : LoadHold(working: working, workers: workers, reason: reason)
  }

  private typealias Pressure = (ratio: Double, text: String)

  /// The middle one of the last five: a single slow write is nothing.
  private mutating func pressure(ofLatency latency: Double) -> Pressure? {
    guard let limit = limits.latency else { return nil }
    latencies.append(latency)
    if latencies.count > 5 { latencies.removeFirst() }
    guard latencies.count >= 3 else { return nil }
    let middle = latencies.sorted()[latencies.count / 2]
    return (middle / limit, "a small write takes the target \(Self.text(middle)) (limit \(Self.text(limit)))")
  }

  private mutating func pressure(ofLag load: TargetLoad, at now: Double) -> Pressure? {
    guard let limit = limits.lag else { return nil }
    let slowest = load.replicas.map(\.replayed).min() ?? load.written
    marks.removeAll { $0.written <= slowest }
    if load.written > marks.last?.written ?? slowest { marks.append((now, load.written)) }
    // Seconds are kept for an hour, and the oldest for as long as it takes.
    if marks.count > 3600 { marks.remove(at: 1) }
    var worst: Pressure?
    for replica in load.replicas where replica.replayed < load.written {
      // What it says itself stands still when it does.
      let since = marks.first { $0.written > replica.replayed }.map { now - $0.time } ?? 0
      let lag = max(since, replica.lag ?? 0)
      if lag / limit > worst?.ratio ?? -1 {
        worst = (
          lag / limit,
          "the replica \"\(replica.name)\" is \(Self.text(lag)) behind (limit \(Self.text(limit)))"
        )
      }
    }
    return worst
  }

  private mutating func pressure(ofCheckpoints load: TargetLoad, at now: Double) -> Pressure? {
    guard let limit = limits.checkpoints, let count = load.requestedCheckpoints else { return nil }
    guard let last = checkpoints, count >= last.count else {
      checkpoints = (count, load.written)
      return nil
    }
    if count > last.count {
      let isOurs =
        Double(load.written - last.written) >= Self.checkpointShare * Double(load.checkpointBytes)
      if isOurs { checkpointTimes.append(now) }
      checkpoints = (count, isOurs ? load.written : last.written)
    }
    checkpointTimes.removeAll { $0 <= now - 60 }
    let found = checkpointTimes.count
    return (
      Double(found) / Double(limit),
      "the target made \(found) checkpoints before their time in the last minute (limit \(limit))"
    )
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : "\((seconds * 10).rounded() / 10) s"
  }
}
