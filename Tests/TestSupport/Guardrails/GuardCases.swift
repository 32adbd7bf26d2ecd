internal import Foundation
internal import Guardrails
internal import Mapping

/// The table of cases: entity × store × phase × mode in full, and for each of these several operations, writers and fences, so
/// that every pair of those comes up in many scenes.
public enum GuardCases {
  /// Phases that cases are in; `frozen` isn't one.
  public static let phases = ["legacy", "shadow", "core", "retired", "frozen"]
  /// Entities that are asked about; nobody declares `ghosts`.
  public static let entities = ["users", "orders", "flows", "notes", "ghosts"]
  /// Stores that are asked about; nobody declares `attic`.
  public static let stores = ["app", "core", "shelf", "attic"]
  /// Operations; `paint` isn't one.
  public static let operations = ["insert", "update", "delete", "upsert", "truncate", "paint"]
  /// Writers: a declared one, roles that speak for it, for another, and for nobody, strangers, Kedge, and nobody.
  public static let writers: [String?] = [
    "UserRepository", "shop_app", "FlowRepository", "clerk", "reporting", "Stranger", "kedge", "kedge-admin",
    nil,
  ]
  /// Fences: none, those before, at and after both entities' epochs, the newest, and one that there isn't yet.
  public static let fences: [Int?] = [nil, 1, 2, 3, 5, 6]

  /// The scenes, one for each phase and mode.
  public static let scenes: [GuardScene] = phases.flatMap { phase in
    GuardMode.allCases.map { GuardScene(name: "\(phase)-\($0.rawValue)", phase: phase, mode: $0) }
  }

  /// Rows for each entity and store of a scene.
  public static let rowsForEachPlace = 6

  /// The whole table; the same each time.
  ///
  /// - Throws: what reading a scene's mapping throws.
  public static func all() throws -> [GuardCase] {
    try scenes.reduce(into: []) { $0 += try cases(of: $1, after: $0.count) }
  }

  /// The rows of one scene.
  public static func cases(of name: String) throws -> [GuardCase] { try all().filter { $0.scene == name } }

  private static func cases(of scene: GuardScene, after count: Int) throws -> [GuardCase] {
    let plan = try scene.plan()
    var cases: [GuardCase] = []
    // Steps that share no divisor with the number of combinations come by each of them before the first comes again.
    let combinations = operations.count * writers.count * fences.count
    var step = (count * 7) % combinations
    for entity in entities {
      for store in stores {
        for row in 0..<rowsForEachPlace {
          var operation = operations[0]
          var writer = usualWriter[entity]
          var fence: Int? = GuardScene.epoch
          // The first row of a place is plain, so that what is usual is in every scene.
          if row > 0 {
            step = (step + 41) % combinations
            operation = operations[step % operations.count]
            writer = writers[(step / operations.count) % writers.count]
            fence = fences[step / (operations.count * writers.count)]
          }
          let decision = plan.decide(
            entity: entity, store: store, operation: operation, writer: writer, fence: fence)
          cases.append(
            GuardCase(
              number: count + cases.count + 1, scene: scene.name, entity: entity, store: store,
              operation: operation, writer: writer, fence: fence, reason: decision.reason.rawValue,
              allowed: decision.isAllowed))
        }
      }
    }
    return cases
  }

  private static let usualWriter = ["users": "UserRepository", "flows": "FlowRepository"]

  /// The table as JSON Lines, for enforcers in other languages.
  public static func lines() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try all().map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
  }
}
