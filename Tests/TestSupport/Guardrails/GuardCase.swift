internal import Foundation
public import Guardrails
public import Mapping

/// One row of the table that every enforcer is held against: what is asked in which scene, and what the reference decides.
public struct GuardCase: Sendable, Codable, Equatable, CustomStringConvertible {
  /// Its number in the table, from 1.
  public var number: Int
  /// The name of its ``GuardScene``.
  public var scene: String
  public var entity: String
  public var store: String
  public var operation: String
  public var writer: String?
  public var fence: Int?
  /// ``GuardReason``'s word.
  public var reason: String
  public var allowed: Bool

  public var description: String {
    "\(number) (\(scene)): \(operation) \(entity) in \(store) by \(writer ?? "nobody"), fence \(fence.map { "\($0)" } ?? "none")"
      + " -> \(reason)"
  }

  /// The request as the command line's `--from` and the socket read it.
  public func request() throws -> String {
    struct Request: Encodable {
      var id: Int
      var entity: String
      var store: String
      var operation: String
      var writer: String?
      var fence: Int?
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let request = Request(
      id: number, entity: entity, store: store, operation: operation, writer: writer, fence: fence)
    return String(decoding: try encoder.encode(request), as: UTF8.self)
  }
}

/// A mapping set with its entities in one phase and one mode.
public struct GuardScene: Sendable {
  /// Such as `core-enforce`.
  public let name: String
  /// The phase of its core entities; `frozen` is one that no version knows.
  public let phase: String
  public let mode: GuardMode

  /// Fences: how many phases were set, and with which of them the phase of each core entity began.
  public static let epoch = 5
  public static let entityEpochs = ["users": 3, "orders": 2]

  /// The phases as the target's schema `kedge` has them.
  public var live: LivePhases {
    LivePhases(
      epoch: Self.epoch, entities: Self.entityEpochs.mapValues { LivePhases.Phase(word: phase, epoch: $0) })
  }

  /// The plan.
  public func plan() throws -> GuardPlan {
    GuardPlan(try MappingSet.parse(files: files), live: live)
  }

  /// The mapping set's files. Postgres is in schema `public`, so that a test may make the tables as it likes.
  public var files: [(name: String, text: String)] {
    [("set.yaml", set)] + entities.map { ("\($0.0).yaml", $0.1) }
  }

  private var set: String {
    """
    set: \(name)
    schema: public
    stores:
      app: { kind: mongo, database: shop, environment: [KEDGE_NO_SUCH_MONGO] }
      core: { kind: postgres, environment: [KEDGE_NO_SUCH_POSTGRES] }
      shelf: { kind: sqlite, environment: [KEDGE_NO_SUCH_SQLITE] }
    guard:
      mode: \(mode.rawValue)
      roles: { shop_app: [UserRepository, FlowRepository], clerk: [FlowRepository], reporting: [] }
    crossings:
      signup: { entities: [users, flows], reason: "a flow for each new user", link: "https://example.com/signup", expires: 2999-12-31 }
      old-signup: { entities: [users, flows], reason: "as it was", link: "https://example.com/old", expires: 2020-01-31 }

    """
  }

  private var entities: [(String, String)] {
    [
      (
        "users",
        """
        entity: users
        owner: core
        source: { store: app, collection: users }
        key: id
        fields: { id: { from: _id, type: text }, name: text }
        writers: [UserRepository]
        """
      ),
      (
        "orders",
        """
        entity: orders
        owner: core
        source: { store: shelf, table: orders }
        key: id
        fields: { id: text, name: text }
        guard: { fence: required }
        """
      ),
      (
        "flows",
        """
        entity: flows
        owner: feature
        source: { store: app, collection: flows }
        writers: [FlowRepository]
        """
      ),
      (
        "notes",
        """
        entity: notes
        owner: feature
        source: { store: shelf, table: notes }
        """
      ),
    ]
  }
}
