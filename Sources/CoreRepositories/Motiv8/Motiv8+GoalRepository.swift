internal import Database
internal import Foundation
internal import Guardrails

extension Motiv8 {
  /// What people want to reach: table `goals`.
  public struct GoalRepository: Sendable {
    /// A goal with key and time.
    public typealias Record = Stored<Goal, Int>
    private let table: RecordTable<Entities.Goals, Goal, Int>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "GoalRepository", Motiv8.goals)
      clock = core.clock
    }

    /// The goal with this key.
    public func find(_ id: Int) async throws -> Record? { try await table.find(id) }

    /// A user's goals, the newest first.
    public func page(ofUser user: Int, after cursor: PageCursor? = nil, limit: Int = 50) async throws -> Page<
      Record
    > {
      try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit) { Int($0) }
    }

    /// Adds a goal.
    public func create(_ goal: Goal) async throws -> Record {
      try await table.create(goal, createdAt: clock.now)
    }

    /// Writes a goal.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    public func update(_ goal: Record) async throws -> Record { try await table.update(goal) }

    /// Deletes a goal.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: Int) async throws -> Bool { try await table.delete(id) }
  }

  /// What models made for people: table `generated_items`.
  public struct GeneratedItemRepository: Sendable {
    /// Something generated, with key and time.
    public typealias Record = Stored<GeneratedItem, Int>
    private let table: RecordTable<Entities.GeneratedItems, GeneratedItem, Int>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "GeneratedItemRepository", Motiv8.generatedItems)
      clock = core.clock
    }

    /// What has this key.
    public func find(_ id: Int) async throws -> Record? { try await table.find(id) }

    /// What was made for a user, the newest first.
    public func page(ofUser user: Int, after cursor: PageCursor? = nil, limit: Int = 50) async throws -> Page<
      Record
    > {
      try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit) { Int($0) }
    }

    /// Notes what is to be made.
    public func create(_ item: GeneratedItem) async throws -> Record {
      try await table.create(item, createdAt: clock.now)
    }

    /// Writes how far it has come.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    public func update(_ item: Record) async throws -> Record { try await table.update(item) }

    /// Deletes it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: Int) async throws -> Bool { try await table.delete(id) }
  }
}
