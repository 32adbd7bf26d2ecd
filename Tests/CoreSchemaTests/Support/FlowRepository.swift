import CoreSchema
import Mongo

// As docs/start-up.md shows it.
struct FlowRepository: Sendable {
  let store: FeatureStore<MongoClient>

  func count() async throws -> Int { try await store.client.run { try $0.collections().count } }
}

func startApplication(_ core: CoreSchemaSettings, _ mongo: MongoSettings) async throws -> FlowRepository {
  let ready = try await ensureCoreSchema(core)
  return FlowRepository(store: try await FeatureStore.mongo(mongo, after: ready))
}
