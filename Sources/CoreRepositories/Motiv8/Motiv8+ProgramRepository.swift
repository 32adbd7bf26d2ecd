internal import Database

extension Motiv8 {
  /// What goals can follow: table `programs`. It has always been in Postgres.
  public struct ProgramRepository: Sendable {
    /// A program with its key.
    public typealias Item = Entry<Program, String>
    private let table: EntryTable<Entities.Programs, Program>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = EntryTable(core, as: "ProgramRepository", "programs", key: "code")
    }

    /// The program with this key.
    public func find(_ code: String) async throws -> Item? { try await table.find(code) }

    /// Those of a category that new goals can follow, by key.
    public func active(category: String) async throws -> [Item] {
      try await table.all("WHERE is_active AND category = $1 ORDER BY code", [category])
    }

    /// All of them, by key.
    public func all() async throws -> [Item] { try await table.all("ORDER BY code") }

    /// Adds a program, or writes over the one with this key.
    @discardableResult
    public func upsert(_ code: String, _ program: Program) async throws -> Item {
      try await table.put(code, program)
    }

    /// Lets new goals follow it, or not.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound`.
    @discardableResult
    public func setActive(_ isActive: Bool, _ code: String) async throws -> Item {
      try await table.set("is_active = $1", [isActive], of: code)
    }

    /// Deletes a program. Refused by the database while a goal follows it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ code: String) async throws -> Bool { try await table.delete(code) }
  }
}
