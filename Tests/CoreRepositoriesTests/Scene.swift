import CoreRepositories
import Database
import Foundation
import Guardrails
import Mapping
import Migrations
import Postgres
import SQLite
import Synchronization
import TestSupport

/// The repository's own folder, where the mapping sets and their migrations are.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// A mapping set's tables on a server of either backend, and the guardrails of the set, all of its entities in one phase.
final class Scene: Sendable {
  let database: Database
  let core: CoreContext
  let clock: SetClock
  // Held for their deinit alone, which drops the database; never used from two tasks.
  nonisolated(unsafe) private let keeper: AnyObject

  private init(_ database: Database, _ set: String, _ phase: String, _ keeper: AnyObject, _ clock: SetClock) throws {
    self.database = database
    self.keeper = keeper
    self.clock = clock
    core = CoreContext(database, by: try Self.guardrails(of: set, phase: phase), clock: clock)
  }

  /// The set's guardrails with every moving entity in one phase.
  static func guardrails(of name: String, phase: String) throws -> Guardrails {
    let set = try MappingLoad.read(directory: "\(repository)/mappings/\(name)").set
    let phases = set.entities.filter { $0.owner == .core }.map { ($0.name, LivePhases.Phase(word: phase, epoch: 1)) }
    return Guardrails(
      GuardPlan(set, live: LivePhases(epoch: 1, entities: Dictionary(uniqueKeysWithValues: phases))))
  }

  /// The set's own migrations in a new database.
  static func postgres(_ set: String) throws -> Scene {
    let server = try TestPostgres()
    let folder = try MigrationFolder(path: "\(repository)/migrations/\(set)")
    _ = try MigrationRunner(server.connection, folder, options: MigrationOptions()).up()
    return try Scene(
      Database(.postgres(url: server.url)), set, "core", server, SetClock(Date(timeIntervalSince1970: 1_767_225_600)))
  }

  /// One that is shared by the tests which run at the time, for those that look at nothing but rows of their own.
  static func shared(_ set: String) throws -> Scene { try SharedScenes.all.scene(set) }

  /// A new SQLite file with the old application's tables.
  static func sqlite(_ set: String, _ schema: String) throws -> Scene {
    let file = try TestSQLite(schema)
    let database = try Database(.sqlite(path: file.path))
    return try Scene(database, set, "legacy", file, SetClock(Date(timeIntervalSince1970: 1_767_225_600)))
  }
}

/// Scenes that end with the last test which uses them.
private final class SharedScenes: Sendable {
  private struct Held { weak var scene: Scene? }
  static let all = SharedScenes()
  private let held = Mutex<[String: Held]>([:])

  func scene(_ set: String) throws -> Scene {
    try held.withLock { held in
      if let scene = held[set]?.scene { return scene }
      let scene = try Scene.postgres(set)
      held[set] = Held(scene: scene)
      return scene
    }
  }
}

/// Runs `body` this often at once, and gives what each came to.
func atOnce<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> T) async -> [Result<T, any Error>] {
  await withTaskGroup(of: (Int, Result<T, any Error>).self) { group in
    for number in 0..<count {
      group.addTask {
        do { return (number, .success(try await body(number))) } catch { return (number, .failure(error)) }
      }
    }
    var results: [(Int, Result<T, any Error>)] = []
    for await result in group { results.append(result) }
    return results.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

extension Result {
  /// The error, if it is one.
  var failure: (any Error)? { if case .failure(let error) = self { error } else { nil } }
}

/// Letters and digits that no other test has.
func newTag() -> String { "t" + UUID().uuidString.replacing("-", with: "").lowercased() }
