internal import Glibc
internal import Mapping
internal import Synchronization

/// Brings what was counted to a sink. What the sink doesn't take is kept and offered again, so that nothing is lost, and no
/// writer ever waits for it.
///
/// For example, once every few seconds and at the program's end:
/// ```swift
/// let flusher = ObservationFlusher(guardrails, to: try JSONLinesSink(path: "observed.jsonl"))
/// try flusher.flush()
/// ```
public final class ObservationFlusher: Sendable {
  private struct State: Sendable {
    var number = 0
    /// What the sink hasn't taken yet.
    var pending: ObservationBatch?
  }

  private let provider: any GuardrailsProvider
  private let sink: any ObservationSink
  private let seenBy: String
  private let identity: String
  private let since = UTCTime.now
  private let state = Mutex(State())
  /// How many writes are in the batch that the sink hasn't taken, for those who ask while it is at work.
  private let waiting = Atomic(0)

  /// - Parameter seenBy: the program's name in reports; nil for its name, host and process number.
  public init(_ provider: any GuardrailsProvider, to sink: any ObservationSink, seenBy: String? = nil) {
    self.provider = provider
    self.sink = sink
    self.seenBy = seenBy ?? Self.thisProgram
    var random = SystemRandomNumberGenerator()
    identity = String(random.next(), radix: 36) + String(random.next(), radix: 36)
  }

  /// Offers all that was counted up to now to the sink. A batch without observations goes there too: it says that nothing was
  /// wrong up to now. Threads that flush at once wait for each other.
  ///
  /// - Throws: what the sink throws; then all is kept for the next time.
  public func flush() throws {
    try state.withLock { state in
      if let pending = state.pending {
        try sink.write(pending)
        state.pending = nil
        waiting.store(0, ordering: .relaxed)
      }
      let guardrails = provider.current
      // First the time, then the counts: what is counted in between is said to be seen later than it was known, and not the
      // other way round.
      let until = UTCTime.now
      state.number += 1
      let batch = ObservationBatch(
        id: "\(identity)-\(state.number)", set: guardrails.plan.set, seenBy: seenBy,
        observed: guardrails.plan.entities.filter { $0.mode == .observe }.map(\.name).sorted(), since: since,
        until: until, observations: guardrails.observations.drain())
      state.pending = batch
      waiting.store(batch.observations.reduce(0) { $0 + $1.times }, ordering: .relaxed)
      try sink.write(batch)
      state.pending = nil
      waiting.store(0, ordering: .relaxed)
    }
  }

  /// How many wrong writes no sink has taken yet. Doesn't wait for a sink that is at work.
  public var unwritten: Int {
    provider.current.observations.counted.reduce(waiting.load(ordering: .relaxed)) { $0 + $1.times }
  }

  /// `web@host-3 (process 812)`.
  private static var thisProgram: String {
    var host = [CChar](repeating: 0, count: 256)
    let isNamed = gethostname(&host, host.count - 1) == 0
    let name =
      isNamed
      ? String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown host"
    let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "a program"
    return "\(program)@\(name) (process \(getpid()))"
  }
}
