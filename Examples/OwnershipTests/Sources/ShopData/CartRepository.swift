import Codec
import Guardrails
import Mongo

/// Carts are a feature: they stay in MongoDB.
public struct CartRepository {
  let database: MongoConnection
  let guardrails: any GuardrailsProvider

  public init(_ database: MongoConnection, by guardrails: any GuardrailsProvider) {
    self.database = database
    self.guardrails = guardrails
  }

  public func open(id: String, user: String) throws {
    try guardrails.current.authorize(.insert, "carts", in: "app", as: "CartRepository")
    try database.insert(collection("carts"), documents: [["_id": .string(id), "userId": .string(user)]])
  }
}

/// By this the application names its collections, so that a test can find them all.
func collection(_ name: String) -> String { name }
