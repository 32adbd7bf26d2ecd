public import Mongo

/// The store of an application's feature data, which is only to be had once the core is up.
///
/// There is no way to make one without a ``CoreReady``. Where repositories take a feature store, and not a client, an application
/// that talks to its feature store before its core is there doesn't compile.
public struct FeatureStore<Client> {
  /// What talks to the store.
  public let client: Client
  /// The core that was up before.
  public let core: CoreReady

  private init(_ client: Client, _ core: CoreReady) {
    self.client = client
    self.core = core
  }

  /// Connects with whatever driver the application has.
  ///
  /// For example:
  /// ```swift
  /// let features = try await FeatureStore.open(after: ready) { try await MongoDatabase.connect(to: url) }
  /// ```
  ///
  /// - Parameters:
  ///   - ready: the proof that the core is up.
  ///   - connect: makes the client; it isn't called without that proof.
  /// - Throws: what `connect` throws.
  public static func open(after ready: CoreReady, _ connect: () async throws -> Client) async throws
    -> FeatureStore
  {
    FeatureStore(try await connect(), ready)
  }
}

extension FeatureStore: Sendable where Client: Sendable {}

extension FeatureStore where Client == MongoClient {
  /// Connects with Kedge's own driver, and waits for an answer.
  ///
  /// - Parameters:
  ///   - settings: where the feature store is.
  ///   - ready: the proof that the core is up.
  /// - Throws: `MongoError` if no server answers, or it refuses the user.
  public static func mongo(_ settings: MongoSettings, after ready: CoreReady) async throws -> FeatureStore {
    try await open(after: ready) {
      let client = MongoClient(settings)
      try await client.run { _ in }
      return client
    }
  }
}
