import Guardrails

// What "kedge guard export --lang swift" writes from the mapping set of `LiveScene`.

/// The store "app" (sqlite).
enum AppStore: StoreMarker { static let storeName = "app" }

/// The core entity "users", declared at users.yaml:1:9.
enum Users: CoreEntity {
  typealias Source = AppStore
  typealias Target = PostgresStore
  static let entityName = "users"
}

/// The feature entity "flows", declared at flows.yaml:1:9.
enum Flows: FeatureEntity {
  typealias Store = AppStore
  static let entityName = "flows"
}
