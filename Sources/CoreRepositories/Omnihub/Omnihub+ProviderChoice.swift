public import Database
internal import Synchronization

extension Omnihub {
  /// Chooses who is asked for a model: its default provider first, then the others in their order. One whose endpoint failed is skipped
  /// for five minutes, and then tried again, for all models that it serves.
  ///
  /// Where every one of a model's endpoints has failed of late, all of them are asked again: that is better than to give up.
  public final class ProviderChoice: Sendable {
    private let health = Mutex<[String: EndpointHealth<String>]>([:])
    private let retryInterval: Duration
    private let time: TimeSource

    /// - Parameters:
    ///   - retryInterval: how long an endpoint that failed is skipped.
    ///   - time: the clock.
    public init(retryInterval: Duration = .seconds(300), time: TimeSource = .system) {
      self.retryInterval = retryInterval
      self.time = time
    }

    /// Who is asked now, in this order.
    public func candidates(for model: Model) -> [ModelProvider] {
      let chain = model.chain
      let available = chain.filter { isAvailable($0.endpoint) }
      return available.isEmpty ? chain : available
    }

    /// Says that an endpoint has failed just now, as a health check may.
    public func markFailed(_ endpoint: String) { of(endpoint).markFailed(endpoint) }

    /// Says that an endpoint has answered just now.
    public func markWorking(_ endpoint: String) { of(endpoint).markWorking(endpoint) }

    /// Whether an endpoint is asked in its turn.
    public func isAvailable(_ endpoint: String) -> Bool { of(endpoint).statuses.allSatisfy(\.isAvailable) }

    /// Asks one provider after the other until one answers, and remembers who failed.
    ///
    /// - Parameters:
    ///   - isFailure: whether an error is the provider's fault, so that the next one is asked; other errors are thrown at once.
    ///   - body: asks one provider.
    /// - Throws: the last provider's error; ``RepositoryError`` of case `noProvider` where the model has none.
    public func first<T>(
      for model: Model, where isFailure: (any Error) -> Bool = { _ in true },
      _ body: (ModelProvider) async throws -> T
    ) async throws -> T {
      var last: any Error = RepositoryError.noProvider(model: model.name, skipped: 0)
      for provider in candidates(for: model) {
        do {
          let value = try await body(provider)
          markWorking(provider.endpoint)
          return value
        } catch  where isFailure(error) && !(error is CancellationError) && !Task.isCancelled {
          markFailed(provider.endpoint)
          last = error
        }
      }
      throw last
    }

    /// One for each endpoint, for a provider may serve several models.
    private func of(_ endpoint: String) -> EndpointHealth<String> {
      health.withLock { health in
        if let found = health[endpoint] { return found }
        let made = EndpointHealth([endpoint], retryInterval: retryInterval, time: time)
        health[endpoint] = made
        return made
      }
    }
  }
}
