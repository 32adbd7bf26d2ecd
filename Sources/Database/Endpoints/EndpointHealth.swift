internal import Synchronization

/// Which of several places to ask first, when some of them have failed of late.
///
/// A place that failed is passed over for a time, and then tried again in its old rank. When all have failed, all are tried: to ask
/// is better than to give up. Serves for database servers, and for anything else with a fallback order:
/// ```swift
/// let providers = EndpointHealth(["fal", "replicate", "openai"])
/// let image = try await providers.first { provider in try await generate(prompt, with: provider) }
/// ```
public final class EndpointHealth<Endpoint: Hashable & Sendable>: Sendable {
  /// How one place is doing.
  public struct Status: Sendable, Hashable {
    /// The place.
    public var endpoint: Endpoint
    /// Until when it is passed over; nil if it isn't.
    public var skippedUntil: ContinuousClock.Instant?
    /// How often in a row it has failed.
    public var failures: Int
    /// Whether it is tried in its turn now.
    public var isAvailable: Bool { skippedUntil == nil }
  }

  /// The places, by rank.
  public let endpoints: [Endpoint]
  /// How long one that failed is passed over.
  public let retryInterval: Duration
  private let time: TimeSource
  private let failures = Mutex<[Endpoint: (since: ContinuousClock.Instant, count: Int)]>([:])

  /// - Parameters:
  ///   - endpoints: the places, the preferred one first; one that stands twice counts once.
  ///   - retryInterval: how long one that failed is passed over.
  ///   - time: the clock.
  public init(
    _ endpoints: [Endpoint], retryInterval: Duration = .seconds(300), time: TimeSource = .system
  ) {
    var seen: Set<Endpoint> = []
    self.endpoints = endpoints.filter { seen.insert($0).inserted }
    self.retryInterval = retryInterval
    self.time = time
  }

  /// What to try, in this order: those that are well or whose time is over. All of them, if that leaves none.
  public var candidates: [Endpoint] {
    let available = statuses.filter(\.isAvailable).map(\.endpoint)
    return available.isEmpty ? endpoints : available
  }

  /// How each place is doing, by rank.
  public var statuses: [Status] {
    let now = time.now()
    return failures.withLock { failures in
      endpoints.map { endpoint in
        let failure = failures[endpoint]
        let end = failure.map { $0.since.advanced(by: retryInterval) }
        return Status(
          endpoint: endpoint, skippedUntil: end.flatMap { $0 > now ? $0 : nil }, failures: failure?.count ?? 0
        )
      }
    }
  }

  /// Says that a place has failed just now.
  public func markFailed(_ endpoint: Endpoint) {
    let now = time.now()
    failures.withLock { $0[endpoint] = (now, ($0[endpoint]?.count ?? 0) + 1) }
  }

  /// Says that a place has answered just now.
  public func markWorking(_ endpoint: Endpoint) { failures.withLock { $0[endpoint] = nil } }

  /// Asks one place after the other until one answers, and remembers who failed.
  ///
  /// - Parameters:
  ///   - isFailure: whether an error is the place's fault, so that the next one is asked; other errors are thrown at once. Cancellation
  ///     never is.
  ///   - body: asks one place.
  /// - Throws: the last place's error, or one that isn't a place's fault.
  public func first<T>(
    where isFailure: (any Error) -> Bool = { !($0 is CancellationError) },
    _ body: (Endpoint) async throws -> T
  ) async throws -> T {
    var last: any Error = NoEndpoint()
    for endpoint in candidates {
      do {
        let value = try await body(endpoint)
        markWorking(endpoint)
        return value
      } catch  where isFailure(error) && !Task.isCancelled {
        markFailed(endpoint)
        last = error
      }
    }
    throw last
  }
}

/// A fallback order has nobody in it.
public struct NoEndpoint: Error, Sendable, CustomStringConvertible {
  /// The error as a sentence.
  public var description: String { "There is no endpoint to ask: the list is empty." }
}
