import CoreRepositories
import Database
import Executors
import Foundation
import Guardrails
import Mapping
import Migrations
import Postgres
import SQLite
import TestSupport

/// The repository's own folder, where the mapping sets and their migrations are.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// A database that is dropped with the last reference to this.
final class SceneStore: Sendable {
  let database: Database
  // Held for its deinit alone; never used from two tasks.
  nonisolated(unsafe) private let keeper: AnyObject

  init(_ database: Database, _ keeper: AnyObject) {
    self.database = database
    self.keeper = keeper
  }

  /// The set's own migrations in a new database, made on a thread of its own: tasks go on meanwhile.
  static func postgres(_ set: String) async throws -> SceneStore {
    try await BlockingThread.run(name: "scene") {
      let server = try TestPostgres()
      let folder = try MigrationFolder(path: "\(repository)/migrations/\(set)")
      _ = try MigrationRunner(server.connection, folder, options: MigrationOptions()).up()
      return SceneStore(try Database(.postgres(url: server.url)), server)
    }
  }
}

/// A mapping set's tables on a server of either backend, and the guardrails of the set, all of its entities in one phase.
final class Scene: Sendable {
  let core: CoreContext
  let clock: SetClock
  private let store: SceneStore

  var database: Database { store.database }

  private init(_ store: SceneStore, _ set: String, _ phase: String) throws {
    self.store = store
    clock = SetClock(Date(timeIntervalSince1970: 1_767_225_600))
    core = CoreContext(store.database, by: try Self.guardrails(of: set, phase: phase), clock: clock)
  }

  /// The set's guardrails with every moving entity in one phase.
  static func guardrails(of name: String, phase: String) throws -> Guardrails {
    let set = try MappingLoad.read(directory: "\(repository)/mappings/\(name)").set
    let phases = set.entities.filter { $0.owner == .core }.map {
      ($0.name, LivePhases.Phase(word: phase, epoch: 1))
    }
    return Guardrails(
      GuardPlan(set, live: LivePhases(epoch: 1, entities: Dictionary(uniqueKeysWithValues: phases))))
  }

  /// The set's own migrations in a new database.
  static func postgres(_ set: String) async throws -> Scene {
    try Scene(try await .postgres(set), set, "core")
  }

  /// One that is shared by the tests which run at the time, for those that look at nothing but rows of their own.
  static func shared(_ set: String) async throws -> Scene {
    try Scene(try await SharedStores.all.store(set), set, "core")
  }

  /// A new SQLite file with the old application's tables.
  static func sqlite(_ set: String, _ schema: String) throws -> Scene {
    let file = try TestSQLite(schema)
    return try Scene(SceneStore(try Database(.sqlite(path: file.path)), file), set, "legacy")
  }
}

/// Databases that end with the last test which uses them.
private actor SharedStores {
  private struct Held { weak var store: SceneStore? }
  static let all = SharedStores()
  private var held: [String: Held] = [:]
  private var underWay: [String: Task<SceneStore, any Error>] = [:]

  func store(_ set: String) async throws -> SceneStore {
    if let store = held[set]?.store { return store }
    if let task = underWay[set] { return try await task.value }
    let task = Task { try await SceneStore.postgres(set) }
    underWay[set] = task
    defer { underWay[set] = nil }
    let store = try await task.value
    held[set] = Held(store: store)
    return store
  }
}

/// Runs `body` this often at once, and gives what each came to.
func atOnce<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> T) async -> [Result<
  T, any Error
>] {
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
